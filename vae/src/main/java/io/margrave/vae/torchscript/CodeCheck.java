package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks at every name that the code of an archive uses. What a statement reaches by a dot is a class, function, attribute or
 * method of the archive itself or an operator that a network needs; there is no other way to one.
 *
 * <p>Code is not compiled here: what is wrong with its types, LibTorch's compiler says.
 */
final class CodeCheck {
    /** Each step of a chain such as {@code a.b[0](x)} is one more recursion of LibTorch's compiler. */
    private static final int LONGEST_CHAIN = 60;

    private static final int DEEPEST_INDENT = 100;

    /** Words that start a statement and appear nowhere else. */
    private static final Set<String> STATEMENTS =
            Set.of("class", "def", "if", "else", "while", "for", "return", "pass", "break", "continue");

    /** Names that reach more than a network needs, and syntax that PyTorch's serialiser does not write. */
    private static final Set<String> REFUSED = Set.of(
            "fork",
            "awaitable",
            "print",
            "import",
            "from",
            "global",
            "nonlocal",
            "raise",
            "assert",
            "del",
            "with",
            "elif",
            "try",
            "except",
            "finally",
            "yield",
            "async",
            "await",
            "lambda",
            "and",
            "or",
            "not",
            "is",
            "exec",
            "eval",
            "open",
            "compile",
            "__import__",
            "__builtins__",
            "Future",
            "Await",
            "RRef",
            "Stream",
            "Storage",
            "Generator",
            "PyObject",
            "Capsule",
            "Quantizer",
            "QScheme",
            "Enum",
            "Interface",
            "ModuleInterface");

    private final Declarations declarations;

    private CodeCheck(Declarations declarations) {
        this.declarations = declarations;
    }

    /**
     * Checks all code of an archive.
     *
     * @param sources by name in the archive, as in {@code code/__torch__/torch/nn.py}
     * @return what it declares
     * @throws UnfitArchiveException where it uses what no network needs
     */
    static Declarations check(Map<String, String> sources) {
        Declarations declarations = new Declarations();
        List<List<CodeLine>> files = new ArrayList<>();
        new TreeMap<>(sources).forEach((name, source) -> {
            List<CodeLine> lines = CodeLine.of(CodeToken.of(source));
            String qualifier = name.substring("code/".length(), name.length() - ".py".length())
                    .replace('/', '.');
            declarations.add(qualifier, lines);
            files.add(lines);
        });
        CodeCheck check = new CodeCheck(declarations);
        files.forEach(lines -> lines.forEach(check::line));
        return declarations;
    }

    private void line(CodeLine line) {
        if (line.indent() > DEEPEST_INDENT || line.indent() % 2 != 0) {
            throw corrupt("code indented by two spaces, to " + DEEPEST_INDENT, String.valueOf(line.indent()));
        }
        int chain = 0;
        for (int i = 0; i < line.tokens().size(); i++) {
            CodeToken token = line.at(i);
            boolean step = token.is(".") || token.is("(") || token.is("[");
            chain = step ? chain + 1 : token.is(",") || token.is("=") ? 0 : chain;
            if (chain > LONGEST_CHAIN) {
                throw corrupt("at most " + LONGEST_CHAIN + " calls and selections in a row", "more");
            }
            if (token.kind() == CodeToken.Kind.STRING && line.at(i + 1).kind() == CodeToken.Kind.STRING) {
                throw corrupt("texts in one piece", quote(token.text()) + " and another");
            }
            if (!token.isName()) {
                continue;
            }
            if (line.at(i - 1).is(".")) {
                member(token.text());
            } else {
                i += free(line, i) - 1;
            }
        }
    }

    /** A name after a dot, but for those below torch, ops, CONSTANTS and __torch__. */
    private void member(String name) {
        if (Operators.refusedAsName(name)) {
            throw operator("aten::" + name);
        }
        if (!declarations.hasMember(name) && !Operators.allowed(name) && !name.equals("__new__")) {
            throw refused(
                    "only names that the archive declares, and operators of networks",
                    quote(name) + " in its code",
                    UnfitArchiveException.TRACE);
        }
    }

