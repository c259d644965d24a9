package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Safetensors;
import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.BoundComparison;
import io.margrave.store.RunStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is claimed of MNIST: an MLP with 20 latents, beta 1 and 5, at r = 4, 6, 8. Counts are printed, whatever they are.
 *
 * <p>{@code -Dmargrave.real.points=N} audits other than 500 points.
 */
@Tag("real")
class RealClaimsIT {
    private static final String POINTS = System.getProperty("margrave.real.points", "500");
    private static final String DATA = Objects.requireNonNull(
            System.getenv("MARGRAVE_DATA"), "want MARGRAVE_DATA: the folder with mnist/, for tests on real data");

    @TempDir
    private static Path folder;

    private static RunResults results;

    private static Ran margrave(String... args) {
        Ran ran = Ran.margrave(folder, Map.of("MARGRAVE_DATA", DATA), args);
        assertThat(ran.exitCode()).as(String.join("\n", ran.err())).isZero();
        return ran;
    }

    @BeforeAll
    static void train_and_audit() {
        for (String beta : List.of("1", "5")) {
            margrave(
                    "train",
                    "--data",
                    "mnist",
                    "--latent",
                    "20",
                    "--beta",
                    beta,
                    "--epochs",
                    "12",
                    "--out",
                    "b" + beta);
        }
        Ran audited = margrave(
                "audit",
                "--models",
                "b1,b5",
                "--data",
                "mnist",
                "--points",
                POINTS,
                "--r",
                "4,6,8",
                "--unboxed",
                "--out",
                "run");
        audited.out().forEach(System.out::println);
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            results = store.results(0);
        }
    }

    @Test
    void the_models_are_as_good_as_such_models_are() {
        ModelCard plain = results.models().get(0);
        // On grey values; a collapsed model reaches about -206, an MLP of this size about -104.
        assertThat(plain.testElbo()).isGreaterThan(-108);
        // Half of the latents: 11 and 12 of 20 were seen; a collapsed model has none.
        assertThat(plain.activeUnits()).isGreaterThanOrEqualTo(10);
        assertThat(results.models().get(1).testKl()).isLessThan(plain.testKl());
    }

    @Test
    void the_whitened_bound_is_never_below_the_frobenius_bound_and_on_average_over_twice_it() {
        for (AuditRow row : results.rows()) {
            assertThat(row.boundFrobenius()).isLessThanOrEqualTo(row.boundSpectral());
            assertThat(row.boundSpectral()).isLessThanOrEqualTo(row.boundWhitened() * (1 + 1e-9));
        }
        for (String model : List.of("b1", "b5")) {
            double ratio = results.rows().stream()
                    .filter(row -> row.model().equals(model) && row.boundFrobenius() > 0)
                    .mapToDouble(row -> row.boundWhitened() / row.boundFrobenius())
                    .average()
                    .orElseThrow();
            System.out.printf("%s: whitened / frobenius, mean over points and r: %.3f%n", model, ratio);
            assertThat(ratio).isGreaterThan(2);
        }
    }

    @Test
    void verified_attacks_below_first_order_bounds_are_rare() {
        for (RunSummary.ModelSummary model : RunSummary.of(results).models()) {
            for (RunSummary.RadiusSummary at : model.radii()) {
                for (BoundComparison each : at.comparisons()) {
                    System.out.printf(
                            "%s r=%s: %d of %d verified %s below %s (%s)%n",
                            model.model(),
                            at.r(),
                            each.below(),
                            each.compared(),
                            each.attack(),
                            each.bound(),
                            each.reading());
                    assertThat(each.below()).isLessThanOrEqualTo(each.compared() / 20);
                }
            }
        }
    }

    @Test
    void larger_beta_has_larger_margins() {
        for (double r : List.of(4.0, 6.0, 8.0)) {
            List<RunSummary.ModelSummary> models = RunSummary.of(results).models();
            double plain =
                    models.get(0).at(r).of(MarginMethod.MARGIN_UPPER).median().estimate();
            double regularised =
                    models.get(1).at(r).of(MarginMethod.MARGIN_UPPER).median().estimate();
            assertThat(regularised).isGreaterThan(plain);
        }
    }

    @Test
    void every_break_is_one_again_on_fresh_noise() {
        Ran verified = margrave("verify", "run");
        verified.out().forEach(System.out::println);
    }

    @Test
    void weights_and_evidence_are_whole() throws IOException {
        try (var files = Files.list(folder.resolve("run/perturbations"))) {
            assertThat(files.toList())
                    .isNotEmpty()
                    .allSatisfy(
                            file -> assertThat(Safetensors.read(file, 1L << 32).tensors())
                                    .isNotEmpty());
        }
    }
}
