package io.margrave.results;

/**
 * A verdict on an evaluation, with its evidence.
 *
 * @param name what was checked
 * @param outcome PASS, WARN or FAIL
 * @param evidence one sentence with the numbers
 */
public record Check(String name, Outcome outcome, String evidence) {
    /** How a check ended. */
    public enum Outcome {
        /** As it should be. */
        PASS,
        /** Worth a look. */
        WARN,
        /** Not to be relied on. */
        FAIL
    }
}
