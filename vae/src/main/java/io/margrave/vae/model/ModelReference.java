package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.data.Safetensors;
import io.margrave.data.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an exporter saw a model do: {@code reference.safetensors}.
 *
 * @param inputs {@code [n, channels, height, width]}, in the value range
 * @param mean posterior mean, {@code [n, latent]}
 * @param stdDev posterior standard deviation, {@code [n, latent]}; null of a deterministic model
 * @param reconstruction mean of p(x|z) at z = mean, {@code [n, channels, height, width]}
 */
public record ModelReference(
        TensorData inputs, TensorData mean, @Nullable TensorData stdDev, TensorData reconstruction) {
    private static final int MOST_ROWS = 64;
    private static final long HEADER_BYTES = 1L << 20;

    /**
     * Reads the reference of a model.
     *
     * @param folder of the model
     * @param spec what it says it is
     * @return null where there is none
     * @throws BadInputException where there is one that does not fit
     */
    public static @Nullable ModelReference read(Path folder, VaeSpec spec) {
        Path file = folder.resolve(ScriptExport.REFERENCE);
        if (!Files.exists(file)) {
            return null;
        }
        long values = 2L * spec.shape().size() + 2L * spec.latent();
        Map<String, TensorData> tensors = Safetensors.read(file, MOST_ROWS * values * Float.BYTES + HEADER_BYTES)
                .tensors();
        TensorData inputs = of(file, tensors, "inputs");
        long rows = inputs.shape().isEmpty() ? 0 : inputs.shape().get(0);
        if (rows < 1 || rows > MOST_ROWS) {
            throw new BadInputException(file + ": want from 1 to " + MOST_ROWS + " inputs, got " + rows);
        }
        List<Long> image = List.of(
                rows, (long) spec.shape().channels(), (long) spec.shape().height(), (long)
                        spec.shape().width());
        List<Long> latent = List.of(rows, (long) spec.latent());
        boolean deterministic = spec.posterior() == PosteriorFamily.DETERMINISTIC;
        return new ModelReference(
                shaped(file, "inputs", inputs, image),
                shaped(file, "mean", of(file, tensors, "mean"), latent),
                deterministic ? null : shaped(file, "std_dev", of(file, tensors, "std_dev"), latent),
                shaped(file, "reconstruction", of(file, tensors, "reconstruction"), image));
    }

    private static TensorData of(Path file, Map<String, TensorData> tensors, String name) {
        TensorData data = tensors.get(name);
        if (data == null) {
            throw new BadInputException(file + ": want a tensor " + name + ", got none: export again");
        }
        return data;
    }

    private static TensorData shaped(Path file, String name, TensorData data, List<Long> wanted) {
        if (!data.shape().equals(wanted)) {
            throw new BadInputException(
                    file + ": want tensor " + name + " of shape " + wanted + ", got " + data.shape());
        }
        for (float value : data.values()) {
            if (!Float.isFinite(value)) {
                throw new BadInputException(
                        file + ": want finite numbers, got " + value + " in tensor " + name + ": export again");
            }
        }
        return data;
    }
}
