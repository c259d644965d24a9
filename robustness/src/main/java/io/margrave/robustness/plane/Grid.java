package io.margrave.robustness.plane;

import java.util.Arrays;
import java.util.List;

/**
 * How finely probabilities are drawn.
 *
 * @param side cells along either axis, odd, so that the origin is one, and at least 3
 * @param draws of P(|Delta| &lt;= r) a cell, common to all cells, greater than zero; a quarter of them where those are all within r, or none
 */
public record Grid(int side, int draws) {
    /** 41 x 41 cells of 400 draws: a standard error of 0.025 at most, which neighbours share. */
    public static final Grid DEFAULT = new Grid(41, 400);

    public Grid {
        if (side < 3 || side % 2 == 0 || draws <= 0) {
            throw new IllegalArgumentException("want an odd side >= 3 and draws > 0, got " + side + " and " + draws);
        }
    }

    /** Coordinates from {@code -extent} to {@code extent}, with 0 in the middle. */
    static List<Double> axis(int side, double extent) {
        int half = side / 2;
        Double[] axis = new Double[side];
        Arrays.setAll(axis, i -> extent * (i - half) / half);
        return List.of(axis);
    }
}
