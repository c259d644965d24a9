package io.margrave.results.experiment;

import java.util.List;

/**
 * A real model on a plane, to be drawn: a field of probabilities on a square grid, points, and lengths. What its parts mean depends on its
 * kind:
 *
 * <ul>
 *   <li>{@link Kind#INPUT}: the plane of input space through x (the origin) spanned by the direction of the verified break (first axis) and the
 *       top right singular vector of the whitened Jacobian made orthogonal to it (second); the field is P(|Delta(x, d)| &lt;= r); of a break
 *       that was searched inside the value range it is NaN outside; marks: none; lengths: {@code bound_frobenius}, {@code bound_whitened}, {@code margin} (radii of circles).
 *   <li>{@link Kind#RECONSTRUCTIONS}: clean reconstructions g(mu + sigma eta) minus g(mu), projected on their first two principal
 *       components; no field; marks: one a draw, {@code inside} whether |Delta| &lt;= r in the full space; lengths: {@code r}, and
 *       {@code explained}, the share of variance in the plane.
 *   <li>{@link Kind#LATENT}: the plane of latent space through mu(x), in units of sigma(x), first axis along the whitened step that the break
 *       induces, second orthogonal to it; the field is |g(z) - g(mu(x))| divided by r (at most 1 is robust); marks: the attacked posterior's mean;
 *       lengths: {@code half_space}, Phi^-1(p): where the boundary of the worst-case decoder crosses the first axis.
 * </ul>
 *
 * @param kind what is drawn
 * @param model name of the {@link ExperimentModel}
 * @param point index of the input within the test split
 * @param r radius of r-robustness
 * @param axis coordinates of the grid along either axis, ascending; empty without a field
 * @param field row-major, {@code axis.size()} rows along the second axis of {@code axis.size()} values along the first; empty without a field
 * @param marks points on the plane
 * @param lengths by name
 */
public record Slice(
        Kind kind,
        String model,
        int point,
        double r,
        List<Double> axis,
        List<Double> field,
        List<Mark> marks,
        List<Length> lengths) {

    /** What a slice is of. */
    public enum Kind {
        /** Inputs around x. */
        INPUT,
        /** Reconstructions of x. */
        RECONSTRUCTIONS,
        /** Latents around mu(x). */
        LATENT
    }

    /**
     * A point on the plane.
     *
     * @param first coordinate along the first axis
     * @param second along the second
     * @param inside whether it is robust
     */
    public record Mark(double first, double second, boolean inside) {}

    /**
     * A named number, of the plane's unit or a share.
     *
     * @param name lower-case
     * @param value possibly infinite
     */
    public record Length(String name, double value) {}

    public Slice {
        axis = List.copyOf(axis);
        field = List.copyOf(field);
        marks = List.copyOf(marks);
        lengths = List.copyOf(lengths);
        if (field.size() != axis.size() * axis.size()) {
            throw new IllegalArgumentException(
                    "want a field of " + axis.size() + " x " + axis.size() + ", got " + field.size());
        }
    }
}
