package io.margrave.robustness.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.CleanQuality;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.audit.LinearVae;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.measure.AttackMeasures.Attempt;
import io.margrave.robustness.measure.AttackMeasures.Batch;
import io.margrave.robustness.measure.AttackMeasures.Targets;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AttackMeasuresTest {
    private static final Noise NOISE = new Noise(3, "measured");
    private static final float[] INPUT = {0.2f, 0.3f, 0.4f, 0.5f};
    private static final float[] ATTACKED = {0.5f, 0.3f, 0.4f, 0.1f};
    private static final float[] TARGET = {0.8f, 0.3f, 0.4f, 0.5f};

    /** -|x' - (1, ..., 1)|^2, without noise. */
    private record White() implements GoalKind {
        @Override
        public String id() {
            return "white";
        }

        @Override
        public String title() {
            return "white";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sub(TensorCopies.tensor(new float[] {1}, 1))
                    .square()
                    .sum(1)
                    .neg();
        }
    }

    private static AttackSpec spec(Variable variable, Norm norm) {
        return new AttackSpec(
                "test", "any", variable, norm, 1.0, List.of(), Method.GRADIENT, SearchEffort.of(1, 4, 1), 0);
    }

    private static AttackMeasures measures(Vae vae, Tensor inputs, boolean probed) {
        int[] points = IntStream.range(0, (int) inputs.size(0)).toArray();
        return AttackMeasures.of(
                Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE),
                new Batch(inputs, ValueRange.UNIT, points, NOISE),
                List.of(0.5, 1.0, 50.0),
                // The class is the larger latent: mu = (2 x0, 2 x1).
                probed ? latents -> latents : null);
    }

    private static AttackFinding finding(
            AttackMeasures measures, AttackSpec spec, GoalKind goal, float[] perturbed, @Nullable Targets targets) {
        return measures.findings(new Attempt(
                        spec,
                        goal,
                        null,
                        1.0,
                        targets,
                        new Attack.Attacked(row(perturbed), new double[] {0}, new double[0], 7, 5)))
                .get(0);
    }

    private static Tensor row(float[] values) {
        return TensorCopies.tensor(values, 1, values.length);
    }

    /** g(mu(x')) = (3 x0', 3 x1', 0, 0). */
    private static double[] reconstruction(float[] encoded) {
        return new double[] {3.0 * encoded[0], 3.0 * encoded[1], 0, 0};
    }

    private static double logDensity(float[] image, double[] mean) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            double standardised = (image[i] - mean[i]) / LinearVae.SCALE;
            sum += -0.5 * standardised * standardised - Math.log(LinearVae.SCALE) - 0.5 * Math.log(2 * Math.PI);
        }
        return sum;
    }

    private static double distance(double[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void a_linear_gaussian_model_is_measured_by_its_closed_forms() {
        try (PointerScope scope = new PointerScope()) {
            AttackMeasures measures = measures(LinearVae.open(), row(INPUT), true);
            Targets targets = new Targets(new int[] {9}, row(TARGET));
            AttackFinding found = finding(measures, spec(Variable.INPUT, Norm.LINF), new White(), ATTACKED, targets);
            assertThat(found.target()).isEqualTo(9);
            assertThat(found.norm()).isCloseTo(0.4, within(1e-7));
            assertThat(found.normL2()).isCloseTo(0.5, within(1e-7));
            assertThat(found.objective()).isCloseTo(-(0.25 + 0.49 + 0.36 + 0.81), within(1e-5));
            assertThat(found.logLikAttacked()).isCloseTo(logDensity(INPUT, reconstruction(ATTACKED)), within(1e-4));
            assertThat(found.logLikTarget()).isCloseTo(logDensity(TARGET, reconstruction(ATTACKED)), within(1e-4));
            assertThat(found.prediction()).isZero();
            assertThat(measures.clean().get(0).prediction()).isEqualTo(1);
            assertThat(found.relativeDistortion()).isCloseTo(0.5 / 0.6, within(1e-6));
            double source = distance(reconstruction(INPUT), TARGET);
            double target = distance(reconstruction(TARGET), TARGET);
            // Reconstructing the target is worse than reconstructing the source here: there is nothing to attack for.
            assertThat(target).isGreaterThan(source);
            assertThat(found.relativeDistance()).isNull();
            assertThat(found.msSsimInputs()).isNull();
            assertThat(found.forwards()).isEqualTo(7);
            assertThat(found.backwards()).isEqualTo(5);
            assertThat(found.perturbed()).isEqualTo(ATTACKED);
            assertThat(found.reconstruction()[0]).isCloseTo(1.5f, within(1e-5f));
        }
    }

    @Test
    void the_distance_to_a_target_is_relative_to_what_the_target_itself_would_reach() {
        float[] dark = {0.05f, 0.05f, 0, 0};
        float[] between = {0.1f, 0.1f, 0, 0};
        try (PointerScope scope = new PointerScope()) {
            AttackMeasures measures = measures(LinearVae.open(), row(INPUT), false);
            AttackFinding found = finding(
                    measures,
                    spec(Variable.INPUT, Norm.L2),
                    new White(),
                    between,
                    new Targets(new int[] {9}, row(dark)));
            double attacked = distance(reconstruction(between), dark);
            double source = distance(reconstruction(INPUT), dark);
            double target = distance(reconstruction(dark), dark);
            assertThat(found.relativeDistance()).isCloseTo((attacked - target) / (source - target), within(1e-6));
            assertThat(found.relativeDistance()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void the_symmetric_divergence_is_that_of_two_normals() {
        float[] moved = {0.3f, 0.3f, 0.1f, 0.5f};
        try (PointerScope scope = new PointerScope()) {
            AttackFinding found = finding(
                    measures(LinearVae.open(), row(INPUT), false),
                    spec(Variable.INPUT, Norm.L2),
                    new White(),
                    moved,
                    null);
            double p = Math.exp(0.5 * (2 * 0.4 - 3));
            double q = Math.exp(0.5 * (2 * 0.1 - 3));
            double expected = oneWay(0.2, p, q) + oneWay(0.2, q, p) + oneWay(0, p, q) + oneWay(0, q, p);
            // The encoder bounds log-variances smoothly, which moves them in the third digit.
            assertThat(found.symmetricKl()).isCloseTo(expected, within(0.01 * expected));
        }
    }

    private static double oneWay(double difference, double from, double to) {
        return Math.log(to / from) + (from * from + difference * difference) / (2 * to * to) - 0.5;
    }

    @Test
    void damage_counts_and_clean_quality_are_those_of_a_simulation() {
        Random random = new Random(5);
        double sigma = Math.exp(0.5 * (2 * 0.4 - 3));
        int draws = 200_000;
        double damage = 0;
        double clean = 0;
        double logLik = 0;
        int within = 0;
        for (int i = 0; i < draws; i++) {
            double first = 1.5 * sigma * random.nextGaussian();
            double second = 1.5 * sigma * random.nextGaussian();
            damage += Math.hypot(first + 0.9, second) / draws;
            within += Math.hypot(first + 0.9, second) <= 1 ? 1 : 0;
            clean += Math.hypot(first, second) / draws;
            logLik += logDensity(INPUT, new double[] {0.6 + first, 0.9 + second, 0, 0}) / draws;
        }
        double kl = 0;
        for (double mean : new double[] {0.4, 0.6}) {
            kl += oneWay(mean, sigma, 1);
        }
        try (PointerScope scope = new PointerScope()) {
            AttackMeasures measures = measures(LinearVae.open(), row(INPUT), false);
            AttackFinding found = finding(
                    measures,
                    spec(Variable.INPUT, Norm.L2),
                    new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE),
                    ATTACKED,
                    null);
            CleanQuality quality = measures.clean().get(0);
            // Five standard errors of 500 draws.
            assertThat(found.damage()).isCloseTo(damage, within(5 * 0.5 / Math.sqrt(500)));
            assertThat(found.objective()).isCloseTo(damage, within(5 * 0.5 / Math.sqrt(500)));
            assertThat(found.objective()).isNotEqualTo(found.damage());
            assertThat(quality.damage()).isCloseTo(clean, within(5 * 0.35 / Math.sqrt(500)));
            assertThat(found.within().get(1).successes() / 500.0)
                    .isCloseTo((double) within / draws, within(5 * 0.5 / Math.sqrt(500)));
            assertThat(found.within().get(2).successes()).isEqualTo(500);
            assertThat(quality.logLik()).isCloseTo(logDensity(INPUT, reconstruction(INPUT)), within(1e-4));
            assertThat(quality.elbo()).isCloseTo(logLik - kl, within(5 * 3 / Math.sqrt(500)));
            assertThat(quality.reconstructionError()).isCloseTo(distance(reconstruction(INPUT), INPUT), within(1e-6));
            assertThat(quality.prediction()).isNull();
        }
    }

    @Test
    void an_attack_that_moves_nothing_measures_as_the_clean_inputs_to_the_last_digit() {
        ImageShape shape = new ImageShape(1, 12, 12);
        Vae vae = NetworkVae.initialised(
                NetworkSpec.untrained(shape, ValueRange.UNIT, 3, Architecture.mlp(24), LikelihoodSpec.bernoulli()), 1);
        try (PointerScope scope = new PointerScope()) {
            float[] values = new float[5 * shape.size()];
            Random random = new Random(1);
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat();
            }
            Tensor inputs = TensorCopies.tensor(values, 5, shape.size());
            AttackMeasures measures = measures(vae, inputs, false);
            List<CleanQuality> clean = measures.clean();
            List<AttackFinding> found = measures.findings(new Attempt(
                    spec(Variable.INPUT, Norm.L2),
                    new White(),
                    null,
                    1.0,
                    null,
                    new Attack.Attacked(inputs.clone(), new double[5], new double[0], 0, 0)));
            for (int i = 0; i < 5; i++) {
                assertThat(found.get(i).damage())
                        .isEqualTo(clean.get(i).damage())
                        .isPositive();
                assertThat(found.get(i).logLikAttacked()).isEqualTo(clean.get(i).logLik());
                assertThat(found.get(i).norm()).isZero();
                assertThat(found.get(i).symmetricKl()).isZero();
                assertThat(found.get(i).msSsimInputs()).isEqualTo(1);
                assertThat(found.get(i).msSsimReconstructions()).isEqualTo(1);
            }
        }
    }

    /** sigma is constant here: the variance carries nothing, the mean all. */
    @Test
    void an_attack_through_one_parameter_is_measured_with_the_other_kept() {
        try (PointerScope scope = new PointerScope()) {
            AttackMeasures measures = measures(LinearVae.open(), row(INPUT), false);
            AttackSpec spec = spec(Variable.INPUT, Norm.L2);
            AttackFinding both =
                    finding(measures, spec, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE), ATTACKED, null);
            AttackFinding mean = finding(measures, spec, new MaximumDamageGoal(Follows.MEAN), ATTACKED, null);
            AttackFinding variance = finding(measures, spec, new MaximumDamageGoal(Follows.VARIANCE), ATTACKED, null);
            double clean = measures.clean().get(0).damage();
            assertThat(both.damage()).isGreaterThan(clean + 0.1);
            assertThat(mean.damage()).isCloseTo(both.damage(), within(1e-6));
            assertThat(variance.damage()).isCloseTo(clean, within(1e-6));
            assertThat(variance.symmetricKl()).isCloseTo(0, within(1e-9));
            assertThat(variance.norm()).isEqualTo(both.norm());
            assertThat(variance.damage()).isCloseTo(variance.objective(), within(0.05));
        }
    }

    @Test
    void an_attack_on_latents_is_measured_around_them() {
        try (PointerScope scope = new PointerScope()) {
            AttackMeasures measures = measures(LinearVae.open(), row(INPUT), true);
            // mu(x) = (0.4, 0.6).
            AttackFinding still =
                    finding(measures, spec(Variable.LATENT, Norm.L2), new Still(), new float[] {0.4f, 0.6f}, null);
            assertThat(still.norm()).isCloseTo(0, within(1e-6));
            assertThat(still.damage()).isCloseTo(measures.clean().get(0).damage(), within(1e-5));
            AttackFinding moved =
                    finding(measures, spec(Variable.LATENT, Norm.L1), new Still(), new float[] {1.4f, 0.1f}, null);
            assertThat(moved.norm()).isCloseTo(1.5, within(1e-6));
            assertThat(moved.normL2()).isCloseTo(Math.sqrt(1.25), within(1e-6));
            assertThat(moved.damage()).isBetween(1.5 * Math.sqrt(1.25), 1.2 * 1.5 * Math.sqrt(1.25));
            assertThat(moved.reconstruction()[0]).isCloseTo(2.1f, within(1e-5f));
            assertThat(moved.perturbed()).hasSize(2);
            assertThat(moved.msSsimInputs()).isNull();
            assertThat(moved.relativeDistortion()).isNull();
            assertThat(moved.prediction()).isZero();
        }
    }

    /** Wants nothing, of inputs or latents. */
    private record Still() implements GoalKind {
        @Override
        public String id() {
            return "still";
        }

        @Override
        public String title() {
            return "still";
        }

        @Override
        public AttackGoal of(Scene scene) {
            return (inputs, step) -> inputs.sum(1);
        }
    }

    @Test
    void what_a_deterministic_encoder_has_not_is_left_out() {
        Vae vae = ModelFolder.read(Path.of("..", "vae", "src", "test", "resources", "imported", "pythae-ae"));
        try (PointerScope scope = new PointerScope()) {
            float[] grey = new float[vae.spec().shape().size()];
            Arrays.fill(grey, 0.5f);
            AttackMeasures measures = measures(vae, row(grey), false);
            grey[0] = 1;
            AttackFinding found = finding(measures, spec(Variable.INPUT, Norm.L2), new Still(), grey, null);
            assertThat(found.symmetricKl()).isNull();
            assertThat(found.damage()).isFinite();
            assertThat(measures.clean().get(0).elbo()).isNull();
            // Batches of other sizes differ in the last digit.
            assertThat(measures.clean().get(0).damage()).isCloseTo(0, within(1e-5));
            assertThat(Rows.arrays(row(grey))[0]).isEqualTo(found.perturbed());
        }
    }
}
