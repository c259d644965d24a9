package io.margrave.benchmarks;

import io.margrave.data.DataLocation;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.Progress;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained model with the images that it is measured on.
 *
 * @param name of the model, which names the noise
 * @param vae the model
 * @param images its test split; points are numbered as in the split, from 0
 */
record Subject(String name, Vae vae, ImageSet images) {

    /** Where models are looked for that no one names: {@code MARGRAVE_BENCHMARK_MODEL}. */
    private static final String MODEL = "MARGRAVE_BENCHMARK_MODEL";

    /**
     * The model of a folder on the data that it was trained on.
     *
     * @param folder with {@code model.yaml}
     */
    static Subject of(Path folder) {
        NetworkVae vae = ModelFolder.readNetworks(folder);
        var provenance = vae.spec().provenance();
        String data = provenance == null ? "mnist" : provenance.data();
        return new Subject(
                Objects.requireNonNull(folder.getFileName()).toString(),
                vae,
                Datasets.open(DataRequest.of(data, null)).test());
    }

    /** The model that the environment names or, without one, an MLP with beta 5 that is trained once into a cache. */
    static Subject fromEnvironment() {
        String folder = System.getenv(MODEL);
        return of(folder == null || folder.isBlank() ? trained(20, 12) : Path.of(folder));
    }

    /**
     * An MLP 784-512-512 with beta 5, trained once into a cache: on MNIST where it is found, else on generated sprites.
     *
     * @param latent dimension
     * @param epochs at most
     */
    static Path trained(int latent, int epochs) {
        String data = Files.isDirectory(DataLocation.resolve(null).resolve("mnist")) ? "mnist" : "sprites";
        Path folder = Path.of(
                System.getProperty("user.home"),
                ".cache",
                "margrave",
                "benchmarks",
                data + "-b5-k" + latent + "-e" + epochs);
        if (!ModelFolder.holdsModel(folder)) {
            System.err.println("training " + folder + ", once");
            DataSplits splits = Datasets.open(DataRequest.of(data, null));
            Trainer.train(
                    TrainingPlan.defaults(data)
                            .withBeta(5)
                            .withEpochs(epochs)
                            .withModel(Architecture.mlp(), latent, LikelihoodSpec.bernoulli())
                            .withThreads(Runtime.getRuntime().availableProcessors()),
                    splits,
                    folder,
                    Progress.Listener.none());
            Engine.singleThreaded();
        }
        return folder;
    }

    Noise noise() {
        return new Noise(0, name);
    }

    /** Points {@code first} to {@code first + count - 1} of the split. */
    static int[] numbers(int first, int count) {
        return IntStream.range(first, first + count).toArray();
    }

    /** Images as {@code [points, features]}. */
    Tensor inputs(int[] points) {
        return TensorCopies.tensor(
                images.images(points), points.length, images.shape().size());
    }

    /**
     * A chunk of points, ready to be searched: full kind, boxed.
     *
     * @param points numbers within the split
     * @param inputs {@code [points, features]}
     * @param map reconstructions around them
     * @param ball inside the value range
     * @param directions where an audit's searches start from
     * @param singular other directions: whitened and spectral singular vectors, both signs
     */
    record Chunk(
            int[] points,
            Tensor inputs,
            Reconstruction map,
            Ball ball,
            List<Tensor> directions,
            List<Tensor> singular) {}

    /**
     * A chunk of points, ready to be attacked.
     *
     * @param map reconstructions around them
     * @param ball inside the value range
     */
    record Clean(Reconstruction map, Ball ball) {}

    /** The points themselves, without Jacobians. */
    Clean clean(int[] points, boolean inBfloat16) {
        Tensor inputs = inputs(points);
        return new Clean(
                Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE)
                        .searched(inBfloat16),
                new Ball(inputs, images.range()));
    }

    /** As an audit prepares one: exact Jacobians, clean pass, starts. */
    Chunk chunk(int[] points, boolean inBfloat16) {
        Tensor inputs = inputs(points);
        Vae searched = inBfloat16 ? vae.inBfloat16() : vae;
        EncoderJacobian jacobian = EncoderJacobian.withSearchDirections(vae, searched, inputs);
        return new Chunk(
                points,
                inputs,
                Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE)
                        .searched(inBfloat16),
                new Ball(inputs, images.range()),
                jacobian.searchDirections(),
                List.of(
                        jacobian.whitenedDirections(),
                        jacobian.whitenedDirections().neg(),
                        jacobian.spectralDirections(),
                        jacobian.spectralDirections().neg()));
    }

    /** From corner to corner of the value range. */
    double limit() {
        return Ball.diameter(images.shape().size(), images.range());
    }
}
