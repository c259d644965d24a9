package io.margrave.vae.training;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * |J|_F^2 of the encoder's mean by random projection: for a standard normal v, E |v' J|^2 = |J|_F^2 (Hoffman, Roberts and Yaida 2019,
 * section 2.3). One backward pass, whatever the latent dimension.
 */
final class SquaredJacobian {
    private SquaredJacobian() {}

    /**
     * An unbiased estimate for each row.
     *
     * @param mean of the posterior, {@code [batch, latent]}, with a graph back to the images
     * @param images {@code [batch, channels, height, width]}, of which a gradient is kept
     * @param directions v, {@code [batch, latent]}
     * @param differentiable whether the estimate keeps a graph of its own, back to the parameters
     * @return {@code [batch]}, in squared latent units a squared input unit, at least zero
     */
    static Tensor estimate(Tensor mean, Tensor images, Tensor directions, boolean differentiable) {
        TensorVector gradients = torch.grad(
                new TensorVector(mean),
                new TensorVector(images),
                new TensorVector(directions),
                new BoolOptional(true),
                differentiable,
                false);
        // A vector's elements die with it; a copy shares the values.
        return new Tensor(gradients.get(0)).square().flatten(1, -1).sum(1);
    }
}
