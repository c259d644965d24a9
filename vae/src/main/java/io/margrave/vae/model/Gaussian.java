package io.margrave.vae.model;

import io.margrave.data.ValueRange;
import io.margrave.vae.network.Layer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Independent pixels x ~ N(mean, scale^2), one scale for all. By default the mean is squeezed into the value range by a
 * sigmoid, so that a reconstruction is always an image.
 *
 * <p>Densities depend on the pixel unit: they compare only within one value range.
 *
 * @param range of the data
 * @param link how the mean comes out of the decoder
 * @param logScale logarithm of the scale in pixel units, {@code [1]}; it may be a trained parameter. The scale is kept above
 *     a thousandth of the range, added to exp(logScale), or a model that fits constant pixels would grow without limit
 */
public record Gaussian(ValueRange range, LikelihoodSpec.Link link, Tensor logScale) implements Likelihood {
    /** What the scale stays above, as a share of the range. */
    public static final double SMALLEST_SCALE = 1e-3;

    @Override
    public Tensor logProbability(Tensor images, Tensor parameters) {
        Tensor scale = scale();
        Tensor standardised = images.sub(mean(parameters)).div(scale);
        long pixels = images.numel() / images.size(0);
        Tensor constants =
                scale.log().add(new Scalar(0.5 * Math.log(2 * Math.PI))).mul(new Scalar((double) pixels));
        return standardised.square().flatten(1, -1).sum(1).mul(new Scalar(-0.5)).sub(constants);
    }

    /** What the scale stays above, in pixel units. */
    static double smallestScale(ValueRange range) {
        return SMALLEST_SCALE * (range.high() - range.low());
    }

    /** The standard deviation of a pixel, {@code [1]}, in pixel units. */
    public Tensor scale() {
        return torch.exp(logScale).add(new Scalar(smallestScale(range)));
    }

    @Override
    public Tensor mean(Tensor parameters) {
        return switch (link) {
            case IDENTITY -> parameters;
            case SIGMOID ->
                parameters
                        .sigmoid()
                        .mul(new Scalar((double) (range.high() - range.low())))
                        .add(new Scalar((double) range.low()));
        };
    }

    @Override
    public Layer.@Nullable Activation activation() {
        return link == LikelihoodSpec.Link.SIGMOID && range.low() == 0 && range.high() == 1
                ? Layer.Activation.SIGMOID
                : null;
    }
}
