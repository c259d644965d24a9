package io.margrave.vae.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * {@link Bernoulli} of a decoder that gives the means themselves; the parameters are means m in [0, 1].
 *
 * <p>log p = x log m + (1 - x) log(1 - m). Where m is 0 or 1 to the last digit the logits are gone: as in PyTorch's
 * cross-entropy, no logarithm is less than -100.
 */
public record MeanBernoulli() implements Likelihood {
    private static final long NO_REDUCTION = 0;

    @Override
    public Tensor logProbability(Tensor images, Tensor parameters) {
        return torch.binary_cross_entropy(inside(parameters), images, new TensorOptional(), NO_REDUCTION)
                .flatten(1, -1)
                .sum(1)
                .neg();
    }

    @Override
    public Tensor mean(Tensor parameters) {
        return parameters;
    }

    /** Without what rounding took out of [0, 1]: LibTorch refuses it. */
    private static Tensor inside(Tensor parameters) {
        return torch.clamp(parameters, new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
    }
}
