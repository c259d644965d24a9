package io.margrave.robustness.plane;

import io.margrave.data.Noise;
import io.margrave.results.Kind;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;

/**
 * What is drawn: a model, an input, and a verified break of it.
 *
 * @param vae the model, with a Gaussian posterior
 * @param model name of the model, for the slice
 * @param point index of the input within its split
 * @param input x, channels x height x width
 * @param perturbed x + d, of the same shape; not x itself
 * @param kind of the break: whether sigma follows the perturbed input
 * @param boxed whether what lies outside the value range is no input, as for a break that was searched inside it; of such a break drawn
 *     without the range, nearer breaks may show beside it
 * @param r radius of r-robustness, greater than zero, in output units
 * @param noise names the run and the model
 */
public record Subject(
        Vae vae,
        String model,
        int point,
        float[] input,
        float[] perturbed,
        Kind kind,
        boolean boxed,
        double r,
        Noise noise) {

    public Subject {
        if (vae.spec().posterior() != PosteriorFamily.GAUSSIAN) {
            throw new IllegalArgumentException("want a model with a Gaussian posterior, got " + model + ", whose is "
                    + vae.spec().posterior().id());
        }
        int size = vae.spec().shape().size();
        if (input.length != size || perturbed.length != size) {
            throw new IllegalArgumentException(
                    "want two images of " + size + " values, got " + input.length + " and " + perturbed.length);
        }
        if (!(r > 0 && r < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("want a finite radius r > 0, got " + r);
        }
        double norm = Rows.distance(perturbed, input);
        if (!(norm > 0 && norm < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("want a break of finite norm > 0, got " + norm);
        }
    }

    /** |d|, the verified upper bound of the margin, in input units. */
    public double margin() {
        return Rows.distance(perturbed, input);
    }

    /** A stream of its own for each use. */
    Noise.Stream stream(String purpose) {
        return noise.stream(point, "plane/" + purpose, 0);
    }
}
