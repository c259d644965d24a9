package io.margrave.vae.model;

import io.margrave.data.Noise;
import io.margrave.vae.network.Layer;
import io.margrave.vae.network.Network;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A {@link Vae} made of two networks. Its tensors outlive the {@code PointerScope} it was made in. */
public final class NetworkVae implements Vae {
    private static final String LOG_SCALE = "likelihood.log_scale";

    private final NetworkSpec spec;
    private final ImageEncoder encoder;
    private final Network decoder;
    private final Likelihood likelihood;
    /** From latents to the likelihood's mean, where that is the decoder and a function of each of its values; null elsewhere. */
    private final @Nullable Network means;
    /** Made once, when first asked for: the weights of a model that is searched don't change. */
    private @Nullable NetworkVae bfloat16;

    private NetworkVae(NetworkSpec spec, ImageEncoder encoder, Network decoder, Likelihood likelihood) {
        this.spec = spec;
        this.encoder = encoder;
        this.decoder = decoder;
        this.likelihood = likelihood;
        Layer.Activation activation = likelihood.activation();
        this.means = activation == null ? null : decoder.followedBy(activation);
    }

    /**
     * A model with first weights.
     *
     * @param seed of the weights
     */
    public static NetworkVae initialised(NetworkSpec spec, long seed) {
        Noise noise = new Noise(seed, "weights");
        List<Layer> decoder = spec.architecture().decoder(spec.shape(), spec.latent());
        return assemble(
                spec,
                ImageEncoder.initialised(
                        spec.architecture(),
                        spec.shape(),
                        spec.latent(),
                        spec.posterior(),
                        spec.sigmaFloor(),
                        noise.stream(0, "encoder", 0)),
                Network.initialised(decoder, latent(spec), noise.stream(0, "decoder", 0)),
                retained(spec.likelihood().open(spec.range())));
    }

    /**
     * A model with given weights.
     *
     * @param parameters by the names of {@link #parameterShapes}, exactly these
     */
    public static NetworkVae of(NetworkSpec spec, Map<String, Tensor> parameters) {
        Map<String, List<Long>> shapes = parameterShapes(spec);
        if (!shapes.keySet().equals(parameters.keySet())) {
            throw new IllegalArgumentException("want parameters " + shapes.keySet() + ", got " + parameters.keySet());
        }
        Likelihood likelihood = spec.likelihood().learnedScale()
                ? new Gaussian(
                        spec.range(), spec.likelihood().link(), Objects.requireNonNull(parameters.get(LOG_SCALE)))
                : spec.likelihood().open(spec.range());
        return assemble(
                spec,
                ImageEncoder.of(
                        spec.architecture(),
                        spec.shape(),
                        spec.latent(),
                        spec.posterior(),
                        spec.sigmaFloor(),
                        under("encoder.", parameters)),
                new Network(
                        spec.architecture().decoder(spec.shape(), spec.latent()),
                        latent(spec),
                        under("decoder.", parameters)),
                retained(likelihood));
    }

    private static NetworkVae assemble(NetworkSpec spec, ImageEncoder encoder, Network decoder, Likelihood likelihood) {
        if (!decoder.output().equals(ImageEncoder.image(spec.shape()))) {
            throw new IllegalArgumentException(
                    "want a decoder to " + spec.shape() + ", got one to " + decoder.output());
        }
        return new NetworkVae(spec, encoder, decoder, likelihood);
    }

    private static Likelihood retained(Likelihood likelihood) {
        if (likelihood instanceof Gaussian gaussian) {
            gaussian.logScale().retainReference();
        }
        return likelihood;
    }

    /**
     * Names and shapes of all parameters of such a model, in order. Costs no memory, so that a file can be checked first.
     *
     * @throws IllegalArgumentException where the architecture can't take such images
     */
    public static Map<String, List<Long>> parameterShapes(NetworkSpec spec) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Network.parameterShapes(ImageEncoder.layers(spec.architecture(), spec.shape(), spec.latent(), spec.posterior()))
                .forEach((name, shape) -> shapes.put("encoder." + name, shape));
        Network.parameterShapes(spec.architecture().decoder(spec.shape(), spec.latent()))
                .forEach((name, shape) -> shapes.put("decoder." + name, shape));
        if (spec.likelihood().learnedScale()) {
            shapes.put(LOG_SCALE, List.of(1L));
        }
        return shapes;
    }

    /** All parameters by name: {@code encoder.1.weight}, ..., {@code decoder.0.weight}, ... */
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        encoder.network().parameters().forEach((name, tensor) -> parameters.put("encoder." + name, tensor));
        decoder.parameters().forEach((name, tensor) -> parameters.put("decoder." + name, tensor));
        if (spec.likelihood().learnedScale() && likelihood instanceof Gaussian gaussian) {
            parameters.put(LOG_SCALE, gaussian.logScale());
        }
        return Collections.unmodifiableMap(parameters);
    }

    @Override
    public NetworkSpec spec() {
        return spec;
    }

    /**
     * From images to {@code [batch, 2 * latent]}: means, then log-variances before they are bounded; to {@code [batch, latent]} where
     * the posterior is deterministic.
     */
    public Network encoder() {
        return encoder.network();
    }

    /** From {@code [batch, latent]} to the likelihood's parameters. */
    public Network decoder() {
        return decoder;
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        return encoder.encode(images);
    }

    @Override
    public Tensor decodeParameters(Tensor latents) {
        return decoder.forward(latents);
    }

    /** As the likelihood says it; where it can, in one operation with the decoder's last product. */
    @Override
    public Tensor decode(Tensor latents) {
        return means == null ? Vae.super.decode(latents) : means.forward(latents);
    }

    @Override
    public Likelihood likelihood() {
        return likelihood;
    }

    @Override
    public synchronized Vae inBfloat16() {
        if (bfloat16 == null) {
            bfloat16 = new NetworkVae(spec, encoder.inBfloat16(), decoder.inBfloat16(), likelihood);
        }
        return bfloat16;
    }

    private static List<Long> latent(NetworkSpec spec) {
        return List.of((long) spec.latent());
    }

    /** Those whose names begin so, without it. */
    static Map<String, Tensor> under(String prefix, Map<String, Tensor> parameters) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), tensor);
            }
        });
        return own;
    }
}
