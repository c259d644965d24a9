package io.margrave.results;

import java.util.List;

/**
 * A verdict on the evaluation of one model: whether its attacks were strong enough to be believed.
 *
 * @param model name of the model within the run
 * @param number of the check, from 1 to 16
 * @param name what was checked, in two to five words
 * @param outcome PASS, WARN or FAIL; one FAIL marks the audit as not to be relied on
 * @param evidence one or two sentences with the numbers
 * @param curves numbers to draw, such as the objective against steps; may be empty
 */
public record EvaluationCheck(
        String model, int number, String name, Check.Outcome outcome, String evidence, List<Curve> curves) {

    /** A line of a figure: {@code y} against {@code x}, of equal length. */
    public record Curve(String name, String xName, String yName, List<Double> x, List<Double> y) {
        public Curve {
            x = List.copyOf(x);
            y = List.copyOf(y);
            if (x.size() != y.size()) {
                throw new IllegalArgumentException("want as many x as y, got " + x.size() + " and " + y.size());
            }
        }
    }

    /** How much is checked. */
    public enum Level {
        /** Nothing. */
        NONE,
        /** What costs little beside the audit itself. */
        QUICK,
        /** All of it, on at most 64 points. */
        THOROUGH
    }

    public EvaluationCheck {
        curves = List.copyOf(curves);
    }
}
