package io.margrave.robustness.plane;

import io.margrave.results.experiment.Slice;

/** The three planes of a {@link Slice}. Pure: the same subject gives the same slice. On the calling thread alone. */
public final class Planes {

    private Planes() {}

    /** {@link #input(Subject, double, double, Grid)} at the default resolution. */
    public static Slice input(Subject subject, double boundFrobenius, double boundWhitened) {
        return input(subject, boundFrobenius, boundWhitened, Grid.DEFAULT);
    }

    /**
     * {@link Slice.Kind#INPUT}: P(|Delta(x, d)| &lt;= r) around x, out to 1.3 times the largest of the margin and the finite bounds. Sigma
     * follows d where it did in the break. The draws are the same in every cell, so the field is smooth, and its errors are shared;
     * where the first quarter of them agree, the others are saved.
     *
     * <p>Where the break was searched inside the value range, cells outside are NaN. An image with black and white pixels is a corner of
     * the range: of a plane through it little but the way to the break is inside. A break that was searched without the range has a
     * whole plane around it, and its margin is the one that the bounds speak of.
     *
     * @param subject what is drawn
     * @param boundFrobenius the bound of Camuto et al. 2021, at least 0, possibly infinite
     * @param boundWhitened the whitened bound; likewise
     * @param grid resolution
     */
    public static Slice input(Subject subject, double boundFrobenius, double boundWhitened, Grid grid) {
        return InputPlane.of(subject, boundFrobenius, boundWhitened, grid);
    }

    /**
     * {@link Slice.Kind#RECONSTRUCTIONS}: a thousand clean draws of Delta(x) on the plane through g(mu(x)) that holds most of their mean
     * square. The share of it that the plane holds, {@code explained}, is about g(mu(x)), the centre of the ball, not about the draws' mean.
     *
     * @throws io.margrave.data.BadInputException where the model gives what is no number
     */
    public static Slice reconstructions(Subject subject) {
        return ReconstructionPlane.of(subject);
    }

    /**
     * {@link Slice.Kind#LATENT}: |g(z) - g(mu(x))| / r out to 4 standard deviations, or to one beyond the attacked posterior's mean. The
     * second axis is the direction, of those orthogonal to the first, in which the decoder's output moves fastest at mu(x), where latents
     * are measured in sigma(x). A model of one latent has no second axis: the field is the same along it.
     *
     * <p>The mark is g(mu(x+d)), without noise: a break leaves half of the draws outside, so its mean may well be inside.
     *
     * @param subject what is drawn
     * @param pLower lower confidence bound of P(|Delta(x)| &lt;= r), in [0, 1]; at most one half puts the half-space's boundary at 0
     */
    public static Slice latent(Subject subject, double pLower) {
        return LatentPlane.of(subject, pLower);
    }
}
