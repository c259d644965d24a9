package io.margrave.robustness.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.AttackSpec.Method;
import io.margrave.results.Check.Outcome;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attack.Attacked;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.model.Vae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A good model passes; each fault is found, by the checks that are meant to find it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedFaultTest {
    private Trained good = unset();
    private Vae peer = unset();

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // Set before the first test.
    private static <T> T unset() {
        return null;
    }

    @BeforeAll
    void train(@TempDir Path folder) {
        good = Trained.model(folder.resolve("good"), 25, 1);
        peer = Trained.model(folder.resolve("peer"), 6, 2).vae();
    }

    /** What transfers to a faulty model is best made on the good one in it. */
    private Evaluation evaluation(Vae vae, AttackPanel attacks) {
        return good.evaluation(vae, attacks, List.of(), vae == good.vae() ? peer : good.vae());
    }

    private Map<Integer, EvaluationCheck> checks(Vae vae, AttackPanel attacks, Level level) {
        return Trained.run(evaluation(vae, attacks), level);
    }

    /** One check alone. */
    private Outcome rule(Examination examination, Vae vae, AttackPanel attacks) {
        try (PointerScope scope = new PointerScope()) {
            return examination
                    .examine(CheckScene.of(evaluation(vae, attacks), EvaluationChecks.QUICK_POINTS))
                    .outcome();
        }
    }

    private static Outcome outcome(Map<Integer, EvaluationCheck> checks, int number) {
        return Objects.requireNonNull(checks.get(number), "check " + number).outcome();
    }

    private AttackPanel healthy() {
        return AttackPanel.ofMaximumDamage(good.vae().spec());
    }

    /** The attack under test with something done to what it found. */
    private interface Bug {
        Tensor change(Attack.Request request, Tensor perturbed);
    }

    private AttackPanel buggy(Bug bug) {
        AttackPanel panel = healthy();
        return panel.testing(request -> {
            Attacked attacked = panel.tested().perturb(request);
            return new Attacked(
                    bug.change(request, attacked.perturbed()),
                    attacked.chosen(),
                    attacked.trace(),
                    attacked.forwards(),
                    attacked.backwards());
        });
    }

    @Test
    void a_good_model_under_a_good_attack_passes() {
        Map<Integer, EvaluationCheck> checks = checks(good.vae(), healthy(), Level.THOROUGH);
        assertThat(checks.values()).allMatch(check -> check.outcome() == Outcome.PASS);
    }

    @Test
    void a_quantised_encoder_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.quantised(good.vae()), healthy(), Level.THOROUGH);
        assertThat(outcome(checks, 3)).isEqualTo(Outcome.FAIL);
        assertThat(outcome(checks, 9)).isEqualTo(Outcome.FAIL);
        assertThat(outcome(checks, 16)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void a_saturated_encoder_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.saturated(good.vae()), healthy(), Level.THOROUGH);
        assertThat(outcome(checks, 3)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void a_cut_gradient_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.cut(good.vae()), healthy(), Level.QUICK);
        assertThat(outcome(checks, 3)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void a_partly_cut_gradient_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.partlyCut(good.vae()), healthy(), Level.QUICK);
        assertThat(outcome(checks, 3)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void a_model_that_adds_noise_at_test_time_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.noisy(good.vae()), healthy(), Level.QUICK);
        assertThat(outcome(checks, 2)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void a_model_without_noise_is_checked_like_others() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.deterministic(good.vae()), healthy(), Level.QUICK);
        assertThat(checks.values()).allMatch(check -> check.outcome() != Outcome.FAIL);
        assertThat(checks.values()).noneMatch(check -> check.evidence().matches(".*(NaN|Infinity).*"));
    }

    @Test
    void a_collapsed_model_is_found() {
        Map<Integer, EvaluationCheck> checks = checks(FaultyVae.collapsed(good.vae()), healthy(), Level.QUICK);
        assertThat(outcome(checks, 14)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_is_lengthened_after_it_was_projected_is_found() {
        AttackPanel longer = buggy((request, perturbed) -> request.ball()
                .centers()
                .add(perturbed.sub(request.ball().centers()).mul(new Scalar(1.001))));
        assertThat(rule(new BudgetCheck(), good.vae(), longer)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_leaves_the_range_is_found() {
        AttackPanel outside = buggy((request, perturbed) -> {
            // Shorter, so that only the range is left.
            Tensor moved = perturbed.sub(request.ball().centers()).mul(new Scalar(0.5));
            return request.ball().centers().add(moved).sub(new Scalar(1e-2));
        });
        assertThat(rule(new BudgetCheck(), good.vae(), outside)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_never_moves_is_found() {
        AttackPanel still =
                buggy((request, perturbed) -> request.ball().centers().clone());
        assertThat(rule(new OrderCheck(), good.vae(), still)).isEqualTo(Outcome.FAIL);
        assertThat(rule(new GrowthCheck(), good.vae(), still)).isEqualTo(Outcome.FAIL);
        assertThat(rule(new UnboundedCheck(), good.vae(), still)).isEqualTo(Outcome.FAIL);
        assertThat(rule(new GradientFreeCheck(), good.vae(), still)).isEqualTo(Outcome.FAIL);
        assertThat(rule(new FreshNoiseCheck(), good.vae(), still)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_moves_where_it_must_not_is_found() {
        AttackPanel restless = buggy((request, perturbed) ->
                Arrays.stream(request.radii()).sum() == 0 ? perturbed.mul(new Scalar(0.999)) : perturbed);
        assertThat(rule(new ZeroBudgetCheck(), good.vae(), restless)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_shrinks_as_its_budget_grows_is_found() {
        AttackPanel shy = buggy((request, perturbed) -> {
            double share = Trained.RADIUS / Math.max(Trained.RADIUS, request.radii()[0]);
            return request.ball()
                    .centers()
                    .add(perturbed.sub(request.ball().centers()).mul(new Scalar(share * share)));
        });
        assertThat(rule(new GrowthCheck(), good.vae(), shy)).isEqualTo(Outcome.FAIL);
    }

    /** The attack under test in some rows of four, the untouched input in the others. */
    private static Attack inRows(Attack attack, int... rows) {
        return request -> {
            Attacked attacked = attack.perturb(request);
            boolean[] kept = new boolean[request.points().length];
            for (int i = 0; i < kept.length; i++) {
                int row = i % 4;
                kept[i] = Arrays.stream(rows).anyMatch(each -> each == row);
            }
            return new Attacked(
                    torch.where(
                            Rows.flags(kept),
                            attacked.perturbed(),
                            request.ball().centers()),
                    attacked.chosen(),
                    attacked.trace(),
                    attacked.forwards(),
                    attacked.backwards());
        };
    }

    @Test
    void points_that_one_step_beats_and_others_that_noise_beats_count_together() {
        AttackPanel panel = healthy();
        Attack strong = panel.tested();
        AttackPanel beaten = new AttackPanel(
                inRows(strong, 2, 3), inRows(strong, 0), inRows(strong, 1), panel.gradientFree(), panel.goals());
        try (PointerScope scope = new PointerScope()) {
            Ruling ruling = new OrderCheck()
                    .examine(CheckScene.of(evaluation(good.vae(), beaten), EvaluationChecks.QUICK_POINTS));
            assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(ruling.evidence()).contains("many steps are beaten at 8 of 16 points");
        }
    }

    @Test
    void points_that_fall_at_one_radius_and_others_that_fall_at_the_next_count_together() {
        Attack strong = healthy().tested();
        AttackPanel falling = healthy().testing(request -> {
            double share = request.radii()[0] / Trained.RADIUS;
            return (share < 0.9 ? strong : share < 1.1 ? inRows(strong, 1, 2, 3) : inRows(strong, 0, 2, 3))
                    .perturb(request);
        });
        try (PointerScope scope = new PointerScope()) {
            Ruling ruling = new GrowthCheck()
                    .examine(CheckScene.of(evaluation(good.vae(), falling), EvaluationChecks.QUICK_POINTS));
            assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(ruling.evidence()).contains("8 of 16 points");
        }
    }

    @Test
    void noise_of_a_wide_posterior_is_no_success_of_an_unbounded_attack() {
        AttackPanel still =
                buggy((request, perturbed) -> request.ball().centers().clone());
        assertThat(rule(new UnboundedCheck(), FaultyVae.wide(good.vae()), still))
                .isEqualTo(Outcome.FAIL);
    }

    @Test
    void searches_without_gradients_get_no_directions_that_took_one() {
        AttackPanel panel = healthy();
        List<Integer> starts = new ArrayList<>();
        Attack square = request -> {
            starts.add(request.starts().size());
            return panel.gradientFree().perturb(request);
        };
        Attack noise = request -> {
            starts.add(request.starts().size());
            return panel.random().perturb(request);
        };
        rule(
                new GradientFreeCheck(),
                good.vae(),
                new AttackPanel(panel.tested(), panel.oneStep(), noise, square, panel.goals()));
        assertThat(starts).containsExactly(0, 0);
    }

    @Test
    void an_attack_that_lacks_draws_is_found() {
        AttackPanel lacking = buggy((request, perturbed) -> request.ball()
                .centers()
                .add(perturbed
                        .sub(request.ball().centers())
                        .mul(new Scalar(1 - 2.0 / request.effort().draws()))));
        assertThat(rule(new DrawsCheck(), good.vae(), lacking)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_aims_beside_the_mark_is_found() {
        AttackPanel variance = healthy().testing(Attacks.of(Method.GRADIENT, new MaximumDamageGoal(Follows.VARIANCE)));
        assertThat(rule(new GoalsCheck(), good.vae(), variance)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_ends_long_before_it_has_converged_is_found() {
        AttackPanel panel = healthy();
        // Three hundredths of each step: forty of them do not lead across the ball.
        Attack slow = request -> panel.tested()
                .perturb(new Attack.Request(
                        request.clean(),
                        request.ball(),
                        request.radii(),
                        request.weight(),
                        request.targets(),
                        List.of(),
                        request.points(),
                        request.noise(),
                        request.name(),
                        request.effort(),
                        0.03 * request.stepScale()));
        assertThat(rule(new StepsCheck(), good.vae(), panel.testing(slow))).isEqualTo(Outcome.FAIL);
        assertThat(rule(new OrderCheck(), good.vae(), panel.testing(slow))).isEqualTo(Outcome.FAIL);
        assertThat(rule(new StepSizeCheck(), good.vae(), panel.testing(slow))).isEqualTo(Outcome.FAIL);
    }

    @Test
    void an_attack_that_tells_what_it_was_chosen_by_is_found() {
        AttackPanel panel = healthy();
        Attack boasting = request -> {
            Attacked attacked = panel.tested().perturb(request);
            double[] chosen = Arrays.stream(attacked.chosen()).map(v -> 1.2 * v).toArray();
            return new Attacked(
                    attacked.perturbed(), chosen, attacked.trace(), attacked.forwards(), attacked.backwards());
        };
        assertThat(rule(new FreshNoiseCheck(), good.vae(), panel.testing(boasting)))
                .isEqualTo(Outcome.FAIL);
    }
}
