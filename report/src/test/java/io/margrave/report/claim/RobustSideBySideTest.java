package io.margrave.report.claim;

import static io.margrave.report.claim.SampleExperiment.experiment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentResults;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RobustSideBySideTest {
    /** Margins about the radii of the attacks, which are 1 and 2, on either side. */
    private static SampleExperiment spread() {
        return experiment().points(80).margin((row, model, ease, random) -> row.r() / 5 * 1.4 * ease);
    }

    private static DamageRow with(DamageRow row, double damage) {
        return new DamageRow(
                row.model(),
                row.point(),
                row.radius(),
                row.through(),
                row.norm(),
                damage,
                row.damageClean(),
                row.logLikClean(),
                row.logLikAttacked(),
                row.degradation());
    }

    @Test
    void less_damage_where_the_margin_is_larger_holds() {
        Claim claim = RobustSideBySide.of(spread().damage((row, margin, ease) -> with(row, 5 - Math.min(3, margin)))
                .results());
        assertThat(claim.verdict()).isEqualTo(Claim.Verdict.HOLDS);
        assertThat(claim.finding()).contains("non-robust points").contains("MNIST MLP");
        assertThat(claim.tables().get(0).rows()).hasSize(6);
        assertThat(claim.figures()).hasSize(1);
    }

    @Test
    void more_damage_there_does_not() {
        assertThat(RobustSideBySide.of(spread().damage((row, margin, ease) -> with(row, 1 + Math.min(3, margin)))
                                .results())
                        .verdict())
                .isEqualTo(Claim.Verdict.DOES_NOT);
    }

    @Test
    void where_all_points_are_on_one_side_nothing_is_shown() {
        assertThat(RobustSideBySide.of(experiment()
                                .margin((row, model, ease, random) -> 1e-3)
                                .results())
                        .verdict())
                .isEqualTo(Claim.Verdict.NOT_SHOWN);
    }

    @Test
    void points_are_chosen_by_rule_in_the_order_of_margin_over_norm() {
        ExperimentResults results = spread().results();
        List<ClaimPictures.Chosen> chosen = RobustSideBySide.chosen(results);
        assertThat(chosen).hasSize(4);
        assertThat(chosen.stream().map(each -> each.margin() / each.norm())).isSorted();
        assertThat(chosen.get(0).margin()).isLessThan(chosen.get(0).norm());
        assertThat(chosen.get(3).margin()).isGreaterThan(chosen.get(3).norm());
        assertThat(RobustSideBySide.chosen(results)).isEqualTo(chosen);
    }

    @Test
    void the_interval_of_a_difference_covers_it_about_as_often_as_it_says() {
        int missed = 0;
        Random random = new Random(5);
        for (int trial = 0; trial < 200; trial++) {
            double[] values = new double[80];
            boolean[] second = new boolean[80];
            int[] images = new int[80];
            double[] shared = random.doubles(40).toArray();
            for (int i = 0; i < 80; i++) {
                images[i] = i / 2;
                second[i] = random.nextBoolean();
                values[i] = shared[i / 2] + 0.3 * random.nextGaussian() + (second[i] ? 0.5 : 0);
            }
            ClusterContrast.Mean difference =
                    ClusterContrast.of(values, second, images).difference();
            missed += difference.low() > 0.5 || difference.high() < 0.5 ? 1 : 0;
        }
        // 5 % of 200 is 10; bootstraps of 40 images miss a little more often.
        assertThat(missed).isBetween(2, 24);
    }

    @Test
    void the_difference_of_means_is_the_mean_of_one_less_that_of_the_other() {
        ClusterContrast contrast = ClusterContrast.of(
                new double[] {1, 2, 3, 10, 20},
                new boolean[] {false, false, false, true, true},
                new int[] {1, 2, 3, 4, 5});
        assertThat(contrast.first().value()).isCloseTo(2, within(1e-12));
        assertThat(contrast.second().value()).isCloseTo(15, within(1e-12));
        assertThat(contrast.difference().value()).isCloseTo(13, within(1e-12));
        assertThat(Arrays.asList(contrast.first().count(), contrast.second().count()))
                .containsExactly(3, 2);
    }
}
