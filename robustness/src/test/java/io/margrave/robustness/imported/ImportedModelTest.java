package io.margrave.robustness.imported;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.data.ArrayImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AuditPlan;
import io.margrave.results.Break;
import io.margrave.results.EncoderNorms;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.RadiusAudit;
import io.margrave.results.SearchEffort;
import io.margrave.results.Side;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import io.margrave.vae.Engine;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelReference;
import io.margrave.vae.model.Vae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Imported models against what PyTorch, NumPy and SciPy say of them in float64: {@code expected.json} beside each model, which
 * also states the tolerances.
 */
class ImportedModelTest {
    private static final Path IMPORTED = Path.of("..", "vae", "src", "test", "resources", "imported");
    private static final int DRAWS = 4_000;

    @BeforeAll
    static void one_thread() {
        Engine.singleThreaded();
    }

    static Stream<Path> models() throws IOException {
        try (Stream<Path> folders = Files.list(IMPORTED)) {
            return folders.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    /** A model and what is expected of it at the first rows of its reference. */
    private record Case(Vae vae, JsonNode expected, float[][] inputs) {
        static Case of(Path model) throws IOException {
            Vae vae = ModelFolder.read(model);
            JsonNode expected =
                    new ObjectMapper().readTree(model.resolve("expected.json").toFile());
            ModelReference reference = Objects.requireNonNull(ModelReference.read(model, vae.spec()));
            int size = vae.spec().shape().size();
            int[] rows = Arrays.stream(doubles(expected.get("rows")))
                    .mapToInt(row -> (int) row)
                    .toArray();
            float[][] inputs = new float[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                inputs[i] = Arrays.copyOfRange(reference.inputs().values(), rows[i] * size, (rows[i] + 1) * size);
            }
            return new Case(vae, expected, inputs);
        }

        /** {@code [rows, features]}. */
        Tensor tensor() {
            return Rows.stacked(List.of(inputs));
        }
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    private static void close(Tensor got, JsonNode expected, double tolerance) {
        float[][] rows = Rows.arrays(got);
        assertThat(rows.length).isEqualTo(expected.size());
        for (int i = 0; i < rows.length; i++) {
            double[] wanted = doubles(expected.get(i));
            assertThat(rows[i].length).isEqualTo(wanted.length);
            for (int k = 0; k < wanted.length; k++) {
                assertThat((double) rows[i][k])
                        .isCloseTo(wanted[k], within(tolerance * Math.max(1, Math.abs(wanted[k]))));
            }
        }
    }

    private static void close(double got, JsonNode expected, double relative) {
        double wanted = expected.asDouble();
        assertThat(got).isCloseTo(wanted, within(relative * Math.abs(wanted)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void posterior_and_reconstruction_are_those_of_python(Path model) throws IOException {
        Case at = Case.of(model);
        try (PointerScope scope = new PointerScope()) {
            GaussianPosterior posterior = at.vae().encode(Reconstruction.asImages(at.vae(), at.tensor()));
            close(posterior.mean(), at.expected().get("posterior_mean"), 1e-5);
            if (at.expected().has("posterior_std_dev")) {
                close(posterior.stdDev(), at.expected().get("posterior_std_dev"), 1e-5);
            }
            close(
                    at.vae().decode(posterior.mean()).flatten(1, -1),
                    at.expected().get("reconstruction"),
                    1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void norms_clean_probabilities_and_bounds_are_those_of_python(Path model) throws IOException {
        Case at = Case.of(model);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = at.tensor();
            List<EncoderNorms> norms = EncoderJacobian.of(at.vae(), inputs).norms();
            int[] points = {0, 1, 2, 3};
            double[][] distances = Excess.sample(
                    Reconstruction.of(at.vae(), inputs, Reconstruction.Follows.MEAN_AND_VARIANCE),
                    inputs,
                    Criterion.leavesBall(0),
                    new PointNoise(new Noise(7, "imported"), points, "clean", 0),
                    DRAWS);
            for (int i = 0; i < norms.size(); i++) {
                JsonNode point = at.expected().get("points").get(i);
                EncoderNorms encoder = norms.get(i);
                close(encoder.frobenius(), point.get("jacobian_frobenius"), 1e-5);
                close(encoder.spectral(), point.get("jacobian_spectral"), 1e-5);
                if (!point.has("min_std_dev")) {
                    assertThat(encoder.minStdDev()).isZero();
                    assertThat(encoder.whitened()).isInfinite();
                    continue;
                }
                close(encoder.minStdDev(), point.get("min_std_dev"), 1e-5);
                close(encoder.whitened(), point.get("jacobian_whitened"), 1e-5);
                for (JsonNode clean : point.get("clean")) {
                    check(encoder, distances[i], clean);
                }
            }
        }
    }

    private static void check(EncoderNorms encoder, double[] distances, JsonNode clean) {
        double wanted = clean.get("p").asDouble();
        Proportion within = RobustnessEstimator.within(distances, clean.get("r").asDouble());
        double theirs = clean.get("p_standard_error").asDouble();
        double error = Math.sqrt(wanted * (1 - wanted) / DRAWS + theirs * theirs);
        assertThat(within.estimate()).isCloseTo(wanted, within(5 * error));
        double alpha = clean.get("alpha").asDouble();
        double lower = new Proportion(
                        clean.get("within").asLong(), clean.get("bound_draws").asLong())
                .lower(alpha);
        close(lower, clean.get("p_lower"), 1e-9);
        close(
                MarginBounds.frobenius(encoder.minStdDev(), lower, encoder.frobenius()),
                clean.get("bound_frobenius"),
                1e-4);
        close(MarginBounds.spectral(encoder.minStdDev(), lower, encoder.spectral()), clean.get("bound_spectral"), 1e-4);
        close(MarginBounds.whitened(lower, encoder.whitened()), clean.get("bound_whitened"), 1e-4);
    }

    /** The attack that {@code expected.json} puts in words. */
    @ParameterizedTest
    @MethodSource("models")
    void a_fixed_attack_does_the_damage_that_it_does_in_python(Path model) throws IOException {
        Case at = Case.of(model);
        JsonNode attack = at.expected().get("attack");
        double radius = attack.get("radius").asDouble();
        double step = attack.get("step").asDouble();
        float[][] moved = new float[at.inputs().length][];
        for (int i = 0; i < moved.length; i++) {
            double[] start = doubles(attack.get("start").get(i));
            moved[i] = new float[start.length];
            for (int k = 0; k < start.length; k++) {
                moved[i][k] = (float) (at.inputs()[i][k] + start[k]);
            }
        }
        check(damage(at, moved), attack.get("damage_at_start"));
        for (int s = 0; s < attack.get("steps").asInt(); s++) {
            float[][] gradient = gradient(at, moved);
            for (int i = 0; i < moved.length; i++) {
                float[] x = at.inputs()[i];
                double[] delta = new double[x.length];
                double length = norm(gradient[i]);
                double norm = 0;
                for (int k = 0; k < x.length; k++) {
                    delta[k] = (double) moved[i][k] - x[k] + step * gradient[i][k] / length;
                    norm += delta[k] * delta[k];
                }
                double shrink = Math.min(1, radius / Math.sqrt(norm));
                for (int k = 0; k < x.length; k++) {
                    double value = x[k] + shrink * delta[k];
                    moved[i][k] = (float) Math.min(
                            at.expected().get("high").asDouble(),
                            Math.max(at.expected().get("low").asDouble(), value));
                }
            }
        }
        check(damage(at, moved), attack.get("damage"));
        for (int i = 0; i < moved.length; i++) {
            assertThat(Rows.distance(moved[i], at.inputs()[i]))
                    .isCloseTo(attack.get("delta_norm").get(i).asDouble(), within(1e-3));
        }
    }

    private static void check(double[] got, JsonNode expected) {
        for (int i = 0; i < got.length; i++) {
            double wanted = expected.get(i).asDouble();
            assertThat(got[i]).isCloseTo(wanted, within(1e-3 * Math.max(1, wanted)));
        }
    }

    private static double norm(float[] values) {
        return Rows.distance(values, new float[values.length]);
    }

    private static double[] damage(Case at, float[][] moved) {
        float[][] clean = Reconstruction.ofMeans(at.vae(), at.tensor());
        float[][] attacked = Reconstruction.ofMeans(at.vae(), Rows.stacked(List.of(moved)));
        double[] damage = new double[clean.length];
        for (int i = 0; i < damage.length; i++) {
            damage[i] = Rows.distance(attacked[i], clean[i]);
        }
        return damage;
    }

    private static float[][] gradient(Case at, float[][] moved) {
        try (PointerScope scope = new PointerScope()) {
            Reconstruction map = Reconstruction.of(at.vae(), at.tensor(), Reconstruction.Follows.MEAN_AND_VARIANCE);
            Tensor x = Rows.stacked(List.of(moved));
            x.set_requires_grad(true);
            // No noise: the reconstruction of the posterior mean.
            Tensor noise = torch.zeros(moved.length, 1, at.vae().spec().latent());
            Tensor distance = Criterion.leavesBall(0).excess(map.at(x).outputs(noise), map.reference());
            return Rows.arrays(torch.grad(
                            new TensorVector(distance.sum()),
                            new TensorVector(x),
                            new TensorVector(),
                            new BoolOptional(false),
                            false,
                            false)
                    .get(0));
        }
    }

    @Test
    void breaks_of_a_deterministic_model_lie_just_beyond_where_its_reconstruction_leaves_the_ball() throws IOException {
        Case at = Case.of(IMPORTED.resolve("pythae-ae"));
        int points = at.inputs().length;
        float[] images = new float[points * at.inputs()[0].length];
        for (int i = 0; i < points; i++) {
            System.arraycopy(at.inputs()[i], 0, images, i * at.inputs()[i].length, at.inputs()[i].length);
        }
        ArrayImageSet set = ArrayImageSet.of(
                "imported/test", at.vae().spec().shape(), at.vae().spec().range(), images, new int[points], List.of());
        double r = 0.5;
        AuditPlan plan = AuditPlan.defaults().withModels(List.of("ae")).resolved(1.0, SearchEffort.FLOAT32);
        AuditPlan small = small(plan, points, r);
        List<PointAudit> audits = new ArrayList<>();
        AuditExecutor.run(
                small,
                Map.of("ae", at.vae()),
                set,
                new int[] {0, 1, 2, 3},
                Set.of(),
                1,
                (task, seconds, found) -> audits.addAll(found),
                Progress.Listener.none());
        assertThat(audits).hasSize(points);
        for (PointAudit audit : audits) {
            RadiusAudit radius = audit.radii().get(0);
            assertThat(radius.clean().estimate()).isEqualTo(1);
            assertThat(radius.margins()).isNotEmpty().allMatch(margin -> margin.side() == Side.UPPER);
            assertThat(radius.breaks()).hasSize(radius.margins().size());
            for (Break found : radius.breaks()) {
                assertThat(found.within().successes()).isZero();
                assertThat(distance(at, audit.input(), found.perturbed(), 1)).isGreaterThan(r);
                assertThat(distance(at, audit.input(), found.perturbed(), 0.98)).isLessThan(r);
            }
        }
    }

    private static double distance(Case at, float[] input, float[] perturbed, double share) {
        float[] moved = new float[input.length];
        for (int k = 0; k < moved.length; k++) {
            moved[k] = (float) (input[k] + share * (perturbed[k] - input[k]));
        }
        try (PointerScope scope = new PointerScope()) {
            float[][] images = Reconstruction.ofMeans(at.vae(), Rows.stacked(List.of(input, moved)));
            return Rows.distance(images[0], images[1]);
        }
    }

    private static AuditPlan small(AuditPlan plan, int points, double r) {
        return new AuditPlan(
                plan.models(),
                plan.data(),
                null,
                null,
                plan.split(),
                points,
                Radii.of(List.of(r)),
                plan.alpha(),
                200,
                200,
                plan.meanOnly(),
                plan.unboxed(),
                0.0,
                plan.attack(),
                plan.search(),
                0,
                7,
                64);
    }
}
