package io.margrave.results;

/** Which of the posterior's parameters follow the perturbed input. Neither kind of margin bounds the other. */
public enum Kind {
    /** Mean and standard deviation both follow: the model as it is used. */
    FULL,
    /** The standard deviation stays at sigma(x): the assumption under which the first-order bounds are derived. */
    MEAN_ONLY
}
