package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer;
import io.margrave.vae.network.Network;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * From images to q(z|x), by a network of our own layers.
 *
 * @param network to {@code [batch, 2 * latent]} where the posterior is Gaussian: means, then log-variances before they are bounded; to
 *     {@code [batch, latent]} where it is deterministic
 * @param posterior family of q(z|x)
 * @param sigmaFloor S of {@link GaussianPosterior#fromParameters(Tensor, double)}, at least zero
 */
record ImageEncoder(Network network, PosteriorFamily posterior, double sigmaFloor) {

    /** First weights. */
    static ImageEncoder initialised(
            Architecture architecture,
            ImageShape shape,
            int latent,
            PosteriorFamily posterior,
            double sigmaFloor,
            Noise.Stream noise) {
        return new ImageEncoder(
                Network.initialised(layers(architecture, shape, latent, posterior), image(shape), noise),
                posterior,
                sigmaFloor);
    }

    /** Given weights, by the names within the network. */
    static ImageEncoder of(
            Architecture architecture,
            ImageShape shape,
            int latent,
            PosteriorFamily posterior,
            double sigmaFloor,
            Map<String, Tensor> parameters) {
        return new ImageEncoder(
                new Network(layers(architecture, shape, latent, posterior), image(shape), parameters),
                posterior,
                sigmaFloor);
    }

    /**
     * The layers of such an encoder.
     *
     * @throws IllegalArgumentException where the architecture can't take such images
     */
    static List<Layer> layers(Architecture architecture, ImageShape shape, int latent, PosteriorFamily posterior) {
        return architecture.encoder(shape, posterior.parameters(latent));
    }

    /** What {@link NetworkSpec} and {@link ClassifierSpec} demand of it. */
    static void check(int latent, PosteriorFamily posterior, double sigmaFloor) {
        if (latent <= 0) {
            throw new IllegalArgumentException("want a latent dimension > 0, got " + latent);
        }
        if (!(sigmaFloor >= 0 && sigmaFloor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("want a finite sigma floor >= 0, got " + sigmaFloor);
        }
        if (sigmaFloor > 0 && posterior == PosteriorFamily.DETERMINISTIC) {
            throw new IllegalArgumentException(
                    "want no sigma floor of a deterministic posterior, whose sigma is 0, got " + sigmaFloor);
        }
    }

    static List<Long> image(ImageShape shape) {
        return List.of((long) shape.channels(), (long) shape.height(), (long) shape.width());
    }

    GaussianPosterior encode(Tensor images) {
        Tensor parameters = network.forward(images);
        return posterior == PosteriorFamily.DETERMINISTIC
                ? GaussianPosterior.deterministic(parameters)
                : GaussianPosterior.fromParameters(parameters, sigmaFloor);
    }

    ImageEncoder inBfloat16() {
        return new ImageEncoder(network.inBfloat16(), posterior, sigmaFloor);
    }
}
