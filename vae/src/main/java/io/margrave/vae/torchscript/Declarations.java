package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the code of an archive declares: classes with attributes and methods, and functions. */
final class Declarations {
    private static final Set<String> NAME_LISTS =
            Set.of("__parameters__", "__buffers__", "__forward_hooks__", "__forward_pre_hooks__");

    private final Map<String, ClassDeclaration> classes = new HashMap<>();
    private final Set<String> functions = new HashSet<>();
    private final Set<String> members = new HashSet<>();

    /** Classes by qualified name. */
    Map<String, ClassDeclaration> classes() {
        return classes;
    }

    /** Whether a class or a function has this qualified name. */
    boolean declares(String qualified) {
        return classes.containsKey(qualified) || functions.contains(qualified);
    }

    /** Whether any class has an attribute, a constant, a field or a method of this name. */
    boolean hasMember(String name) {
        return members.contains(name);
    }

    /**
     * Adds what one file declares.
     *
     * @param qualifier as in {@code __torch__.torch.nn}
     */
    void add(String qualifier, List<CodeLine> lines) {
        ClassReader open = null;
        for (CodeLine line : lines) {
            if (line.indent() == 0) {
                close(open);
                open = line.first().isName("class") ? new ClassReader(qualifier, line) : null;
                if (open == null) {
                    function(qualifier, line);
                }
            } else if (open != null && line.indent() == 2) {
                open.member(line);
            }
        }
        close(open);
    }

    private void function(String qualifier, CodeLine line) {
        if (!line.first().isName("def") || !line.at(1).isName()) {
            throw corrupt(
                    "classes and functions in the code", quote(line.first().text()));
        }
        unique(qualifier + "." + line.at(1).text());
        functions.add(qualifier + "." + line.at(1).text());
    }

    private void close(@Nullable ClassReader open) {
        if (open != null) {
            unique(open.name);
            classes.put(open.name, open.declaration());
        }
    }

    private void unique(String qualified) {
        // LibTorch asks its own registered classes first.
        if (qualified.startsWith("__torch__.torch.classes.")) {
            throw refused("classes of the archive", quote(qualified) + " of the engine", UnfitArchiveException.TRACE);
        }
        if (declares(qualified)) {
            throw corrupt("each class and function once", quote(qualified) + " twice");
        }
    }

    private void addMember(String name) {
        if (Operators.refusedAsName(name)) {
            throw refused(
                    "attributes and methods not named after operators that an imported model may not call",
                    quote(name),
                    "rename it in the model, or trace the network alone");
        }
        members.add(name);
    }

    private final class ClassReader {
        private final String name;
        private final boolean namedTuple;
        private final Map<String, TypeExpression> attributes = new LinkedHashMap<>();
        private final Set<String> parameters = new HashSet<>();

        ClassReader(String qualifier, CodeLine line) {
            if (!line.at(1).isName()) {
                throw corrupt("a class with a name", quote(line.at(1).text()));
            }
            name = qualifier + "." + line.at(1).text();
            boolean base = line.at(2).is("(")
                    && line.at(4).is(")")
                    && line.at(5).is(":")
                    && line.tokens().size() == 6;
            namedTuple = base && line.at(3).isName("NamedTuple");
            boolean plain = line.at(2).is(":") && line.tokens().size() == 3;
            if (!plain && !namedTuple && !(base && line.at(3).isName("Module"))) {
                throw refused(
                        "classes that are modules, named tuples or plain",
                        quote(name) + " of " + quote(line.at(3).text()),
                        UnfitArchiveException.TRACE);
            }
        }

        void member(CodeLine line) {
            CodeToken first = line.first();
            if (first.isName("pass") && line.tokens().size() == 1) {
                return;
            }
            if (first.isName("def") && line.at(1).isName()) {
                method(line.at(1).text());
            } else if (first.isName("__annotations__")
                    && line.at(1).is("[")
                    && line.at(3).is("]")
                    && line.at(4).is("=")) {
                // __annotations__["0"] = Tensor: an attribute whose name is no identifier.
                if (line.at(2).kind() != CodeToken.Kind.STRING) {
                    throw corrupt(
                            "a text as the name of an attribute",
                            quote(line.at(2).text()));
                }
                attribute(line.at(2).text(), line.from(5));
            } else if (first.isName()
                    && NAME_LISTS.contains(first.text())
                    && line.at(1).is("=")) {
                if (first.text().equals("__parameters__")) {
                    parameters.addAll(strings(line));
                }
            } else if (first.isName("__annotations__") && line.at(1).is("=")) {
                return;
            } else if (first.isName() && line.at(1).is(":")) {
                if (line.at(2).isName("Final")) {
                    addMember(first.text());
                } else {
                    attribute(first.text(), line.from(2));
                }
            } else {
                throw corrupt("attributes and methods in the class " + quote(name), quote(first.text()));
            }
        }

        private void method(String method) {
            if (method.equals("__setstate__") || method.equals("__getstate__")) {
                throw refused(
                        "classes that load without running code",
                        quote(method) + " in " + quote(name),
                        UnfitArchiveException.TRACE);
            }
            addMember(method);
        }

        private void attribute(String attribute, List<CodeToken> type) {
            if (attribute.indexOf('\\') >= 0) {
                throw corrupt("plain names of attributes", quote(attribute));
            }
            addMember(attribute);
            if (attributes.put(attribute, TypeExpression.parse(type)) != null) {
                throw corrupt("each attribute once", quote(attribute) + " twice");
            }
        }

        private Set<String> strings(CodeLine line) {
            return line.tokens().stream()
                    .filter(token -> token.kind() == CodeToken.Kind.STRING)
                    .map(CodeToken::text)
                    .collect(Collectors.toSet());
        }

        ClassDeclaration declaration() {
            return new ClassDeclaration(name, namedTuple, attributes, parameters);
        }
    }
}
