package io.margrave.theory;

/** What stands behind a number. */
public enum Guarantee {
    /** A deterministic proof. */
    CERTIFIED,
    /** A proof at confidence 1 - alpha. */
    STATISTICAL,
    /** An estimate that drops second-order terms. */
    FIRST_ORDER,
    /** Found, not verified. */
    EMPIRICAL
}
