package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands on the stack of a {@link PickleMachine}: descriptions of values, never the values. */
sealed interface PickleValue {
    /** Nothing, a number, a truth value or a text. */
    record Scalar(@Nullable Object value) implements PickleValue {
        @Override
        public String typeName() {
            if (value == null) {
                return "NoneType";
            }
            if (value instanceof Long) {
                return "int";
            }
            return value instanceof Double ? "float" : value instanceof Boolean ? "bool" : "str";
        }
    }

    /** A name in a module: a class or a function of the few that {@link PickleMachine} knows. */
    record Global(String module, String name) implements PickleValue {
        @Override
        public String typeName() {
            return "global";
        }

        String qualified() {
            return module + "." + name;
        }
    }

    /** A tuple. */
    record Row(List<PickleValue> elements) implements PickleValue {
        @Override
        public String typeName() {
            return "Tuple";
        }
    }

    /** A list or a dictionary whose type is not known yet. It may still grow, and can't be referred to. */
    final class Growing implements PickleValue {
        final boolean dictionary;
        final List<PickleValue> elements = new ArrayList<>();

        Growing(boolean dictionary) {
            this.dictionary = dictionary;
        }

        @Override
        public String typeName() {
            return dictionary ? "untyped Dict" : "untyped List";
        }

        /** Keys and values of a dictionary with texts for keys. */
        Map<String, PickleValue> byText() {
            Map<String, PickleValue> byText = new HashMap<>();
            for (int i = 0; i < elements.size(); i += 2) {
                if (byText.put(text(elements.get(i)), elements.get(i + 1)) != null) {
                    throw corrupt("each attribute once", "one twice");
                }
            }
            return byText;
        }
    }

    /** A list or a dictionary with its type. Keys and values of a dictionary alternate. */
    record Typed(TypeExpression type, List<PickleValue> elements) implements PickleValue {
        @Override
        public String typeName() {
            return type.toString();
        }
    }

    /** A storage that a tensor may look at. */
    record Stored(Storage storage) implements PickleValue {
        @Override
        public String typeName() {
            return "storage";
        }
    }

    /** A tensor within its storage. */
    record Tensor(Storage storage, long values) implements PickleValue {
        @Override
        public String typeName() {
            return "Tensor";
        }
    }

    /** The processor. */
    record Processor() implements PickleValue {
        @Override
        public String typeName() {
            return "Device";
        }
    }

    /** The empty {@code OrderedDict} that stands for a tensor's hooks. */
    record Hooks() implements PickleValue {
        @Override
        public String typeName() {
            return "OrderedDict";
        }
    }

    /** An object that has no attributes yet. */
    record Unbuilt(ClassDeclaration declaration) implements PickleValue {
        @Override
        public String typeName() {
            return "unbuilt " + declaration.name();
        }
    }

    /**
     * An object with its attributes.
     *
     * @param depth of objects within it, itself included
     */
    record Instance(ClassDeclaration declaration, int depth, Map<String, PickleValue> attributes)
            implements PickleValue {
        @Override
        public String typeName() {
            return declaration.name();
        }
    }

    /** What to call it in an error. */
    String typeName();

    static String text(PickleValue value) {
        if (value instanceof Scalar scalar && scalar.value() instanceof String text) {
            return text;
        }
        throw corrupt("a text in the pickle", value.typeName());
    }

    static long integer(PickleValue value) {
        if (value instanceof Scalar scalar && scalar.value() instanceof Long number) {
            return number;
        }
        throw corrupt("an integer in the pickle", value.typeName());
    }

    static List<PickleValue> row(PickleValue value, int length) {
        if (value instanceof Row row && row.elements().size() == length) {
            return row.elements();
        }
        throw corrupt("a tuple of " + length + " in the pickle", value.typeName());
    }

    static List<Long> integers(PickleValue value) {
        if (value instanceof Row row) {
            return row.elements().stream().map(PickleValue::integer).toList();
        }
        throw corrupt("a tuple of integers in the pickle", value.typeName());
    }
}
