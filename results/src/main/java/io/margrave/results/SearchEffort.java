package io.margrave.results;

import java.util.Set;

/**
 * How hard a gradient search works.
 *
 * @param steps gradient steps, greater than zero
 * @param draws posterior draws a step, greater than zero
 * @param restarts starts a point, greater than zero
 * @param precision of its matrix products: {@code float32}; {@code bfloat16}, several times faster where the processor has AMX, half as fast again with AVX-512 BF16; or
 *     {@code auto}, which an audit makes one of the two when it begins. What is reported is measured in float32 whatever this is
 */
public record SearchEffort(int steps, int draws, int restarts, String precision) {
    /** To be chosen by the processor. */
    public static final String AUTO = "auto";
    /** Single precision. */
    public static final String FLOAT32 = "float32";
    /** Eight bits of mantissa, for searching. */
    public static final String BFLOAT16 = "bfloat16";

    private static final Set<String> PRECISIONS = Set.of(AUTO, FLOAT32, BFLOAT16);

    public SearchEffort {
        if (steps <= 0 || draws <= 0 || restarts <= 0) {
            throw new IllegalArgumentException(
                    "want steps, draws and restarts > 0, got " + steps + ", " + draws + ", " + restarts);
        }
        if (!PRECISIONS.contains(precision)) {
            throw new IllegalArgumentException("want precision auto, float32 or bfloat16, got " + precision);
        }
    }

    /** In float32. */
    public static SearchEffort of(int steps, int draws, int restarts) {
        return new SearchEffort(steps, draws, restarts, FLOAT32);
    }

    /** Whether it searches in bfloat16. */
    public boolean inBfloat16() {
        return precision.equals(BFLOAT16);
    }

    /** The same with {@code auto} made concrete. */
    public SearchEffort resolved(String chosen) {
        return precision.equals(AUTO) ? new SearchEffort(steps, draws, restarts, chosen) : this;
    }
}
