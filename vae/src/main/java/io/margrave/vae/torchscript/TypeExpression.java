package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A TorchScript type as code and pickles write it, as in {@code Dict[str, Tensor]}.
 *
 * @param name of a scalar, a container or a class ({@code __torch__.Net})
 * @param arguments of a container
 */
record TypeExpression(String name, List<TypeExpression> arguments) {
    private static final int DEEPEST = 12;
    private static final Set<String> SCALARS =
            Set.of("Tensor", "int", "float", "bool", "str", "NoneType", "number", "Device", "Any");
    private static final Map<String, Integer> CONTAINERS =
            Map.of("List", 1, "Optional", 1, "Dict", 2, "Tuple", -1, "Union", -1);

    TypeExpression {
        arguments = List.copyOf(arguments);
    }

    /** A scalar's type, or a class's. */
    static TypeExpression named(String name) {
        return new TypeExpression(name, List.of());
    }

    /**
     * Reads a type.
     *
     * @throws UnfitArchiveException where it is none that an imported model may use: no futures, streams, remote references
     */
    static TypeExpression parse(List<CodeToken> tokens) {
        Parser parser = new Parser(tokens);
        TypeExpression type = parser.type(0);
        parser.end();
        return type;
    }

    boolean isClass() {
        return name.startsWith("__torch__.");
    }

    /** Whether a value that only claims to be of this type can do no harm: LibTorch tests it whenever it takes it out. */
    boolean isTestedOnUse() {
        boolean tested =
                SCALARS.contains(name) || name.equals("List") || name.equals("Optional") || name.equals("Union");
        return tested && arguments.stream().allMatch(TypeExpression::isTestedOnUse);
    }

    @Override
    public String toString() {
        return arguments.isEmpty() && !name.equals("Tuple")
                ? name
                : name + "["
                        + String.join(
                                ", ",
                                arguments.stream().map(TypeExpression::toString).toList()) + "]";
    }

    private static final class Parser {
        private final List<CodeToken> tokens;
        private int at;

        Parser(List<CodeToken> tokens) {
            this.tokens = tokens;
        }

        TypeExpression type(int depth) {
            if (depth > DEEPEST || at == tokens.size() || !tokens.get(at).isName()) {
                throw unknown();
            }
            StringBuilder name = new StringBuilder(tokens.get(at++).text());
            while (at + 1 < tokens.size()
                    && tokens.get(at).is(".")
                    && tokens.get(at + 1).isName()) {
                name.append('.').append(tokens.get(at + 1).text());
                at += 2;
            }
            TypeExpression type = new TypeExpression(name.toString(), arguments(depth));
            int wanted = CONTAINERS.getOrDefault(type.name, 0);
            boolean known = SCALARS.contains(type.name) || CONTAINERS.containsKey(type.name) || type.isClass();
            if (!known || (wanted >= 0 && type.arguments.size() != wanted)) {
                throw refused("types that a network needs", quote(type.toString()), UnfitArchiveException.TRACE);
            }
            return type;
        }

        private List<TypeExpression> arguments(int depth) {
            List<TypeExpression> arguments = new ArrayList<>();
            if (at == tokens.size() || !tokens.get(at).is("[")) {
                return arguments;
            }
            at++;
            if (at + 1 < tokens.size()
                    && tokens.get(at).is("(")
                    && tokens.get(at + 1).is(")")) {
                // Tuple[()] is the empty one.
                at += 2;
            } else {
                arguments.add(type(depth + 1));
                while (at < tokens.size() && tokens.get(at).is(",")) {
                    at++;
                    arguments.add(type(depth + 1));
                }
            }
            if (at == tokens.size() || !tokens.get(at++).is("]")) {
                throw unknown();
            }
            return arguments;
        }

        void end() {
            if (at != tokens.size()) {
                throw unknown();
            }
        }

        private UnfitArchiveException unknown() {
            StringBuilder text = new StringBuilder();
            tokens.forEach(token -> text.append(token.text()));
            return corrupt("a type, as in List[Tensor]", quote(text.toString()));
        }
    }
}
