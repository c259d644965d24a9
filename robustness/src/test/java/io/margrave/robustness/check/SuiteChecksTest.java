package io.margrave.robustness.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Noise;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Check.Outcome;
import io.margrave.results.CleanQuality;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.MaximumDamage;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What a run's suite did is looked at itself, and what of it is not, is said. */
class SuiteChecksTest {
    /** Of so little noise that a perturbation shows. */
    private static final Vae MODEL = new FaultyVae(
            Trained.untrained(),
            posterior ->
                    new GaussianPosterior(posterior.mean(), posterior.stdDev().mul(new Scalar(0.03))));

    private static final int[] POINTS = IntStream.range(0, 6).toArray();
    private static final SearchEffort EFFORT = SearchEffort.of(6, 2, 1);
    private static final double RADIUS = 0.1;

    private static AttackSpec spec(String name, String goal, Norm norm, Method method, SearchEffort effort) {
        return new AttackSpec(name, goal, Variable.INPUT, norm, RADIUS, List.of(), method, effort, 0);
    }

    private static Tensor inputs() {
        return TensorCopies.tensor(
                Trained.IMAGES.images(POINTS),
                POINTS.length,
                Trained.IMAGES.shape().size());
    }

    /** An attack as a run would have left it: how it moved the points, and what it reports of that. */
    private record Ran(AttackSpec spec, float[][] perturbed, double[] damage) {

        static Ran honest(AttackSpec spec) {
            Follows follows = Remeasured.follows(spec);
            try (PointerScope scope = new PointerScope()) {
                double[] radii = new double[POINTS.length];
                Arrays.fill(radii, RADIUS);
                Reconstruction clean = Reconstruction.of(MODEL, inputs(), Follows.MEAN_AND_VARIANCE);
                return measured(
                        spec,
                        Rows.arrays(Attacks.of(spec.method(), new MaximumDamageGoal(follows))
                                .perturb(new Attack.Request(
                                        clean,
                                        new Ball(inputs(), Trained.IMAGES.range(), spec.norm()),
                                        radii,
                                        null,
                                        null,
                                        List.of(),
                                        POINTS,
                                        new Noise(1, "m"),
                                        spec.name(),
                                        spec.effort(),
                                        1))
                                .perturbed()));
            }
        }

        /** One that did nothing, and says so. */
        static Ran still(AttackSpec spec) {
            try (PointerScope scope = new PointerScope()) {
                return measured(spec, Rows.arrays(inputs()));
            }
        }

        private static Ran measured(AttackSpec spec, float[][] perturbed) {
            Reconstruction clean = Reconstruction.of(MODEL, inputs(), Follows.MEAN_AND_VARIANCE);
            return new Ran(
                    spec,
                    perturbed,
                    MaximumDamage.means(
                            clean.following(Remeasured.follows(spec)),
                            Rows.stacked(Arrays.asList(perturbed)),
                            new PointNoise(new Noise(1, "m"), POINTS, "test", 0),
                            500));
        }

        Ran reporting(double factor) {
            return new Ran(
                    spec,
                    perturbed,
                    Arrays.stream(damage).map(value -> factor * value).toArray());
        }
    }

    private static Evaluation evaluation(double ownRadius, double clean, Ran... suite) {
        List<AttackRow> findings = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        for (Ran ran : suite) {
            for (int i = 0; i < POINTS.length; i++) {
                float[] perturbed = ran.perturbed[i];
                double norm = ran.spec.norm().distance(Trained.IMAGES.image(POINTS[i]), perturbed);
                findings.add(new AttackRow(
                        "m",
                        POINTS[i],
                        -1,
                        new CleanQuality(clean, -1, null, 1, null),
                        new AttackFinding(
                                ran.spec.name(),
                                null,
                                null,
                                RADIUS,
                                norm,
                                norm,
                                1,
                                ran.damage[i],
                                List.of(),
                                -1,
                                null,
                                null,
                                null,
                                null,
                                null,
                                1,
                                1,
                                new float[0],
                                new float[0])));
                claims.add(new Claim(
                        POINTS[i], ran.spec.norm(), RADIUS, true, perturbed, null, ran.spec.name(), ran.damage[i]));
            }
        }
        return Evaluation.of(
                MODEL,
                Trained.card("m"),
                Trained.IMAGES,
                POINTS,
                Trained.plan()
                        .withSuite(Arrays.stream(suite).map(Ran::spec).toList())
                        .withAttackRadius(ownRadius),
                List.of(),
                findings,
                claims,
                null);
    }

    private static Ruling rule(Examination examination, Evaluation evaluation, boolean thorough) {
        try (PointerScope scope = new PointerScope()) {
            return examination.examine(CheckScene.of(evaluation, POINTS.length, thorough));
        }
    }

    private static Ruling rule(Examination examination, Evaluation evaluation) {
        return rule(examination, evaluation, false);
    }

    @Test
    void what_a_suite_reports_of_stored_inputs_is_measured_again() {
        for (String goal : List.of("max-damage", "max-damage-mean", "max-damage-variance")) {
            Ran honest = Ran.honest(spec("a", goal, Norm.LINF, Method.GRADIENT, EFFORT));
            assertThat(rule(new FreshNoiseCheck(), evaluation(0.6, 1, honest)))
                    .as(goal)
                    .satisfies(ruling -> {
                        assertThat(ruling.outcome()).isEqualTo(Outcome.PASS);
                        assertThat(ruling.evidence()).contains("6 stored inputs of 1 attack were");
                    });
            assertThat(rule(new FreshNoiseCheck(), evaluation(0.6, 1, honest.reporting(1.3))))
                    .as(goal)
                    .satisfies(ruling -> {
                        assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
                        assertThat(ruling.evidence()).contains("the report of a (linf gradient) lies furthest away");
                    });
        }
    }

