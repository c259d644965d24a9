package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
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
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class AttackMemoryTest {

    /**
     * In a process of its own with a heap that is resident from the start, so that only native memory can grow. One tensor of
     * a step left behind would be 2 KiB x 9,000 = 18 MiB.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    void ten_thousand_attack_steps_take_no_more_memory_than_one_thousand() throws Exception {
        Process steps = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TenThousandSteps.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(steps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(steps.waitFor()).isZero();
        assertThat(Long.parseLong(out.strip())).isLessThan(12 * 1024);
    }

    /** Prints by how many KiB its resident memory grew from step 1,000 to step 10,000. */
    static final class TenThousandSteps {
        private static final int POINTS = 8;

        private TenThousandSteps() {}

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
            Reconstruction map = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
            attack(map, inputs, 1_000);
            long before = residentKibibytes();
            attack(map, inputs, 9_000);
            System.out.println(residentKibibytes() - before);
        }

        private static void attack(Reconstruction map, Tensor inputs, int steps) {
            int[] points = IntStream.range(0, POINTS).toArray();
            double[] radii = new double[POINTS];
            Arrays.fill(radii, 1);
            try (PointerScope scope = new PointerScope()) {
                PointNoise noise = new PointNoise(new Noise(0, "memory"), points, "ascent", 0);
                Criterion distance = Criterion.leavesBall(0);
                Ascent.maximise(
                        new Ball(inputs, ValueRange.UNIT),
                        inputs,
                        radii,
                        false,
                        (moved, step) -> distance.excess(
                                        map.at(moved).outputs(noise.next(1, map.noiseSize())), map.reference())
                                .mean(1),
                        steps,
                        new Ascent.StepSize(0.5, 0.01),
                        Ascent.RadiusRule.fixed());
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