    /** A name that starts an expression. How many words it takes with it. */
    private int free(CodeLine line, int i) {
        String name = line.at(i).text();
        if (STATEMENTS.contains(name) && i > 0) {
            throw corrupt("code as PyTorch writes it", quote(name) + " within a statement");
        }
        if (REFUSED.contains(name)) {
            throw refused("code of a network", quote(name) + " in it", UnfitArchiveException.TRACE);
        }
        return switch (name) {
            case "torch" -> {
                aten(dotted(line, i));
                Literals.check(line, i + 2);
                yield 3;
            }
            case "ops" -> {
                namespace(dotted(line, i), dotted(line, i + 2));
                yield 5;
            }
            case "CONSTANTS" -> {
                if (!dotted(line, i).matches("c[0-9]{1,9}")) {
                    throw corrupt("a constant, as in CONSTANTS.c0", quote(dotted(line, i)));
                }
                yield 3;
            }
            case "__torch__" -> qualified(line, i);
            case "getattr" -> {
                attributeByText(line, i);
                yield 1;
            }
            case "unchecked_cast" -> {
                cast(line, i);
                yield 1;
            }
            case "annotate", "uninitialized" -> {
                called(line, i);
                yield 1;
            }
            default -> 1;
        };
    }

    private static String dotted(CodeLine line, int i) {
        if (!line.at(i + 1).is(".") || !line.at(i + 2).isName()) {
            throw corrupt(
                    "a name after " + quote(line.at(i).text()),
                    quote(line.at(i + 1).text()));
        }
        return line.at(i + 2).text();
    }

    private static void called(CodeLine line, int i) {
        // Otherwise it could be called by another name.
        if (!line.at(i + 1).is("(")) {
            throw corrupt(
                    "a call of " + quote(line.at(i).text()),
                    quote(line.at(i + 1).text()));
        }
    }

    private static void namespace(String namespace, String name) {
        if (namespace.equals("aten")) {
            aten(name);
        } else if (!namespace.equals("prim") || !Operators.allowedPrim(name)) {
            throw operator(namespace + "::" + name);
        }
    }

    private static void aten(String name) {
        if (!Operators.allowed(name)) {
            throw operator("aten::" + name);
        }
    }

    private static UnfitArchiveException operator(String name) {
        return refused("only operators that a network needs", quote(name), UnfitArchiveException.TRACE);
    }

    /** The longest declared name that starts here; what follows is a member of it. */
    private int qualified(CodeLine line, int i) {
        StringBuilder name = new StringBuilder(line.at(i).text());
        int end = i + 1;
        while (line.at(end).is(".") && line.at(end + 1).isName()) {
            name.append('.').append(line.at(end + 1).text());
            end += 2;
            if (declarations.declares(name.toString())) {
                return end - i;
            }
        }
        throw corrupt("a class or function of the archive", quote(name.toString()));
    }

    /** {@code getattr(x, "0")} selects by a text what a dot selects by a name. */
    private void attributeByText(CodeLine line, int i) {
        called(line, i);
        int depth = 0;
        int end = i + 1;
        do {
            depth += line.at(end).is("(") || line.at(end).is("[") ? 1 : 0;
            depth -= line.at(end).is(")") || line.at(end).is("]") ? 1 : 0;
            end++;
        } while (depth > 0 && end < line.tokens().size());
        CodeToken text = line.at(end - 2);
        if (text.kind() != CodeToken.Kind.STRING
                || !line.at(end - 3).is(",")
                || text.text().indexOf('\\') >= 0) {
            throw corrupt("getattr with a plain text", quote(text.text()));
        }
        member(text.text());
    }

    /** A cast that LibTorch does not test may only be to what it tests later. */
    private static void cast(CodeLine line, int i) {
        called(line, i);
        int depth = 0;
        int end = i + 2;
        while (end < line.tokens().size() && (depth > 0 || !line.at(end).is(","))) {
            depth += line.at(end).is("[") ? 1 : 0;
            depth -= line.at(end).is("]") ? 1 : 0;
            end++;
        }
        TypeExpression type = TypeExpression.parse(line.tokens().subList(i + 2, end));
        if (!type.isTestedOnUse()) {
            throw refused(
                    "casts to tensors, numbers, texts and lists of them",
                    quote(type.toString()),
                    UnfitArchiveException.TRACE);
        }
    }
}
