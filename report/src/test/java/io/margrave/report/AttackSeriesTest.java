package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackVerdicts;
import io.margrave.results.AttackedPoint;
import io.margrave.results.Auddc;
import io.margrave.results.AuditRow;
import io.margrave.results.CleanQuality;
import io.margrave.results.Norm;
import io.margrave.results.RunResults;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AttackSeriesTest {
    private static final float[] NONE = {};

    /** A finding by hand: its damage, its draws within r, its classes before and after. */
    private record Hand(
            int point,
            int label,
            @Nullable Integer target,
            double damage,
            long inside,
            @Nullable Integer before,
            @Nullable Integer after) {
        AttackRow row(String model, String attack) {
            return new AttackRow(
                    model,
                    point,
                    label,
                    new CleanQuality(1, -70, null, 2, before),
                    new AttackFinding(
                            attack,
                            target,
                            null,
                            1.0,
                            1,
                            1,
                            damage,
                            damage,
                            List.of(new Proportion(inside, 1000)),
                            -80,
                            null,
                            null,
                            null,
                            null,
                            after,
                            10,
                            5,
                            NONE,
                            NONE));
        }
    }

    private static Hand damage(int point, double damage) {
        return new Hand(point, -1, null, damage, 900, null, null);
    }

    private static AttackSeries series(List<List<Hand>> images) {
        return series("a", images);
    }

    private static AttackSeries series(String name, List<List<Hand>> images) {
        return new AttackSeries(
                "m",
                SampleSuite.spec(name, "max-damage", Method.GRADIENT, 1, 0),
                null,
                images.stream()
                        .map(rows -> new AttackedPoint(
                                rows.stream().map(hand -> hand.row("m", name)).toList()))
                        .toList());
    }

    @Test
    void every_row_of_the_run_is_in_one_series() {
        RunResults results = SampleRun.run().points(9).suite(3).results();
        List<AttackSeries> all = AttackSeries.of(results);
        List<AttackRow> rows = new ArrayList<>();
        all.forEach(each -> each.images().forEach(image -> rows.addAll(image.rows())));
        assertThat(rows).containsExactlyInAnyOrderElementsOf(results.attacks());
        assertThat(all).hasSize(2 * (11 + 4));
        assertThat(all).allSatisfy(each -> assertThat(each.images()).hasSize(9));
    }

    @Test
    void the_number_of_an_image_is_the_mean_over_its_targets_and_a_damage_that_is_none_is_infinite() {
        AttackSeries series = series(
                List.of(List.of(damage(1, 2), damage(1, 4)), List.of(damage(2, 1)), List.of(damage(3, Double.NaN))));
        assertThat(series.sorted(AttackRow::damage)).containsExactly(1, 3, Double.POSITIVE_INFINITY);
        assertThat(series.unmeasured()).isEqualTo(1);
        assertThat(series.sorted(row -> row.finding().symmetricKl())).isEmpty();
        assertThat(series.median(row -> row.finding().symmetricKl(), 0.01)).isNull();
    }

    @Test
    void an_image_is_broken_by_any_of_its_targets_and_they_share_alpha() {
        // 449 of 1,000 inside is shown to be at most one half at 0.001, but not at half of that.
        assertThat(new Proportion(449, 1000).upper(0.001)).isLessThanOrEqualTo(0.5);
        assertThat(new Proportion(449, 1000).upper(0.0005)).isGreaterThan(0.5);
        Hand near = new Hand(1, -1, 7, 2, 449, null, null);
        Hand far = new Hand(1, -1, 8, 2, 900, null, null);
        Hand over = new Hand(1, -1, 8, 2, 300, null, null);
        assertThat(series(List.of(List.of(near))).verdicts(0, 0.001)).isEqualTo(new AttackVerdicts(1, 0, 0));
        assertThat(series(List.of(List.of(near, far))).verdicts(0, 0.001)).isEqualTo(new AttackVerdicts(0, 1, 0));
        assertThat(series(List.of(List.of(far, over))).verdicts(0, 0.001)).isEqualTo(new AttackVerdicts(1, 0, 0));
    }

    @Test
    void undecided_images_may_be_broken_and_the_interval_says_so() {
        AttackVerdicts verdicts = series(List.of(
                        List.of(new Hand(1, -1, null, 2, 300, null, null)),
                        List.of(new Hand(2, -1, null, 2, 480, null, null)),
                        List.of(new Hand(3, -1, null, 2, 520, null, null)),
                        List.of(new Hand(4, -1, null, 2, 900, null, null))))
                .verdicts(0, 0.001);
        assertThat(verdicts).isEqualTo(new AttackVerdicts(1, 2, 1));
        assertThat(verdicts.low(0.001)).isEqualTo(new Proportion(1, 4).lower(0.001));
        assertThat(verdicts.high(0.001)).isEqualTo(new Proportion(3, 4).upper(0.001));
    }

    @Test
    void a_smallest_norm_that_was_not_found_is_infinite_and_no_damage_to_compare() {
        AttackSpec spec = SampleSuite.spec("smallest", "max-damage", Method.MINIMAL_NORM, 1, 0);
        // All stand at norm 1, as far out as was looked.
        AttackSeries series = new AttackSeries(
                "m",
                spec,
                null,
                Stream.of(100, 499, 900)
                        .map(inside -> new AttackedPoint(
                                List.of(new Hand(inside, -1, null, 2, inside, null, null).row("m", "smallest"))))
                        .toList());
        assertThat(series.unbroken(0.001)).isEqualTo(2);
        assertThat(series.norm(0.001).estimate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(WorstAttack.of(List.of(series))).isEmpty();
        AttackSeries other = new AttackSeries(
                "m", SampleSuite.spec("a", "max-damage", Method.GRADIENT, 1, 0), null, series.images());
        assertThat(other.unbroken(0.001)).isZero();
    }

    @Test
    void attacks_of_unequal_effort_are_not_paired() {
        List<AttackSpec> suite = new ArrayList<>(List.of(
                effort("short-mean", "max-damage-mean", 1),
                effort("mean", "max-damage-mean", 50),
                effort("variance", "max-damage-variance", 50)));
        List<AttackRow> rows = List.of(
                damage(1, 1).row("m", "short-mean"),
                damage(1, 3).row("m", "mean"),
                damage(1, 2).row("m", "variance"));
        assertThat(PairedDamage.of(of(suite, rows))).singleElement().satisfies(pair -> {
            assertThat(pair.meanDoesMore()).isEqualTo(new Proportion(1, 1));
            assertThat(pair.effort()).isEqualTo("50 steps, 8 draws, 2 starts, float32");
        });
        suite.remove(1);
        assertThat(PairedDamage.of(of(suite, List.of(rows.get(0), rows.get(2)))))
                .isEmpty();
    }

    private static AttackSpec effort(String name, String goal, int steps) {
        return new AttackSpec(
                name,
                goal,
                AttackSpec.Variable.INPUT,
                Norm.L2,
                1.0,
                List.of(),
                Method.GRADIENT,
                SearchEffort.of(steps, 8, 2),
                0);
    }

    /** A run of model m with these findings and no others. */
    private static RunResults of(List<AttackSpec> suite, List<AttackRow> rows) {
        RunResults results = SampleRun.run()
                .models(Map.of("m", 1.0))
                .points(3)
                .suite(suite)
                .withoutBreaks()
                .results();
        return new RunResults(
                results.plan(),
                results.info(),
                results.models(),
                List.of(),
                List.of(),
                List.of(),
                rows,
                List.of(),
                List.of());
    }

    @Test
    void what_is_no_number_is_counted_in_words_and_figures_stay_finite() {
        List<AttackSpec> suite = List.of(
                effort("mean", "max-damage-mean", 50),
                effort("variance", "max-damage-variance", 50),
                SampleSuite.spec("large", "max-damage-mean", Method.GRADIENT, 2, 0));
        List<AttackRow> rows = new ArrayList<>();
        for (int point = 0; point < 3; point++) {
            rows.add(damage(point, point == 0 ? Double.NaN : 2).row("m", "mean"));
            rows.add(damage(point, Double.NaN).row("m", "variance"));
            rows.add(damage(point, 4).row("m", "large"));
        }
        RunResults results = of(suite, rows);
        assertThat(new AttackTables(results).html()).contains("no number for 1 of 3", "no number for 3 of 3");
        for (Figure figure : Figures.of(results)) {
            assertThat(figure.spec().toString()).doesNotContain("Infinity").doesNotContain("NaN");
        }
    }

    @Test
    void a_sweep_that_overshot_is_shown_without_an_area_and_one_that_ended_early_as_not_spanned() {
        AttackSpec spec = new AttackSpec(
                "sweep",
                "output",
                AttackSpec.Variable.INPUT,
                Norm.L2,
                null,
                List.of(1.0, 2.0),
                Method.ADAM,
                SearchEffort.of(1, 1, 1),
                1);
        RunResults overshot = of(List.of(spec), List.of(swept(1, 1.0, 1.05, 0), swept(1, 2.0, 1.2, 0)));
        assertThat(Sweep.of(AttackSeries.of(overshot))).singleElement().satisfies(sweep -> {
            assertThat(sweep.areas()).isEmpty();
            assertThat(sweep.counted()).containsExactly(0);
        });
        assertThat(new AttackTables(overshot).html()).contains("0 of 2", "0 to 0");
        assertThat(Figures.of(overshot).toString()).contains("AUDDC undefined");
        RunResults early = of(
                List.of(spec),
                List.of(
                        swept(1, 1.0, 0.6, 0.4),
                        swept(1, 2.0, 1.2, 0),
                        swept(2, 1.0, 0.6, 0),
                        swept(2, 2.0, 0.3, 0.4)));
        Sweep sweep = Sweep.of(AttackSeries.of(early)).get(0);
        assertThat(sweep.counted()).containsExactly(1, 2);
        assertThat(sweep.notSpanned()).isEqualTo(new Proportion(1, 2));
        assertThat(new AttackTables(early).html()).contains("1 of 2");
    }

    private static AttackRow swept(int point, double weight, double distortion, double distance) {
        AttackFinding plain = damage(point, 2).row("m", "sweep").finding();
        return new AttackRow(
                "m",
                point,
                -1,
                new CleanQuality(1, -70, null, 2, null),
                new AttackFinding(
                        "sweep",
                        99,
                        weight,
                        null,
                        distortion,
                        distortion,
                        plain.objective(),
                        plain.damage(),
                        plain.within(),
                        plain.logLikAttacked(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        10,
                        5,
                        NONE,
                        NONE,
                        distortion,
                        distance));
    }

    @Test
    void the_probe_keeps_only_what_it_had_right() {
        AttackSeries series = series(List.of(
                List.of(new Hand(1, 3, null, 1, 0, 3, 3)),
                List.of(new Hand(2, 3, null, 1, 0, 3, 4)),
                List.of(new Hand(3, 3, null, 1, 0, 5, 3)),
                List.of(new Hand(4, 3, 1, 1, 0, 3, 3), new Hand(4, 3, 2, 1, 0, 3, 0))));
        assertThat(series.probeKept()).isEqualTo(new Proportion(1, 3));
        assertThat(series.probeClean()).isEqualTo(new Proportion(3, 4));
    }

    @Test
    void without_labels_the_probe_keeps_its_class_and_without_a_probe_there_is_no_share() {
        AttackSeries unlabelled =
                series(List.of(List.of(new Hand(1, -1, null, 1, 0, 3, 3)), List.of(new Hand(2, -1, null, 1, 0, 3, 4))));
        assertThat(unlabelled.probeKept()).isEqualTo(new Proportion(1, 2));
        assertThat(unlabelled.probeClean()).isNull();
        assertThat(series(List.of(List.of(damage(1, 1)))).probeKept()).isNull();
    }

    @Test
    void a_cost_is_that_of_all_targets_of_an_image() {
        AttackSeries series = series(List.of(List.of(damage(1, 2), damage(1, 4)), List.of(damage(2, 1))));
        assertThat(series.meanCost(row -> row.finding().forwards())).isEqualTo(15);
    }

    @Test
    void the_worst_attack_is_counted_image_by_image_over_the_images_of_all() {
        AttackSeries first = series(
                "first",
                List.of(List.of(damage(1, 5)), List.of(damage(2, 1)), List.of(damage(3, 1)), List.of(damage(4, 9))));
        AttackSeries second = series(
                "second", List.of(List.of(damage(1, 2)), List.of(damage(2, 1), damage(2, 4)), List.of(damage(3, 1))));
        WorstAttack worst = WorstAttack.of(List.of(first, second)).get(0);
        assertThat(worst.images()).isEqualTo(3);
        assertThat(worst.wins()).containsExactly(2, 1);
        assertThat(worst.damage()).containsExactly(1, 4, 5);
    }

    @Test
    void the_worst_of_several_does_at_least_what_each_does() {
        RunResults results = SampleRun.run().points(40).suite(2).results();
        for (WorstAttack worst : WorstAttack.of(AttackSeries.of(results))) {
            assertThat(worst.wins().stream().mapToInt(Integer::intValue).sum()).isEqualTo(worst.images());
            for (AttackSeries each : worst.series()) {
                double[] own = each.sorted(AttackRow::damage);
                for (int i = 0; i < own.length; i++) {
                    assertThat(worst.damage()[i]).isGreaterThanOrEqualTo(own[i]);
                }
            }
        }
    }

    @Test
    void attacks_under_different_constraints_are_never_set_against_each_other() {
        List<WorstAttack> worst = WorstAttack.of(
                AttackSeries.of(SampleRun.run().points(5).suite(1).results()));
        assertThat(worst).hasSize(2 * 5).allSatisfy(each -> {
            assertThat(each.series()).allMatch(series -> series.threat().equals(each.threat()));
            assertThat(each.threat().radius()).isNotNull();
        });
    }

    @Test
    void mean_against_variance_counts_strictly_more() {
        RunResults results = SampleRun.run()
                .models(Map.of("m", 1.0))
                .points(3)
                .suite(List.of(
                        SampleSuite.spec("mean", "max-damage-mean", Method.GRADIENT, 1, 0),
                        SampleSuite.spec("variance", "max-damage-variance", Method.GRADIENT, 1, 0)))
                .results();
        List<AttackRow> rows = new ArrayList<>();
        double[][] damages = {{3, 1}, {2, 2}, {1, 4}};
        for (int i = 0; i < 3; i++) {
            rows.add(damage(i, damages[i][0]).row("m", "mean"));
            rows.add(damage(i, damages[i][1]).row("m", "variance"));
        }
        RunResults mine = new RunResults(
                results.plan(),
                results.info(),
                results.models(),
                results.rows(),
                List.of(),
                List.of(),
                rows,
                List.of(),
                List.of());
        PairedDamage pair = PairedDamage.of(mine).get(0);
        assertThat(pair.meanDoesMore()).isEqualTo(new Proportion(1, 3));
        assertThat(pair.images()).allSatisfy(image -> assertThat(image.joint()).isNull());
        assertThat(MeanAgainstVariance.share(pair.meanDoesMore()))
                .isEqualTo("1 of 3 images, 33.3\u202f% [0.8\u202f%, 90.6\u202f%]");
    }

    @Test
    void without_a_suite_the_audits_own_attacks_are_paired_once_an_image() {
        RunResults run = SampleRun.run().points(7).results();
        assertThat(PairedDamage.of(run)).isEmpty();
        RunResults split = new RunResults(
                run.plan(),
                run.info(),
                run.models(),
                run.rows().stream().map(AttackSeriesTest::withSplitDamage).toList(),
                run.curves(),
                run.exhibits());
        assertThat(PairedDamage.of(split)).hasSize(2).allSatisfy(pair -> {
            assertThat(pair.images()).hasSize(7);
            assertThat(pair.meanDoesMore()).isEqualTo(new Proportion(7, 7));
        });
        assertThat(Figures.of(split).stream().map(Figure::id)).contains("mean-against-variance");
    }

    private static AuditRow withSplitDamage(AuditRow row) {
        return new AuditRow(
                row.model(),
                row.data(),
                row.split(),
                row.point(),
                row.label(),
                row.beta(),
                row.r(),
                row.samples(),
                row.alpha(),
                row.pClean(),
                row.pCleanLower(),
                row.verdictClean(),
                row.rMinLow(),
                row.rMinHigh(),
                row.minStdDev(),
                row.jacobianFrobenius(),
                row.jacobianSpectral(),
                row.jacobianWhitened(),
                row.boundFrobenius(),
                row.boundSpectral(),
                row.boundWhitened(),
                row.marginUpper(),
                row.marginUpperUnboxed(),
                row.marginUpperMeanOnly(),
                row.marginUpperMeanOnlyUnboxed(),
                row.marginCensored(),
                row.attackRadius(),
                row.damage(),
                3.0,
                2.0,
                row.damageClean(),
                row.logLikClean(),
                row.logLikAttacked(),
                row.degradation(),
                row.seed());
    }

    @Test
    void a_curve_is_linear_between_its_points_and_flat_after_the_last() {
        List<Auddc.Point> curve = Auddc.curve(List.of(new Auddc.Point(0.5, 0.4), new Auddc.Point(0.5, 0.2)));
        assertThat(Sweep.at(curve, 0)).isEqualTo(1);
        assertThat(Sweep.at(curve, 0.25)).isCloseTo(0.6, within(1e-12));
        assertThat(Sweep.at(curve, 0.75)).isCloseTo(0.2, within(1e-12));
        assertThat(Sweep.at(curve, 1)).isEqualTo(0.2);
    }

    @Test
    void a_sweep_has_one_area_an_image() {
        RunResults results = SampleRun.run().points(6).suite(2).results();
        List<Sweep> sweeps = Sweep.of(AttackSeries.of(results));
        assertThat(sweeps).hasSize(2).allSatisfy(sweep -> {
            assertThat(sweep.images())
                    .hasSize(6)
                    .allSatisfy(targets -> assertThat(targets).hasSize(2));
            assertThat(sweep.areas()).hasSize(6).isSorted();
            assertThat(sweep.curves()).hasSize(12);
            double mean = sweep.curves().stream()
                    .mapToDouble(AttackSeriesTest::area)
                    .average()
                    .orElseThrow();
            assertThat(Arrays.stream(sweep.areas()).average().orElseThrow()).isCloseTo(mean, within(1e-3));
        });
        AttackSpec untargeted = new AttackSpec(
                "free",
                "untargeted-mean",
                AttackSpec.Variable.INPUT,
                Norm.L2,
                null,
                List.of(1.0, 2.0),
                Method.ADAM,
                SearchEffort.of(1, 1, 1),
                0);
        assertThat(Sweep.of(AttackSeries.of(
                        SampleRun.run().points(6).suite(List.of(untargeted)).results())))
                .isEmpty();
    }

    /** The area of a curve by another way: many thin strips. */
    private static double area(List<Auddc.Point> curve) {
        double sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += Sweep.at(curve, (i + 0.5) / 20_000) / 20_000;
        }
        return sum;
    }

    @Test
    void scales_of_ms_ssim_are_those_that_its_window_fits() {
        assertThat(MsSsimScales.of(List.of(1, 10, 40))).isZero();
        assertThat(MsSsimScales.of(List.of(1, 28, 28))).isEqualTo(2);
        assertThat(MsSsimScales.of(List.of(3, 64, 64))).isEqualTo(3);
        assertThat(MsSsimScales.of(List.of(3, 500, 500))).isEqualTo(5);
    }
}
