package io.margrave.results;

/** Which side of the margin a number bounds. */
public enum Side {
    /** The margin is at least this. */
    LOWER,
    /** The margin is at most this. */
    UPPER
}
