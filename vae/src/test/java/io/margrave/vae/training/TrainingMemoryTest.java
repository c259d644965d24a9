package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ImageShape;
import io.margrave.results.Progress;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TrainingMemoryTest {
    @TempDir
    private Path folder;

    /** A step without its scope leaks some 2 MB of graph and activations at this size: 4,000 of them, 8 GB. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void memory_is_flat_over_thousands_of_steps() {
        TrainingPlan plan = new TrainingPlan(
                "blobs", Architecture.mlp(64), 8, LikelihoodSpec.bernoulli(), 1, 0, 40, 4, 1e-3, 40, 0, 1, null);
        List<Long> resident = new ArrayList<>();
        Progress.Listener listener = event -> {
            if (event.detail().startsWith("validation")) {
                resident.add(residentMebibytes());
            }
        };
        Trainer.train(plan, Blobs.splits(new ImageShape(1, 8, 8), 400), folder.resolve("model"), listener);
        assertThat(resident).hasSize(40);
        assertThat(resident.get(39) - resident.get(9)).isLessThan(100);
    }

    private static long residentMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
