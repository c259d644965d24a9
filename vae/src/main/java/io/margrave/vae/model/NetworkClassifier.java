package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Layer;
import io.margrave.vae.network.Network;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier of our own layers: the encoder of a {@link NetworkVae}, and one linear layer from the latent to the logits. Its tensors
 * outlive the {@code PointerScope} it was made in.
 */
public final class NetworkClassifier implements ImageClassifier {
    private final ClassifierSpec spec;
    private final ImageEncoder encoder;
    private final Network head;

    private NetworkClassifier(ClassifierSpec spec, ImageEncoder encoder, Network head) {
        this.spec = spec;
        this.encoder = encoder;
        this.head = head;
    }

    /**
     * A classifier with first weights. Those of the encoder are those that a VAE of the same seed starts with.
     *
     * @param seed of the weights
     */
    public static NetworkClassifier initialised(ClassifierSpec spec, long seed) {
        Noise noise = new Noise(seed, "weights");
        return new NetworkClassifier(
                spec,
                ImageEncoder.initialised(
                        spec.architecture(),
                        spec.shape(),
                        spec.latent(),
                        spec.kind().posterior(),
                        spec.sigmaFloor(),
                        noise.stream(0, "encoder", 0)),
                Network.initialised(head(spec), List.of((long) spec.latent()), noise.stream(0, "head", 0)));
    }

    /**
     * A classifier with given weights.
     *
     * @param parameters by the names of {@link #parameterShapes}, exactly these
     */
    public static NetworkClassifier of(ClassifierSpec spec, Map<String, Tensor> parameters) {
        Map<String, List<Long>> shapes = parameterShapes(spec);
        if (!shapes.keySet().equals(parameters.keySet())) {
            throw new IllegalArgumentException("want parameters " + shapes.keySet() + ", got " + parameters.keySet());
        }
        return new NetworkClassifier(
                spec,
                ImageEncoder.of(
                        spec.architecture(),
                        spec.shape(),
                        spec.latent(),
                        spec.kind().posterior(),
                        spec.sigmaFloor(),
                        NetworkVae.under("encoder.", parameters)),
                new Network(head(spec), List.of((long) spec.latent()), NetworkVae.under("head.", parameters)));
    }

    /**
     * Names and shapes of all parameters of such a classifier, in order. Costs no memory, so that a file can be checked first.
     *
     * @throws IllegalArgumentException where the architecture can't take such images
     */
    public static Map<String, List<Long>> parameterShapes(ClassifierSpec spec) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Network.parameterShapes(ImageEncoder.layers(
                        spec.architecture(),
                        spec.shape(),
                        spec.latent(),
                        spec.kind().posterior()))
                .forEach((name, shape) -> shapes.put("encoder." + name, shape));
        Network.parameterShapes(head(spec)).forEach((name, shape) -> shapes.put("head." + name, shape));
        return shapes;
    }

    private static List<Layer> head(ClassifierSpec spec) {
        return List.of(new Layer.Linear(spec.latent(), spec.classes()));
    }

    /** All parameters by name: {@code encoder.1.weight}, ..., {@code head.0.weight}, {@code head.0.bias}. */
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        encoder.network().parameters().forEach((name, tensor) -> parameters.put("encoder." + name, tensor));
        head.parameters().forEach((name, tensor) -> parameters.put("head." + name, tensor));
        return Collections.unmodifiableMap(parameters);
    }

    /** Everything but the weights. */
    public ClassifierSpec spec() {
        return spec;
    }

    @Override
    public ImageShape shape() {
        return spec.shape();
    }

    @Override
    public ValueRange range() {
        return spec.range();
    }

    @Override
    public int latent() {
        return spec.latent();
    }

    @Override
    public int classes() {
        return spec.classes();
    }

    @Override
    public PosteriorFamily posterior() {
        return spec.kind().posterior();
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        return encoder.encode(images);
    }

    @Override
    public Tensor logits(Tensor latents) {
        return head.forward(latents);
    }
}
