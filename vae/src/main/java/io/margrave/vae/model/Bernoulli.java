package io.margrave.vae.model;

import io.margrave.vae.network.Layer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Independent pixels of 0 or 1; the parameters are logits l, the mean is sigmoid(l).
 *
 * <p>log p = x l - softplus(l). On grey values in (0, 1) this is the usual cross-entropy, but no density: it does not
 * integrate to 1, and its values compare only with those of other models under the same convention.
 * {@link ContinuousBernoulli} is the density.
 */
public record Bernoulli() implements Likelihood {
    private static final long NO_REDUCTION = 0;

    @Override
    public Tensor logProbability(Tensor images, Tensor parameters) {
        return torch.binary_cross_entropy_with_logits(
                        parameters, images, new TensorOptional(), new TensorOptional(), NO_REDUCTION)
                .flatten(1, -1)
                .sum(1)
                .neg();
    }

    @Override
    public Tensor mean(Tensor parameters) {
        return parameters.sigmoid();
    }

    @Override
    public Layer.Activation activation() {
        return Layer.Activation.SIGMOID;
    }
}
