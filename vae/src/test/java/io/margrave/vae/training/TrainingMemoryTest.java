package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ImageShape;
import io.margrave.results.Progress;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TrainingMemoryTest {
    private static final int STEPS_AN_EPOCH = 100;
    private static final int EPOCHS = 30;

    @TempDir
    private Path folder;

    /** In a process of its own with a heap that is resident from the start, so that only native memory can grow. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void native_memory_is_flat_over_thousands_of_steps() throws Exception {
        Process training = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ManySteps.class.getName(),
                        folder.resolve("model").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(training.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(training.waitFor()).isZero();
        List<Long> resident = out.lines().map(Long::valueOf).toList();
        assertThat(resident).hasSize(EPOCHS);
        // Without its scope a step leaves 0.4 MB to the garbage collector, which sees little reason to hurry.
        assertThat(Collections.max(resident) - resident.get(4)).isLessThan(40);
    }

    /** Trains in small steps and prints resident memory after each epoch, in MiB. */
    static final class ManySteps {
        private ManySteps() {}

        public static void main(String[] args) {
            TrainingPlan plan = new TrainingPlan(
                    "blobs",
                    Architecture.mlp(512),
                    8,
                    LikelihoodSpec.bernoulli(),
                    1,
                    0,
                    EPOCHS,
                    4,
                    1e-3,
                    EPOCHS,
                    0,
                    2,
                    null);
            List<Long> resident = new ArrayList<>();
            Progress.Listener listener = event -> {
                if (event.done() > resident.size()) {
                    resident.add(residentMebibytes());
                }
            };
            Trainer.train(plan, Blobs.splits(new ImageShape(1, 8, 8), 4 * STEPS_AN_EPOCH), Path.of(args[0]), listener);
            resident.forEach(System.out::println);
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
}
