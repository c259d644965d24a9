package io.margrave.results;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enums as plans, tables and the command line spell them: {@code one-step}, {@code linf}. */
public final class Word {

    private Word() {}

    /** In lower case, with hyphens. */
    public static String of(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The value that a word stands for.
     *
     * @throws IllegalArgumentException with one line, where there is none
     */
    public static <E extends Enum<E>> E read(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> of(each).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("want one of "
                        + Arrays.stream(type.getEnumConstants()).map(Word::of).collect(Collectors.joining(", "))
                        + ", got " + word));
    }
}
