package io.margrave.vae.network;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer's products through oneDNN, without autograd. Weights that nobody trains are laid out for the processor's kernels once, both
 * ways, and again where they were changed; those in training are taken as they lie. Safe for use by several threads.
 */
final class OneDnnLinear {
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
    OneDnnLinear(Tensor weight, Tensor bias) {
        this.weight = weight;
        this.bias = bias;
        possible = weight.numel() <= MOST_WEIGHTS && OneDnn.multiplies(weight.scalar_type());
    }

    /** Whether oneDNN multiplies here, and nobody trains the weights. */
    boolean isFixed() {
        return possible && !weight.requires_grad() && !bias.requires_grad();
    }

    /** Whether oneDNN multiplies here, and weights and bias are in training. */
    boolean isLearnt() {
        return possible && weight.requires_grad() && bias.requires_grad();
    }

    /** activation(W x + b), for rows of x, at least one; without a gradient. */
    Tensor forward(Tensor input, OneDnn.Activation activation) {
        return isFixed()
                ? current().forward.multiply(input, activation)
                : OneDnn.multiply(input, weight, bias, activation);
    }

    /** From gradients of the outputs, before the activation, to those of the inputs: W^T g, for rows of g, at least one. */
    Tensor back(Tensor gradient) {
        return isFixed()
                ? current().back.multiply(gradient, OneDnn.Activation.NONE)
                : OneDnn.multiply(gradient, weight.t(), null, OneDnn.Activation.NONE);
    }

    /** From the same to those of weights and bias: sums of g x^T and of g over the rows. */
    List<Tape.ParameterGradient> backToParameters(Tensor gradient, Tensor input) {
        Tensor ofWeight = OneDnn.multiply(gradient.t(), input.t(), null, OneDnn.Activation.NONE);
        return List.of(new Tape.ParameterGradient(weight, ofWeight), new Tape.ParameterGradient(bias, gradient.sum(0)));
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
