package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.network.Architecture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class AttackMemoryTest {

    /**
     * In a process of its own with a heap that is resident from the start, so that only native memory can grow. One tensor of
     * a step left behind by one method would be 32 KiB x 1,500 = 47 MiB.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void thousands_of_steps_of_every_method_take_no_more_memory_than_hundreds() throws Exception {
        Process steps = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ThousandsOfSteps.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(steps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(steps.waitFor()).isZero();
        assertThat(Long.parseLong(out.strip())).isLessThan(24 * 1024);
    }

    /** Prints by how many KiB its resident memory grew after the first steps. */
    static final class ThousandsOfSteps {
        private static final int POINTS = 64;

        private ThousandsOfSteps() {}

        public static void main(String[] args) throws IOException {
            Engine.singleThreaded();
            NetworkVae vae = NetworkVae.initialised(
                    NetworkSpec.untrained(
                            new ImageShape(1, 8, 8),
                            ValueRange.UNIT,
                            2,
                            Architecture.mlp(16),
                            LikelihoodSpec.bernoulli()),
                    1);
            float[] grey = new float[POINTS * 64];
            Arrays.fill(grey, 0.5f);
            Tensor inputs = TensorCopies.tensor(grey, POINTS, 64);
            Reconstruction clean = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
            attack(clean, inputs, 400);
            long before = residentKibibytes();
            attack(clean, inputs, 1_500);
            System.out.println(residentKibibytes() - before);
        }

        private static void attack(Reconstruction clean, Tensor inputs, int steps) {
            int[] points = IntStream.range(0, POINTS).toArray();
            double[] radii = new double[POINTS];
            Arrays.fill(radii, 1);
            for (AttackSpec.Method method : AttackSpec.Method.values()) {
                if (method == AttackSpec.Method.MINIMAL_NORM) {
                    continue; // A break search, which AuditMemoryTest holds flat.
                }
                try (PointerScope scope = new PointerScope()) {
                    Attacks.of(method, new MaximumDamageGoal(Reconstruction.Follows.MEAN_AND_VARIANCE))
                            .perturb(new Attack.Request(
                                    clean,
                                    new Ball(inputs, ValueRange.UNIT),
                                    radii,
                                    null,
                                    null,
                                    List.of(),
                                    points,
                                    new Noise(0, "memory"),
                                    "memory",
                                    SearchEffort.of(steps, 1, 2),
                                    1));
                }
            }
        }

        private static long residentKibibytes() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
