package io.margrave.vae.training;

import io.margrave.data.BadInputException;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that a training needs to go on after an epoch as if it had never stopped.
 *
 * @param plan the plan, by key
 * @param dataChecksum of the training split
 * @param parameters by name
 * @param first Adam's means of the gradient, by name of parameter
 * @param second Adam's means of the squared gradient, by name of parameter
 * @param best parameters of the best epoch, by name
 * @param steps of Adam
 * @param epochs finished
 * @param bestEpoch from 1; 0 where there is none
 * @param bestObjective on the validation split
 * @param seconds of wall-clock time so far
 * @param history the validation objective after each epoch
 */
record Checkpoint(
        Map<String, String> plan,
        String dataChecksum,
        Map<String, TensorData> parameters,
        Map<String, TensorData> first,
        Map<String, TensorData> second,
        Map<String, TensorData> best,
        long steps,
        int epochs,
        int bestEpoch,
        double bestObjective,
        double seconds,
        List<Double> history) {

    private static final String PLAN = "plan.";

    void write(Path file) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        put(tensors, "parameter.", parameters);
        put(tensors, "adam.first.", first);
        put(tensors, "adam.second.", second);
        put(tensors, "best.", best);
        Map<String, String> metadata = new LinkedHashMap<>();
        plan.forEach((key, value) -> metadata.put(PLAN + key, value));
        metadata.put("data_checksum", dataChecksum);
        metadata.put("steps", Long.toString(steps));
        metadata.put("epochs", Integer.toString(epochs));
        metadata.put("best_epoch", Integer.toString(bestEpoch));
        metadata.put("best_objective", Double.toString(bestObjective));
        metadata.put("seconds", Double.toString(seconds));
        metadata.put("history", history.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        Safetensors.write(file, tensors, metadata);
    }

    /**
     * Reads a checkpoint back.
     *
     * @param shapes of the parameters by name: anything else is refused
     * @throws BadInputException where the file is not a checkpoint of such a model
     */
    static Checkpoint read(Path file, Map<String, List<Long>> shapes) {
        long parameters = shapes.values().stream()
                .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                .sum();
        SafetensorsFile read = Safetensors.read(file, 4L * Float.BYTES * parameters + (1L << 20));
        Map<String, String> metadata = read.metadata();
        Map<String, String> plan = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            if (key.startsWith(PLAN)) {
                plan.put(key.substring(PLAN.length()), value);
            }
        });
        try {
            return new Checkpoint(
                    plan,
                    field(file, metadata, "data_checksum"),
                    take(file, read, "parameter.", shapes),
                    take(file, read, "adam.first.", shapes),
                    take(file, read, "adam.second.", shapes),
                    take(file, read, "best.", shapes),
                    Long.parseLong(field(file, metadata, "steps")),
                    Integer.parseInt(field(file, metadata, "epochs")),
                    Integer.parseInt(field(file, metadata, "best_epoch")),
                    Double.parseDouble(field(file, metadata, "best_objective")),
                    Double.parseDouble(field(file, metadata, "seconds")),
                    numbers(field(file, metadata, "history")));
        } catch (NumberFormatException e) {
            throw new BadInputException(file + ": a number in it can't be read: delete it to train from the start", e);
        }
    }

    private static void put(Map<String, TensorData> all, String prefix, Map<String, TensorData> some) {
        some.forEach((name, data) -> all.put(prefix + name, data));
    }

    private static Map<String, TensorData> take(
            Path file, SafetensorsFile read, String prefix, Map<String, List<Long>> shapes) {
        Map<String, TensorData> taken = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            TensorData data = read.tensors().get(prefix + name);
            if (data == null || !data.shape().equals(shape)) {
                throw new BadInputException(file + ": want tensor " + prefix + name + " of shape " + shape + ", got "
                        + (data == null ? "none" : data.shape()) + ": delete it to train from the start");
            }
            taken.put(name, data);
        });
        return taken;
    }

    private static List<Double> numbers(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(" ", -1)).map(Double::valueOf).toList();
    }

    private static String field(Path file, Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new BadInputException(
                    file + ": want a checkpoint with " + key + ", got none: delete it to train from the start");
        }
        return value;
    }
}
