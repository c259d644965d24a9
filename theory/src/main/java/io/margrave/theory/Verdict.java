package io.margrave.theory;

/** What a sample says of P(|Delta| &lt;= r) &gt; 1/2. Undecided is an answer and is never rounded to another. */
public enum Verdict {
    /** The lower confidence bound is above one half. */
    HOLDS,
    /** The upper confidence bound is at most one half. */
    FAILS,
    /** The sample is too small to tell. */
    UNDECIDED
}
