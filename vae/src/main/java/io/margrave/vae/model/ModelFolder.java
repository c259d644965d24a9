package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.results.ModelCard;
import io.margrave.vae.TensorCopies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A model as a folder: {@code model.yaml} with {@code weights.safetensors}, or, imported, with {@code encoder.pt} and {@code
 * decoder.pt}.
 *
 * <p>The weights are written first and {@code model.yaml} last, by rename, with the checksum of the weights in it: a reader
 * sees a whole model or none. What is read is untrusted; what doesn't fit is a {@link BadInputException} of one line with
 * file and field, before memory is taken for it.
 */
public final class ModelFolder {
    private static final String YAML = ModelFiles.YAML;
    private static final String WEIGHTS = "weights.safetensors";
    /** 4 GiB of float32: beyond it no model of these architectures is meant. */
    private static final long MOST_PARAMETERS = 1L << 30;
    /** Room for the header beside the weights. */
    private static final long HEADER_BYTES = 1L << 20;

    private ModelFolder() {}

    /** Whether a folder holds a finished model. */
    public static boolean holdsModel(Path folder) {
        return Files.isRegularFile(folder.resolve(YAML));
    }

    /**
     * Reads a model, trained here or imported.
     *
     * @throws BadInputException where there is none, or anything in it is not as it should be
     */
    public static Vae read(Path folder) {
        return isImported(folder) ? ScriptFolder.read(folder) : readNetworks(folder);
    }

    /**
     * Reads a model of our own layers.
     *
     * @throws BadInputException where there is none, or anything in it is not as it should be
     */
    @SuppressWarnings("try") // The scope acts by being open.
    public static NetworkVae readNetworks(Path folder) {
        ModelYaml yaml = readYaml(folder);
        Path file = folder.resolve(WEIGHTS);
        Map<String, List<Long>> shapes = NetworkVae.parameterShapes(yaml.spec());
        SafetensorsFile weights = Safetensors.read(file, mostBytes(folder, shapes));
        check(file, shapes, weights.tensors());
        String checksum = yaml.weightsChecksum();
        if (checksum != null && !checksum.equals(ModelFiles.sha256(file))) {
            throw new BadInputException(
                    file + ": want the checksum that " + YAML + " names, got another: one of the two was changed;"
                            + " train again, or remove weights_sha256 if you trust the weights");
        }
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            weights.tensors()
                    .forEach((name, data) -> parameters.put(
                            name,
                            TensorCopies.tensor(
                                    data.values(),
                                    data.shape().stream()
                                            .mapToLong(Long::longValue)
                                            .toArray())));
            return NetworkVae.of(yaml.spec(), parameters);
        }
    }

    /**
     * What a folder says of a model of our own layers, without reading the weights.
     *
     * @throws BadInputException where there is none, or {@code model.yaml} is not as it should be
     */
    public static NetworkSpec spec(Path folder) {
        return readYaml(folder).spec();
    }

    /**
     * What a report says of the model.
     *
     * @param name of the model within the run
     */
    public static ModelCard card(Path folder, String name) {
        if (isImported(folder)) {
            return ScriptFolder.card(folder, name);
        }
        NetworkSpec spec = spec(folder);
        String checksum = ModelFiles.sha256(folder.resolve(WEIGHTS));
        TrainingProvenance trained = spec.provenance();
        String architecture = spec.architecture().phrase();
        String likelihood = spec.likelihood().family().id();
        if (trained == null) {
            return new ModelCard(
                    name,
                    folder.toString(),
                    checksum,
                    "unknown",
                    "unknown",
                    architecture,
                    spec.latent(),
                    likelihood,
                    "unknown",
                    1,
                    0,
                    0,
                    0,
                    null,
                    null,
                    null,
                    null,
                    List.of());
        }
        return new ModelCard(
                name,
                folder.toString(),
                checksum,
                trained.data(),
                trained.dataChecksum(),
                architecture,
                spec.latent(),
                likelihood,
                trained.objective(),
                trained.beta(),
                trained.seed(),
                trained.epochs(),
                trained.seconds(),
                trained.testElbo(),
                trained.testLogLikelihood(),
                trained.testKl(),
                trained.activeUnits(),
                trained.klPerDimension());
    }

    /**
     * Writes a model, making the folder where there is none.
     *
     * @throws BadInputException where it can't be written
     */
    public static void write(Path folder, NetworkVae vae) {
        ModelFiles.create(folder);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        vae.parameters()
                .forEach((name, tensor) ->
                        tensors.put(name, new TensorData(sizes(tensor), TensorCopies.floats(tensor))));
        Path weights = folder.resolve(WEIGHTS);
        Safetensors.write(weights, tensors, Map.of("format", "pt"));
        ModelFiles.write(folder, new ModelYaml(vae.spec(), ModelFiles.sha256(weights)).text());
    }

    private static ModelYaml readYaml(Path folder) {
        return ModelYaml.parse(folder.resolve(YAML).toString(), ModelFiles.text(folder));
    }

    private static boolean isImported(Path folder) {
        return ScriptFolder.FORMAT.equals(ModelFiles.format(folder));
    }

    /** Bytes that the weights of such a model may take, were they float64. */
    private static long mostBytes(Path folder, Map<String, List<Long>> shapes) {
        long parameters = 0;
        for (List<Long> shape : shapes.values()) {
            // Sizes are below 2^31 and there are at most four; the first two alone may pass the limit.
            double size = shape.stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
            if (size + parameters > MOST_PARAMETERS) {
                throw new BadInputException(folder.resolve(YAML) + ": want an architecture of at most "
                        + MOST_PARAMETERS + " parameters, got more: smaller widths");
            }
            parameters += (long) size;
        }
        return Double.BYTES * parameters + HEADER_BYTES;
    }

    private static void check(Path file, Map<String, List<Long>> shapes, Map<String, TensorData> tensors) {
        shapes.forEach((name, shape) -> {
            TensorData data = tensors.get(name);
            if (data == null) {
                throw new BadInputException(file + ": want tensor " + name + " of shape " + shape + ", got none");
            }
            if (!data.shape().equals(shape)) {
                throw new BadInputException(
                        file + ": want tensor " + name + " of shape " + shape + ", got " + data.shape());
            }
            for (float value : data.values()) {
                if (!Float.isFinite(value)) {
                    throw new BadInputException(
                            file + ": want finite weights, got " + value + " in tensor " + name + ": train again");
                }
            }
        });
        TreeSet<String> extra = new TreeSet<>(tensors.keySet());
        extra.removeAll(shapes.keySet());
        if (!extra.isEmpty()) {
            String first = extra.first();
            throw new BadInputException(file + ": want the tensors of " + YAML + " only, got also "
                    + first.substring(0, Math.min(60, first.length())).replaceAll("\\p{Cntrl}", "?"));
        }
    }

    private static List<Long> sizes(Tensor tensor) {
        return Arrays.stream(TensorCopies.sizes(tensor)).boxed().toList();
    }
}