    @Test
    void an_attack_of_a_suite_that_is_weaker_than_noise_is_found() {
        Outcome alone = rule(new OrderCheck(), evaluation(0.6, 1)).outcome();
        Ran strong = Ran.honest(spec("strong", "max-damage", Norm.LINF, Method.GRADIENT, EFFORT));
        assertThat(rule(new OrderCheck(), evaluation(0.6, 1, strong))).satisfies(ruling -> {
            assertThat(ruling.outcome()).isEqualTo(alone);
            assertThat(ruling.evidence()).contains("1 attack after damage").contains("none is weaker.");
        });
        Ran weak = Ran.still(spec("weak", "max-damage", Norm.LINF, Method.SQUARE, EFFORT));
        assertThat(rule(new OrderCheck(), evaluation(0.6, 1, strong, weak))).satisfies(ruling -> {
            assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(ruling.evidence()).contains("noise beats weak (linf square) at ");
        });
        Ran once = Ran.still(spec("once", "first-order-whitened", Norm.LINF, Method.GRADIENT, EFFORT));
        assertThat(rule(new OrderCheck(), evaluation(0.6, 1, once)).outcome())
                .isEqualTo(Ruling.worse(alone, Outcome.WARN));
    }

    @Test
    void what_no_check_has_tried_harder_is_said() {
        Ran linf = Ran.still(spec("a", "max-damage", Norm.LINF, Method.ADAM, EFFORT));
        Ran square = Ran.still(spec("b", "max-damage", Norm.L2, Method.SQUARE, EFFORT));
        Ran latent = Ran.still(spec("c", "untargeted-mean", Norm.L2, Method.GRADIENT, EFFORT));
        Ran same = Ran.still(
                spec("d", "max-damage", Norm.L2, Method.GRADIENT, Trained.plan().attack()));
        Evaluation evaluation = evaluation(0.6, 1, linf, square, latent, same);
        assertThat(rule(new OrderCheck(), evaluation).evidence())
                .endsWith("Not tried harder: a (linf adam), b (l2 square), c (l2 gradient).");
        assertThat(rule(new OrderCheck(), evaluation, true).evidence())
                .endsWith("Not tried harder: b (l2 square), c (l2 gradient).");
        for (Examination harder : List.of(new StepsCheck(), new RestartsCheck())) {
            assertThat(rule(harder, evaluation, true)).satisfies(ruling -> {
                // What did nothing gains from any effort.
                assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
                assertThat(ruling.evidence()).contains(" of a (linf adam) do ");
            });
            assertThat(rule(harder, evaluation).evidence()).doesNotContain("linf");
        }
    }

    @Test
    void a_suite_stands_in_for_an_audit_without_an_attack_of_its_own() {
        Ran ran = Ran.honest(spec("a", "max-damage", Norm.LINF, Method.GRADIENT, EFFORT));
        double clean = Arrays.stream(Ran.still(ran.spec()).damage()).average().orElseThrow();
        Evaluation honest = evaluation(0, clean, ran);
        assertThat(rule(new BudgetCheck(), honest).outcome()).isEqualTo(Outcome.PASS);
        assertThat(rule(new ZeroBudgetCheck(), honest).outcome()).isEqualTo(Outcome.PASS);
        assertThat(rule(new FreshNoiseCheck(), honest)).satisfies(ruling -> {
            assertThat(ruling.outcome()).isEqualTo(Outcome.PASS);
            assertThat(ruling.evidence()).contains("The run reports");
        });
        assertThat(rule(new StepsCheck(), honest).evidence()).startsWith("12 steps instead of 6");
        assertThat(rule(new OrderCheck(), honest).evidence()).doesNotContain("Not tried harder");
        assertThat(rule(new ZeroBudgetCheck(), evaluation(0, 2 * clean, ran)).outcome())
                .isEqualTo(Outcome.FAIL);
        assertThat(rule(new FreshNoiseCheck(), evaluation(0, clean, ran.reporting(1.3)))
                        .outcome())
                .isEqualTo(Outcome.FAIL);
        Ran boast = Ran.honest(spec("b", "untargeted-mean", Norm.LINF, Method.GRADIENT, EFFORT))
                .reporting(2);
        assertThat(rule(new GoalsCheck(), evaluation(0, clean, ran, boast))).satisfies(ruling -> {
            assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(ruling.evidence()).contains("The worst attack of the suite does");
        });
    }

    @Test
    void a_reported_norm_longer_than_its_radius_is_found_whatever_was_stored() {
        float[] input = Trained.IMAGES.image(3);
        assertThat(rule(new BudgetCheck(), owning(Claim.ofMaximumDamage(3, 0.6, 0.6, 1, input)))
                        .outcome())
                .isEqualTo(Outcome.PASS);
        assertThat(rule(new BudgetCheck(), owning(Claim.ofMaximumDamage(3, 0.6, 0.61, 1, input)))
                        .outcome())
                .isEqualTo(Outcome.FAIL);
        float[] moved = input.clone();
        moved[5] = moved[5] > 0.5f ? moved[5] - 0.5f : moved[5] + 0.5f;
        assertThat(rule(new BudgetCheck(), owning(Claim.ofMaximumDamage(3, 0.49, 0.49, 1, moved)))
                        .outcome())
                .isEqualTo(Outcome.FAIL);
    }

    private static Evaluation owning(Claim claim) {
        return Evaluation.of(
                MODEL,
                Trained.card("m"),
                Trained.IMAGES,
                POINTS,
                Trained.plan(),
                List.of(),
                List.of(),
                List.of(claim),
                null);
    }
}
