package io.margrave.store;

import io.margrave.results.Break;
import io.margrave.results.Kind;
import io.margrave.theory.Proportion;

/** How the database spells what Java has as types. */
final class Words {
    private static final Proportion NOTHING = new Proportion(0, 1);

    private Words() {}

    static String of(Kind kind) {
        return kind == Kind.FULL ? "full" : "mean-only";
    }

    static Kind kind(String word) {
        return switch (word) {
            case "full" -> Kind.FULL;
            case "mean-only" -> Kind.MEAN_ONLY;
            default -> throw new IllegalArgumentException("want full or mean-only, got " + word);
        };
    }

    /** {@link Break#key} of such a break. */
    static String key(double r, Kind kind, boolean boxed) {
        return new Break(r, kind, boxed, 0, NOTHING, new float[0], new float[0]).key();
    }
}
