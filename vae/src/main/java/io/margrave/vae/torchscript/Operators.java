package io.margrave.vae.torchscript;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of LibTorch's operators the code of an imported model may call: those on lists, not those that nobody thought of.
 *
 * <p>The refused ones are listed, too, because LibTorch takes {@code x.save(...)} for a call of {@code aten::save} where
 * {@code x} has no such attribute: so no attribute may have a refused operator's name.
 */
final class Operators {
    private static final Set<String> ALLOWED = words("allowed-operators.txt");
    private static final Set<String> REFUSED = words("refused-operators.txt");
    private static final Set<String> ALLOWED_PRIM = words("allowed-prim-operators.txt");

    private Operators() {}

    /** Refused operators that do not take a value as their first argument, or only copy it: so these names do no harm. */
    private static final Set<String> HARMLESS_NAMES = Set.of("seed", "set", "resize");

    /** Whether {@code aten::name} may be called. */
    static boolean allowed(String name) {
        return ALLOWED.contains(name);
    }

    /** Whether {@code aten::name} is known and may not be called. */
    static boolean refused(String name) {
        return REFUSED.contains(name);
    }

    /** Whether an attribute of this name could make a refused operator look like it. */
    static boolean refusedAsName(String name) {
        return refused(name) && !HARMLESS_NAMES.contains(name);
    }

    /** Whether {@code prim::name} may be called. */
    static boolean allowedPrim(String name) {
        return ALLOWED_PRIM.contains(name);
    }

    private static Set<String> words(String resource) {
        InputStream stream = Operators.class.getResourceAsStream(resource);
        if (stream == null) {
            throw new IllegalStateException("the list " + resource + " is not in the jar");
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Arrays.stream(line.split(" ", -1)))
                    .filter(word -> !word.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
