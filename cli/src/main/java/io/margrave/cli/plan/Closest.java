package io.margrave.cli.plan;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody may have meant. */
public final class Closest {
    private Closest() {}

    /**
     * The known word with the fewest insertions, deletions and substitutions from {@code word}; ties go by the alphabet.
     *
     * @return empty where none is near: more than half of the letters would change
     */
    public static Optional<String> to(String word, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(Comparator.naturalOrder()))
                .filter(k -> distance(word, k) <= Math.max(word.length(), k.length()) / 2);
    }

    /** Levenshtein's distance, ignoring case. */
    static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = above[0];
            above[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int here = Math.min(Math.min(above[j], above[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = above[j];
                above[j] = here;
            }
        }
        return above[b.length()];
    }
}
