package io.margrave.robustness.check;

/** One check of an evaluation. */
interface Examination {
    /** Its number in reports, from 1 to 16. */
    int number();

    /** What is checked, in two to five words. */
    String name();

    /** Whether it is run by default; all are run where an evaluation is checked thoroughly. */
    boolean quick();

    /** Whether the evaluation gives ground for it. */
    default boolean applies(CheckScene scene) {
        return true;
    }

    /** Checks. */
    Ruling examine(CheckScene scene);
}
