package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.RunSummary.BrokenSummary;
import io.margrave.results.RunSummary.Reliance;
import io.margrave.results.RunSummary.SuiteSummary;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SuiteSummaryTest {

    private static AttackRow row(
            int point, String attack, @Nullable Integer target, @Nullable Double weight, double damage, int within) {
        AttackFinding finding = new AttackFinding(
                attack,
                target,
                weight,
                weight == null ? 2.0 : null,
                damage / 10,
                damage / 10,
                damage,
                damage,
                List.of(new Proportion(within, 500), new Proportion(500, 500)),
                -100 - damage,
                null,
                null,
                null,
                null,
                null,
                1,
                1,
                new float[0],
                new float[0]);
        return new AttackRow("m", point, -1, new CleanQuality(0.5, -100, -110.0, 1, null), finding);
    }

    private static AttackSpec spec(
            String name, Norm norm, @Nullable Double radius, List<Double> weights, Method method) {
        return new AttackSpec(
                name, "max-damage", Variable.INPUT, norm, radius, weights, method, SearchEffort.of(1, 1, 1), 0);
    }

    private static List<SuiteSummary> summaries(List<AttackRow> rows) {
        return summaries(
                rows,
                List.of(
                        spec("a", Norm.L2, 2.0, List.of(), Method.GRADIENT),
                        spec("b", Norm.L2, 2.0, List.of(), Method.GRADIENT),
                        spec("linf", Norm.LINF, 2.0, List.of(), Method.GRADIENT),
                        spec("sweep", Norm.L2, null, List.of(0.5, 2.0), Method.ADAM),
                        spec("smallest", Norm.L2, 2.0, List.of(), Method.MINIMAL_NORM)));
    }

    private static List<SuiteSummary> summaries(List<AttackRow> rows, List<AttackSpec> suite) {
        AuditPlan plan = new AuditPlan(
                        List.of("m"),
                        "sprites",
                        null,
                        null,
                        "test",
                        3,
                        Radii.of(List.of(4.0, 6.0)),
                        0.01,
                        100,
                        100,
                        true,
                        false,
                        1.0,
                        SearchEffort.of(1, 1, 1),
                        SearchEffort.of(1, 1, 1),
                        0,
                        0,
                        3)
                .withSuite(suite);
        RunInfo info = new RunInfo("run", "", "", "", "", "", List.of(1, 2, 2), 0, 1, List.of(7, 8, 9), 0);
        return SuiteSummaries.of(
                "m",
                new RunResults(plan, info, List.of(), List.of(), List.of(), List.of(), rows, List.of(), List.of()));
    }

    @Test
    void the_number_of_a_point_is_the_mean_over_its_targets() {
        List<AttackRow> rows = new ArrayList<>();
        for (int point = 7; point < 10; point++) {
            rows.add(row(point, "a", 1, null, point, 400));
            rows.add(row(point, "a", 2, null, point - 4, 400));
        }
        assertThat(summaries(rows)).singleElement().satisfies(summary -> {
            assertThat(summary.points()).isEqualTo(3);
            assertThat(summary.radius()).isEqualTo(2);
            assertThat(summary.damage().estimate()).isEqualTo(6);
            assertThat(summary.norm().estimate()).isCloseTo(0.6, within(1e-12));
            assertThat(summary.natsLost().estimate()).isEqualTo(6);
            assertThat(summary.degradation().estimate()).isEqualTo(-0.06);
            assertThat(summary.damageClean().estimate()).isEqualTo(0.5);
            assertThat(summary.elboClean().estimate()).isEqualTo(-110);
            assertThat(summary.reconstructionErrorClean().estimate()).isEqualTo(1);
            assertThat(summary.worst()).isEqualTo(3);
        });
    }

    /** Their damage is that of a model which keeps the other parameter: it can be more than any adversary of the real one does. */
    @Test
    void attacks_through_one_parameter_are_not_set_against_others() {
        List<AttackSpec> suite = new ArrayList<>();
        for (String goal : List.of("max-damage", "max-damage-mean", "max-damage-variance")) {
            suite.add(new AttackSpec(
                    goal, goal, Variable.INPUT, Norm.L2, 2.0, List.of(), Method.GRADIENT, SearchEffort.of(1, 1, 1), 0));
        }
        List<SuiteSummary> summaries = summaries(
                List.of(
                        row(7, "max-damage", null, null, 3, 400),
                        row(7, "max-damage-mean", null, null, 4, 400),
                        row(7, "max-damage-variance", null, null, 2, 400)),
                suite);
        assertThat(summaries.stream().map(SuiteSummary::worst)).containsExactly(1, null, null);
    }

    @Test
    void only_attacks_under_one_constraint_are_set_against_each_other() {
        List<SuiteSummary> summaries = summaries(List.of(
                row(7, "sweep", null, 0.5, 30, 400),
                row(7, "sweep", null, 2.0, 20, 400),
                row(7, "a", null, null, 3, 400),
                row(7, "b", null, null, 3, 400),
                row(7, "linf", null, null, 9, 400),
                row(7, "smallest", null, null, 50, 400),
                row(8, "a", null, null, 4, 400),
                row(8, "b", null, null, 5, 400),
                row(8, "linf", null, null, 1, 400)));
        assertThat(summaries.stream().map(SuiteSummary::weight)).containsExactly(0.5, 2.0, null, null, null, null);
        // Of the first point's equals the first counts.
        assertThat(summaries.stream().map(SuiteSummary::worst)).containsExactly(null, null, 1, 1, 2, null);
    }

    @Test
    void a_point_is_broken_where_confidence_says_so_and_not_where_only_the_estimate_does() {
        List<SuiteSummary> summaries = summaries(List.of(
                row(7, "a", null, null, 3, 100), row(8, "a", null, null, 3, 249), row(9, "a", null, null, 3, 400)));
        assertThat(summaries.get(0).broken())
                .containsExactly(
                        // Shown for one of three, and by no means excluded for two.
                        new BrokenSummary(
                                4,
                                1,
                                1,
                                1,
                                1 / 3.0,
                                new Proportion(1, 3).lower(0.01),
                                new Proportion(2, 3).upper(0.01)),
                        new BrokenSummary(6, 0, 0, 3, 0, 0, new Proportion(0, 3).upper(0.01)));
    }

    @Test
    void targets_share_alpha_however_damaging_each_is() {
        // 222 of 500 is shown to be at most one half at 0.01, but not at half of that.
        assertThat(new Proportion(222, 500).upper(0.01)).isLessThanOrEqualTo(0.5);
        assertThat(new Proportion(222, 500).upper(0.005)).isGreaterThan(0.5);
        assertThat(summaries(List.of(row(7, "a", 1, null, 3, 222)))
                        .get(0)
                        .broken()
                        .get(0)
                        .broken())
                .isEqualTo(1);
        BrokenSummary shared = summaries(List.of(row(7, "a", 1, null, 3, 222), row(7, "a", 2, null, 1, 400)))
                .get(0)
                .broken()
                .get(0);
        assertThat(shared.undecided()).isEqualTo(1);
        // Broken by the target that damages less.
        assertThat(summaries(List.of(row(7, "a", 1, null, 3, 400), row(7, "a", 2, null, 1, 100)))
                        .get(0)
                        .broken()
                        .get(0)
                        .broken())
                .isEqualTo(1);
    }

    @Test
    void a_damage_that_is_no_number_is_the_largest() {
        SuiteSummary summary = summaries(List.of(
                        row(7, "a", null, null, Double.NaN, 0),
                        row(8, "a", null, null, Double.NaN, 0),
                        row(9, "a", null, null, 3, 400),
                        row(7, "b", null, null, 9, 0)))
                .get(0);
        assertThat(summary.unmeasured()).isEqualTo(2);
        assertThat(summary.damage().estimate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(summary.natsLost().estimate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(summary.degradation().estimate()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(summary.norm().estimate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(summary.worst()).isEqualTo(3);
    }

    @Test
    void a_smallest_norm_that_was_not_found_is_infinite() {
        SuiteSummary summary = summaries(List.of(
                        row(7, "smallest", null, null, 5, 100),
                        // As far out as the search looked, and not shown to be broken there.
                        row(8, "smallest", null, null, 20, 249),
                        // Held up by the range before that.
                        row(9, "smallest", null, null, 8, 400)))
                .get(0);
        assertThat(summary.censored()).isEqualTo(2);
        assertThat(summary.norm().estimate()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void one_failed_check_is_enough() {
        assertThat(Reliance.of(List.of())).isEqualTo(Reliance.NOT_CHECKED);
        EvaluationCheck pass = new EvaluationCheck("m", 1, "budget", Check.Outcome.PASS, "", List.of());
        EvaluationCheck warn = new EvaluationCheck("m", 2, "zero", Check.Outcome.WARN, "", List.of());
        EvaluationCheck fail = new EvaluationCheck("m", 3, "gradients", Check.Outcome.FAIL, "", List.of());
        assertThat(Reliance.of(List.of(pass, warn))).isEqualTo(Reliance.CHECKED);
        assertThat(Reliance.of(List.of(pass, fail, warn))).isEqualTo(Reliance.NOT_TO_BE_RELIED_ON);
    }
}
