package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static List<SuiteSummary> summaries(List<AttackRow> rows) {
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
                3);
        RunInfo info = new RunInfo("run", "", "", "", "", "", List.of(1, 2, 2), 0, 1, List.of(7, 8, 9), 0);
        return SuiteSummaries.of(
                "m",
                new RunResults(plan, info, List.of(), List.of(), List.of(), List.of(), rows, List.of(), List.of()));
    }

    @Test
    void the_most_damaging_target_of_a_point_counts() {
        List<AttackRow> rows = new ArrayList<>();
        for (int point = 7; point < 10; point++) {
            rows.add(row(point, "latent-kl", 1, null, point, 400));
            rows.add(row(point, "latent-kl", 2, null, point - 5, 400));
        }
        assertThat(summaries(rows)).singleElement().satisfies(summary -> {
            assertThat(summary.points()).isEqualTo(3);
            assertThat(summary.radius()).isEqualTo(2);
            assertThat(summary.damage().estimate()).isEqualTo(8);
            assertThat(summary.norm().estimate()).isEqualTo(0.8);
            assertThat(summary.natsLost().estimate()).isEqualTo(8);
            assertThat(summary.degradation().estimate()).isEqualTo(-0.08);
            assertThat(summary.worst()).isEqualTo(3);
        });
    }

    @Test
    void each_weight_is_a_line_and_each_point_has_a_worst_attack() {
        List<SuiteSummary> summaries = summaries(List.of(
                row(7, "a", null, 0.5, 3, 400),
                row(7, "a", null, 2.0, 2, 400),
                row(7, "b", null, null, 3, 400),
                row(8, "a", null, 0.5, 4, 400),
                row(8, "a", null, 2.0, 5, 400),
                row(8, "b", null, null, 1, 400)));
        assertThat(summaries.stream().map(SuiteSummary::weight)).containsExactly(0.5, 2.0, null);
        // The first point has two worst attacks of equal damage.
        assertThat(summaries.stream().map(SuiteSummary::worst)).containsExactly(1, 1, 1);
    }

    @Test
    void a_point_is_broken_where_confidence_says_so_and_not_where_only_the_estimate_does() {
        List<SuiteSummary> summaries = summaries(List.of(
                row(7, "a", null, null, 3, 100), row(8, "a", null, null, 3, 249), row(9, "a", null, null, 3, 400)));
        assertThat(summaries.get(0).broken()).containsExactly(1, 0);
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
