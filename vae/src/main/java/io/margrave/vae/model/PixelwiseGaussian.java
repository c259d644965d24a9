package io.margrave.vae.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Independent pixels x ~ N(mean, scale^2), each with a scale of its own; the parameters are means and scales, {@code [batch, 2,
 * channels, height, width]}, both in pixel units.
 */
public record PixelwiseGaussian() implements Likelihood {
    private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    @Override
    public Tensor logProbability(Tensor images, Tensor parameters) {
        Tensor scale = parameters.select(1, 1);
        Tensor standardised = images.sub(mean(parameters)).div(scale);
        return standardised
                .square()
                .mul(new Scalar(0.5))
                .add(scale.log())
                .add(new Scalar(LOG_SQRT_TWO_PI))
                .flatten(1, -1)
                .sum(1)
                .neg();
    }

    @Override
    public Tensor mean(Tensor parameters) {
        return parameters.select(1, 0);
    }
}
