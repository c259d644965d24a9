package io.margrave.vae.network;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a linear layer, laid out for the processor's kernels both ways: {@code torch.linear} lays them out anew at each call. Of
 * weights that nobody trains; those that were changed are laid out again. Safe for use by several threads.
 */
final class PackedLinear {
    /** Larger weights would take too much memory twice. */
    private static final long MOST_WEIGHTS = 1L << 24;

    private final Tensor weight;
    private final Tensor bias;
    private final boolean possible;
    private volatile @Nullable Layouts layouts;

    /**
     * Weights in both layouts.
     *
     * @param version of the weights that they were made of
     */
    private record Layouts(long version, OneDnn.Weights forward, OneDnn.Weights back) {}

    /**
     * Of a layer.
     *
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}
     */
    PackedLinear(Tensor weight, Tensor bias) {
        this.weight = weight;
        this.bias = bias;
        possible = weight.numel() <= MOST_WEIGHTS && OneDnn.multiplies(weight.scalar_type());
    }

    /** Whether such weights can be laid out here, and are not being trained. */
    boolean usable() {
        return possible && !weight.requires_grad() && !bias.requires_grad();
    }

    /** activation(W x + b), for rows of x, at least one; without a gradient. */
    Tensor forward(Tensor input, OneDnn.Activation activation) {
        return current().forward.multiply(input, activation);
    }

    /** From gradients of the outputs, before the activation, to those of the inputs: W^T g, for rows of g, at least one. */
    Tensor back(Tensor gradient) {
        return current().back.multiply(gradient, OneDnn.Activation.NONE);
    }

    private Layouts current() {
        Layouts now = layouts;
        return now != null && now.version == weight._version() ? now : layOut();
    }

    private synchronized Layouts layOut() {
        long version = weight._version();
        Layouts now = layouts;
        if (now == null || now.version != version) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                now = new Layouts(
                        version,
                        new OneDnn.Weights(weight.contiguous(), bias),
                        new OneDnn.Weights(weight.t().contiguous(), null));
            }
            layouts = now;
        }
        return now;
    }
}
