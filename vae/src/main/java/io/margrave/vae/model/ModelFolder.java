package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.results.ModelCard;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.vae.TensorCopies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A model as a folder: {@code model.yaml} with {@code weights.safetensors}, or, imported, with {@code encoder.pt} and {@code
 * decoder.pt}.
 *
 * <p>The weights are written first and {@code model.yaml} last, by rename, with the checksum of the weights in it: a reader
 * sees a whole model or none. What is read is untrusted; what doesn't fit is a {@link BadInputException} of one line with
 * file and field, before memory is taken for it.
 */
public final class ModelFolder {
    /** Key under which the card of a classifier tells the share of the test split that it gets right. */
    public static final String TEST_ACCURACY = "test_accuracy";

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
     * What kind of model a folder holds; an imported one is a VAE or, where its posterior is deterministic, an autoencoder.
     *
     * @throws BadInputException where there is none, or {@code model.yaml} is not as it should be
     */
    public static ModelKind kind(Path folder) {
        return switch (ModelFiles.format(folder)) {
            case ScriptFolder.FORMAT -> ModelKind.reconstructing(ScriptFolder.posterior(folder));
            case ClassifierYaml.FORMAT -> classifierYaml(folder).spec().kind();
            default -> ModelKind.reconstructing(readYaml(folder).spec().posterior());
        };
    }

    /**
     * Reads a model that reconstructs, trained here or imported.
     *
     * @throws BadInputException where there is none, or anything in it is not as it should be
     */
    public static Vae read(Path folder) {
        return isImported(folder) ? ScriptFolder.read(folder) : readNetworks(folder);
    }

    /**
     * Reads a model of our own layers that reconstructs.
     *
     * @throws BadInputException where there is none, or anything in it is not as it should be
     */
    @SuppressWarnings("try") // The scope acts by being open.
    public static NetworkVae readNetworks(Path folder) {
        ModelYaml yaml = readYaml(folder);
        try (PointerScope scope = new PointerScope()) {
            return NetworkVae.of(
                    yaml.spec(), weights(folder, NetworkVae.parameterShapes(yaml.spec()), yaml.weightsChecksum()));
        }
    }

    /**
     * Reads a classifier.
     *
     * @throws BadInputException where there is none, or anything in it is not as it should be
     */
    @SuppressWarnings("try") // The scope acts by being open.
    public static NetworkClassifier readClassifier(Path folder) {
        ClassifierYaml yaml = classifierYaml(folder);
        try (PointerScope scope = new PointerScope()) {
            return NetworkClassifier.of(
                    yaml.spec(),
                    weights(folder, NetworkClassifier.parameterShapes(yaml.spec()), yaml.weightsChecksum()));
        }
    }

    /** Checked, and of the caller's scope. */
    private static Map<String, Tensor> weights(Path folder, Map<String, List<Long>> shapes, @Nullable String checksum) {
        Path file = folder.resolve(WEIGHTS);
        SafetensorsFile weights = Safetensors.read(file, mostBytes(folder, shapes));
        check(file, shapes, weights.tensors());
        if (checksum != null && !checksum.equals(ModelFiles.sha256(file))) {
            throw new BadInputException(
                    file + ": want the checksum that " + YAML + " names, got another: one of the two was changed;"
                            + " train again, or remove weights_sha256 if you trust the weights");
        }
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        weights.tensors()
                .forEach((name, data) -> parameters.put(
                        name,
                        TensorCopies.tensor(
                                data.values(),
                                data.shape().stream().mapToLong(Long::longValue).toArray())));
        return parameters;
    }

    /**
     * What a folder says of a model of our own layers that reconstructs, without reading the weights.
     *
     * @throws BadInputException where there is none, or {@code model.yaml} is not as it should be
     */
    public static NetworkSpec spec(Path folder) {
        return readYaml(folder).spec();
    }

    /**
     * What a folder says of a classifier, without reading the weights.
     *
     * @throws BadInputException where there is none, or {@code model.yaml} is not as it should be
     */
    public static ClassifierSpec classifierSpec(Path folder) {
        return classifierYaml(folder).spec();
    }

    /**
     * How a model of our own layers was trained, whatever its kind.
     *
     * @return null where it was not trained here
     * @throws BadInputException where there is none, or {@code model.yaml} is not as it should be
     */
    public static @Nullable TrainingProvenance provenance(Path folder) {
        return holdsClassifier(folder)
                ? classifierSpec(folder).provenance()
                : spec(folder).provenance();
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
        String checksum = ModelFiles.sha256(folder.resolve(WEIGHTS));
        return OwnModel.of(folder).card(name, folder.toString(), checksum);
    }

    /**
     * What an experiment says of a model that was trained here.
     *
     * @param name of the model within the experiment
     * @param trainImages images that it was fitted on
     * @throws BadInputException where there is none, or it was not trained here
     */
    public static ExperimentModel experimentModel(Path folder, String name, int trainImages) {
        if (isImported(folder)) {
            throw new BadInputException(folder + " holds an imported model, want one that margrave train made");
        }
        return OwnModel.of(folder).experimentModel(folder, name, trainImages);
    }

    /**
     * Writes a model, making the folder where there is none.
     *
     * @throws BadInputException where it can't be written
     */
    public static void write(Path folder, NetworkVae vae) {
        write(folder, vae.parameters(), checksum -> new ModelYaml(vae.spec(), checksum).text());
    }

    /**
     * Writes a classifier, making the folder where there is none.
     *
     * @throws BadInputException where it can't be written
     */
    public static void write(Path folder, NetworkClassifier classifier) {
        write(folder, classifier.parameters(), checksum -> new ClassifierYaml(classifier.spec(), checksum).text());
    }

    private static void write(Path folder, Map<String, Tensor> parameters, UnaryOperator<String> yamlOfChecksum) {
        ModelFiles.create(folder);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        parameters.forEach(
                (name, tensor) -> tensors.put(name, new TensorData(sizes(tensor), TensorCopies.floats(tensor))));
        Path weights = folder.resolve(WEIGHTS);
        Safetensors.write(weights, tensors, Map.of("format", "pt"));
        ModelFiles.write(folder, yamlOfChecksum.apply(ModelFiles.sha256(weights)));
    }

    private static ModelYaml readYaml(Path folder) {
        String text = ModelFiles.text(folder);
        String file = folder.resolve(YAML).toString();
        if (YamlText.parse(file, text).text("format").equals(ClassifierYaml.FORMAT)) {
            throw new BadInputException(folder + " holds a classifier (kind "
                    + ClassifierYaml.parse(file, text).spec().kind().id()
                    + "), want a model that reconstructs: a VAE or an autoencoder");
        }
        return ModelYaml.parse(file, text);
    }

    private static ClassifierYaml classifierYaml(Path folder) {
        String text = ModelFiles.text(folder);
        String file = folder.resolve(YAML).toString();
        String format = YamlText.parse(file, text).text("format");
        if (format.equals(ModelYaml.FORMAT) || format.equals(ScriptFolder.FORMAT)) {
            throw new BadInputException(folder + " holds a model that reconstructs, want a classifier: train one with"
                    + " margrave train --kind vib or --kind classifier");
        }
        return ClassifierYaml.parse(file, text);
    }

    static boolean holdsClassifier(Path folder) {
        return ClassifierYaml.FORMAT.equals(ModelFiles.format(folder));
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
