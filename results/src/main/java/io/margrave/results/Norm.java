package io.margrave.results;

/** How the size of a perturbation is measured. */
public enum Norm {
    /** Euclidean. */
    L2
}
