package io.margrave.robustness.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.AuditPlan;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Norm;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.network.Architecture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class AuditMemoryTest {

    /** In processes of their own with a heap that is resident from the start, so that only native memory can grow. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void ten_times_the_points_take_no_more_memory() throws Exception {
        long few = peakMebibytes(200, false);
        long many = peakMebibytes(2_000, false);
        assertThat(many - few).isLessThan(48);
    }

    /** The same of the attacks of a suite and their measures. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void ten_times_the_attacked_points_take_no_more_memory() throws Exception {
        long few = peakMebibytes(200, true);
        long many = peakMebibytes(2_000, true);
        assertThat(many - few).isLessThan(48);
    }

    private static long peakMebibytes(int points, boolean suite) throws Exception {
        Process audit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ManyPoints.class.getName(),
                        Integer.toString(points),
                        Boolean.toString(suite))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(audit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(audit.waitFor()).isZero();
        return Long.parseLong(out.strip());
    }

    /** Audits noise images with little effort and prints the peak of its resident memory, in MiB. */
    static final class ManyPoints {
        private static final SearchEffort LITTLE = SearchEffort.of(2, 2, 1);
        private static final AttackSpec LATENT = new AttackSpec(
                "latent", "latent-kl", Variable.INPUT, Norm.L2, null, List.of(1.0), Method.GRADIENT, LITTLE, 1);
        private static final AttackSpec DAMAGE = new AttackSpec(
                "damage", "max-damage", Variable.INPUT, Norm.LINF, null, List.of(), Method.APGD, LITTLE, 0);
        private static final AttackSpec LATENTS = new AttackSpec(
                "latents", "max-damage", Variable.LATENT, Norm.L2, 1.0, List.of(), Method.GRADIENT, LITTLE, 0);

        private ManyPoints() {}

        public static void main(String[] args) throws Exception {
            int points = Integer.parseInt(args[0]);
            boolean suite = Boolean.parseBoolean(args[1]);
            AuditPlan plan = new AuditPlan(
                    List.of("a"),
                    "noise",
                    null,
                    null,
                    "test",
                    points,
                    Radii.of(List.of(0.3)),
                    0.001,
                    50,
                    20,
                    false,
                    false,
                    0.5,
                    SearchEffort.of(3, 4, 1),
                    SearchEffort.of(4, 4, 1),
                    0,
                    0,
                    50,
                    !suite,
                    suite ? List.of(LATENT, DAMAGE, LATENTS) : List.of(),
                    null,
                    EvaluationCheck.Level.NONE);
            NetworkVae vae = NetworkVae.initialised(
                    NetworkSpec.untrained(
                            NoiseImages.SHAPE, ValueRange.UNIT, 3, Architecture.mlp(64), LikelihoodSpec.bernoulli()),
                    1);
            AuditExecutor.run(
                    plan,
                    Map.of("a", vae),
                    new NoiseImages(points),
                    IntStream.range(0, points).toArray(),
                    Set.of(),
                    2,
                    (task, seconds, audits) -> {},
                    Progress.Listener.none());
            System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow());
        }
    }
}
