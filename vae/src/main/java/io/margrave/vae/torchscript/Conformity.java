package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import io.margrave.vae.torchscript.PickleValue.Instance;
import io.margrave.vae.torchscript.PickleValue.Processor;
import io.margrave.vae.torchscript.PickleValue.Row;
import io.margrave.vae.torchscript.PickleValue.Scalar;
import io.margrave.vae.torchscript.PickleValue.Tensor;
import io.margrave.vae.torchscript.PickleValue.Typed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether pickled values are of the types that the code declares.
 *
 * <p>LibTorch compiles code by the declared types and puts pickled values in their places unseen: an object of another class
 * has other slots, and reading one it lacks reads past its end.
 */
final class Conformity {
    /** Tuples may share parts, so that walking all of them takes far longer than reading them. */
    private static final int MOST_COMPARISONS = 5_000_000;

    private final Map<String, ClassDeclaration> classes;
    private int comparisons;

    Conformity(Map<String, ClassDeclaration> classes) {
        this.classes = classes;
    }

    /** The class of this name, or null if the archive's code has none. */
    @Nullable
    ClassDeclaration declaration(String name) {
        return classes.get(name);
    }

    /** Refuses an object whose attributes are not those of its class. */
    void checkObject(ClassDeclaration declaration, Map<String, PickleValue> attributes) {
        if (!attributes.keySet().equals(declaration.attributes().keySet())) {
            throw corrupt(
                    "the attributes " + quote(declaration.attributes().keySet().toString()) + " of "
                            + quote(declaration.name()),
                    quote(attributes.keySet().toString()));
        }
        declaration.attributes().forEach((name, type) -> check(attributes.get(name), type, name));
    }

    /** Refuses a list or a dictionary whose elements are not of its type. */
    void checkElements(Typed typed) {
        List<TypeExpression> wanted = typed.type().arguments();
        for (int i = 0; i < typed.elements().size(); i++) {
            check(
                    typed.elements().get(i),
                    wanted.get(i % wanted.size()),
                    typed.type().toString());
        }
    }

    private void check(@Nullable PickleValue value, TypeExpression type, String where) {
        if (value == null || !conforms(value, type)) {
            throw corrupt(
                    "a " + type + " for " + quote(where), value == null ? "nothing" : "a " + quote(value.typeName()));
        }
    }

    private boolean conforms(PickleValue value, TypeExpression type) {
        if (++comparisons > MOST_COMPARISONS) {
            throw corrupt("at most " + MOST_COMPARISONS + " values", "more");
        }
        return switch (type.name()) {
            case "Any" -> conformsToAny(value);
            case "Tensor" -> value instanceof Tensor;
            case "Device" -> value instanceof Processor;
            case "number" ->
                value instanceof Scalar
                        && !value.typeName().equals("str")
                        && !value.typeName().equals("NoneType");
            case "int", "float", "bool", "str", "NoneType" ->
                value instanceof Scalar && value.typeName().equals(type.name());
            case "Union" -> type.arguments().stream().anyMatch(alternative -> conforms(value, alternative));
            case "Optional" -> isNone(value) || conforms(value, type.arguments().get(0));
            case "List", "Dict" -> value instanceof Typed typed && typed.type().equals(type);
            case "Tuple" -> value instanceof Row row && rowConforms(row, type.arguments());
            default -> conformsToClass(value, type);
        };
    }

    private static boolean isNone(PickleValue value) {
        return value instanceof Scalar scalar && scalar.value() == null;
    }

    private static boolean conformsToAny(PickleValue value) {
        return value instanceof Scalar
                || value instanceof Tensor
                || value instanceof Typed
                || value instanceof Instance;
    }

    private boolean conformsToClass(PickleValue value, TypeExpression type) {
        ClassDeclaration declaration = declaration(type.name());
        if (declaration == null) {
            return false;
        }
        if (declaration.namedTuple()) {
            return value instanceof Row row
                    && rowConforms(row, List.copyOf(declaration.attributes().values()));
        }
        return value instanceof Instance instance
                && instance.declaration().name().equals(type.name());
    }

    private boolean rowConforms(Row row, List<TypeExpression> types) {
        if (row.elements().size() != types.size()) {
            return false;
        }
        for (int i = 0; i < types.size(); i++) {
            if (!conforms(row.elements().get(i), types.get(i))) {
                return false;
            }
        }
        return true;
    }
}
