package io.margrave.benchmarks;

import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.network.Layer;
import java.util.List;

/**
 * Floating-point operations by formula: matrix products and convolutions only, a multiply-add being two. Activations,
 * projections, noise and optimiser are not counted, so a share of the peak reads low rather than high.
 *
 * <p>With E and D the multiply-adds of encoder and decoder for one row and F those of the encoder's first layer: a forward pass
 * is E + D; a backward pass to the input as much again; one to the weights and to all inner layers 2 E + 2 D - F, the
 * gradient to the image being left out.
 *
 * @param encoder multiply-adds a row
 * @param decoder multiply-adds a row
 * @param firstLayer multiply-adds a row of the encoder's first layer with weights
 */
public record Arithmetic(long encoder, long decoder, long firstLayer) {

    /** Counts a model's layers. */
    public static Arithmetic of(NetworkSpec spec) {
        List<Long> image =
                List.of((long) spec.shape().channels(), (long) spec.shape().height(), (long)
                        spec.shape().width());
        List<Layer> encoder =
                spec.architecture().encoder(spec.shape(), spec.posterior().parameters(spec.latent()));
        List<Layer> decoder = spec.architecture().decoder(spec.shape(), spec.latent());
        return new Arithmetic(
                sum(encoder, image, false),
                sum(decoder, List.of((long) spec.latent()), false),
                sum(encoder, image, true));
    }

    private static long sum(List<Layer> layers, List<Long> input, boolean firstOnly) {
        long sum = 0;
        List<Long> shape = input;
        for (Layer layer : layers) {
            List<Long> output = layer.output(shape);
            sum += multiplyAdds(layer, shape, output);
            if (firstOnly && sum > 0) {
                return sum;
            }
            shape = output;
        }
        return sum;
    }

    private static long multiplyAdds(Layer layer, List<Long> input, List<Long> output) {
        if (layer instanceof Layer.Linear linear) {
            return (long) linear.in() * linear.out();
        }
        if (layer instanceof Layer.Conv2d conv) {
            return (long) conv.in() * conv.out() * conv.kernel() * conv.kernel() * output.get(1) * output.get(2);
        }
        if (layer instanceof Layer.ConvTranspose2d conv) {
            return (long) conv.in() * conv.out() * conv.kernel() * conv.kernel() * input.get(1) * input.get(2);
        }
        return 0;
    }

    /** Operations of a training step. */
    public long trainingStep(int batch) {
        return 2L * batch * (3 * encoder + 3 * decoder - firstLayer);
    }

    /** Operations of an attack step: forward, and backward to the input. */
    public long attackStep(int points, int draws) {
        return 4L * points * (encoder + draws * decoder);
    }

    /** Operations of a Jacobian: one forward pass, one backward pass of the encoder a latent. */
    public long jacobian(int points, int latent) {
        return 2L * points * (1 + latent) * encoder;
    }

    /** Operations of the three bounds of a point: its Jacobian and its clean draws. */
    public long bounds(int latent, int draws) {
        return jacobian(1, latent) + 2L * draws * decoder;
    }
}
