package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AuditPlan;
import io.margrave.results.CleanQuality;
import io.margrave.results.ModelCard;
import io.margrave.results.Norm;
import io.margrave.results.Radii;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuiteTableTest {

    private static AttackSpec spec(String name, Method method) {
        return new AttackSpec(
                name,
                "max-damage",
                AttackSpec.Variable.INPUT,
                Norm.L2,
                2.0,
                List.of(),
                method,
                SearchEffort.of(1, 1, 1),
                0);
    }

    private static AttackRow row(int point, String attack, double norm, double damage, int within) {
        return new AttackRow(
                "tiny",
                point,
                -1,
                new CleanQuality(1.27, -80, -100.3, 2.98, null),
                new AttackFinding(
                        attack,
                        null,
                        null,
                        2.0,
                        norm,
                        norm,
                        damage,
                        damage,
                        List.of(new Proportion(within, 500)),
                        -90,
                        null,
                        null,
                        null,
                        null,
                        null,
                        1,
                        1,
                        new float[0],
                        new float[0]));
    }

    /** Of every three points one is broken, one undecided, one robust. */
    private static RunResults results(int points) {
        List<AttackRow> rows = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            int within = List.of(100, 249, 400).get(i % 3);
            rows.add(row(i, "damage", 2, i == 0 ? Double.NaN : 3, within));
            rows.add(row(i, "smallest", within == 400 ? 2 : 1.5, 3, within));
        }
        AuditPlan plan = AuditPlan.defaults()
                .withModels(List.of("tiny"))
                .withSuite(List.of(spec("damage", Method.GRADIENT), spec("smallest", Method.MINIMAL_NORM)));
        AuditPlan one = new AuditPlan(
                        plan.models(),
                        "sprites",
                        null,
                        null,
                        "test",
                        points,
                        Radii.of(List.of(4.0)),
                        0.001,
                        100,
                        100,
                        true,
                        false,
                        0.0,
                        plan.attack(),
                        plan.search(),
                        0,
                        0,
                        3)
                .withSuite(plan.suite());
        ModelCard card = new ModelCard(
                "tiny",
                "tiny",
                "00",
                "sprites",
                "11",
                "mlp 8",
                2,
                "bernoulli",
                "elbo",
                1,
                0,
                1,
                1,
                -100.0,
                -90.0,
                -10.0,
                2,
                List.of(5.0, 5.0));
        RunInfo info = new RunInfo(
                "run",
                "2026-01-01T00:00:00Z",
                "0.1.0",
                "none",
                "none",
                "11",
                List.of(1, 2, 2),
                0,
                1,
                IntStream.range(0, points).boxed().toList(),
                1);
        return new RunResults(one, info, List.of(card), List.of(), List.of(), List.of(), rows, List.of(), List.of());
    }

    private static List<String> summary(int points) {
        RunResults results = results(points);
        return SuiteTable.summary(RunSummary.of(results), results.plan());
    }

    @Test
    void undecided_points_stand_beside_the_broken_ones() {
        assertThat(summary(12)).anyMatch(line -> line.matches("damage +12 .* 4 \\(\\+4 undecided\\) +12"));
    }

    @Test
    void how_good_a_model_is_untouched_stands_above_its_attacks() {
        assertThat(summary(12).get(1))
                .isEqualTo("tiny untouched: ELBO -100.3, reconstruction error 2.980, damage 1.270");
    }

    @Test
    void what_counts_as_infinite_is_counted() {
        assertThat(summary(12))
                .contains(
                        "damage: damage is no number at 1 of 12 points on tiny: counted as infinite",
                        "smallest: no break found up to 2.000 at 4 of 12 points on tiny: norm counted as infinite")
                .allMatch(line -> line.length() <= 120);
        // A search that stops where a point is broken is not among those that damage most.
        assertThat(summary(12)).anyMatch(line -> line.matches("smallest +12 .* 4 \\(\\+4 undecided\\) +-"));
    }

    @Test
    void rows_of_many_points_are_shown_only_where_someone_named_them() {
        assertThat(SuiteTable.rows(results(10), false)).hasSize(1 + 20);
        assertThat(SuiteTable.rows(results(11), false)).containsExactly("--out DIR keeps every row: attacks.csv");
        assertThat(SuiteTable.rows(results(11), true)).hasSize(1 + 22);
    }
}
