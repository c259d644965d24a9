package io.margrave.robustness.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Verdict;
import io.margrave.vae.model.ImageClassifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SensitivityOracleTest {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final float[] UNIT = {0.6f, 0.8f, 0, 0};
    private static final float[] MIDDLE = {0.5f, 0.5f, 0.5f, 0.5f};
    private static final int COPIES = 12;

    /** Copies of one image: each has noise of its own. */
    private static ImageSet copies(int label, float... image) {
        float[] values = new float[COPIES * image.length];
        for (int i = 0; i < COPIES; i++) {
            System.arraycopy(image, 0, values, i * image.length, image.length);
        }
        int[] labels = new int[COPIES];
        Arrays.fill(labels, label);
        return ArrayImageSet.of(
                "copies/test", new ImageShape(1, 1, image.length), ValueRange.UNIT, values, labels, List.of());
    }

    private static List<SensitivityRow> rows(ImageClassifier classifier, float... image) {
        return rows(SensitivityPlan.defaults(), classifier, copies(1, image));
    }

    private static List<SensitivityRow> rows(SensitivityPlan plan, ImageClassifier classifier, ImageSet images) {
        return SensitivityAudit.run(
                plan,
                classifier,
                "linear",
                images,
                IntStream.range(0, images.size()).toArray(),
                1,
                Progress.Listener.none());
    }

    private static double margin(SensitivityRow row) {
        return Objects.requireNonNull(row.margin());
    }

    private static double median(List<SensitivityRow> rows) {
        return rows.stream()
                .mapToDouble(SensitivityOracleTest::margin)
                .sorted()
                .skip(rows.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** v.x = .7, so the margin is |.7 - t|, for any sigma; P is .42 a fifth of a sigma beyond it, and .25 .675 sigma. */
    @ParameterizedTest
    @CsvSource({"0.5, 0.1", "0.5, 0.02", "0.9, 0.1", "0.66, 0.2"})
    void with_two_classes_and_one_linear_latent_the_break_lies_just_above_the_distance(double t, double sigma) {
        double exact = Math.abs(0.7 - t);
        List<SensitivityRow> rows = rows(LinearClassifier.twoClasses(UNIT, t, sigma), MIDDLE);
        assertThat(rows).hasSize(COPIES).allSatisfy(row -> {
            assertThat(margin(row)).isBetween(exact, exact + 0.68 * sigma);
            assertThat(Objects.requireNonNull(row.marginMeanOnly())).isBetween(exact, exact + 0.68 * sigma);
            assertThat(row.predicted()).isEqualTo(t < 0.7 ? 1 : 0);
            assertThat(row.boundLinear()).isNull();
        });
        assertThat(median(rows)).isLessThan(exact + 0.35 * sigma);
    }

    /** With the exact p both bounds are the margin; with a lower bound of p they are below it, and grow to it. */
    @Test
    void the_bounds_of_one_linear_latent_are_attained() {
        double exact = 0.2;
        double sigma = 0.1;
        double p = NORMAL.cumulativeProbability(exact / sigma);
        assertThat(MarginBounds.whitened(p, 1 / sigma)).isCloseTo(exact, within(1e-9));
        assertThat(MarginBounds.frobenius(sigma, p, 1)).isCloseTo(exact, within(1e-9));
        SensitivityPlan d = SensitivityPlan.defaults();
        SensitivityPlan many =
                new SensitivityPlan(0.01, 100_000, 100, false, SearchEffort.of(2, 2, 1), d.seed(), d.chunk());
        for (SensitivityRow row : rows(many, LinearClassifier.twoClasses(UNIT, 0.5, sigma), copies(1, MIDDLE))) {
            double whitened = Objects.requireNonNull(row.boundWhitened());
            assertThat(row.pClean()).isCloseTo(p, within(0.003));
            assertThat(whitened)
                    .isCloseTo(sigma * NORMAL.inverseCumulativeProbability(row.pCleanLower()), within(1e-6));
            assertThat(whitened).isCloseTo(exact, within(0.01));
            assertThat(Objects.requireNonNull(row.boundFrobenius())).isCloseTo(whitened, within(1e-6));
            assertThat(row.marginMeanOnly()).isNull();
        }
    }

    /** J = diag(2, 1), sigma = (.2, .5): |J|_F = sqrt(5), |W|_2 = 10. */
    @Test
    void frobenius_and_whitened_differ_as_their_norms_do() {
        LinearClassifier two = new LinearClassifier(
                new float[][] {{2, 0}, {0, 1}},
                new float[2],
                new float[] {0.2f, 0.5f},
                0,
                new float[][] {{0, 0}, {1, 1}},
                new float[] {0, -1});
        for (SensitivityRow row : rows(two, 0.5f, 0.5f)) {
            double quantile = NORMAL.inverseCumulativeProbability(row.pCleanLower());
            assertThat(Objects.requireNonNull(row.boundWhitened())).isCloseTo(quantile / 10, within(1e-6));
            assertThat(Objects.requireNonNull(row.boundFrobenius()))
                    .isCloseTo(0.2 * quantile / Math.sqrt(5), within(1e-6));
            assertThat(row.boundWhitened()).isLessThan(margin(row));
        }
    }

    /** The prediction holds where an interval keeps half of the draws: less far than the mean can go. */
    @ParameterizedTest
    @CsvSource({"0.4, 1.1, 0.2", "0.6, 0.9, 0.1", "0.3, 1.1, 0.25"})
    void with_three_classes_on_a_line_the_margin_is_where_the_interval_loses_its_majority(
            double s, double t, double sigma) {
        double kept = 0.7;
        double exact = Math.min(crossing(s, t, sigma, kept, 1), crossing(s, t, sigma, kept, -1));
        double mean = Math.min(kept - s, t - kept);
        assertThat(exact).isPositive().isLessThan(mean);
        List<SensitivityRow> rows = rows(LinearClassifier.threeClasses(UNIT, s, t, sigma), MIDDLE);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.predicted()).isEqualTo(1);
            // A search of few draws may end on the far side: no less true, only less tight.
            assertThat(margin(row)).isGreaterThan(exact);
            assertThat(Objects.requireNonNull(row.boundWhitened())).isLessThan(exact);
        });
        assertThat(median(rows)).isLessThan(exact + 0.35 * sigma);
    }

    /** How far the mean moves in a direction until P(s < z < t) = 1/2. */
    private static double crossing(double s, double t, double sigma, double mean, int sign) {
        double low = 0;
        double high = 2;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            double moved = mean + sign * middle;
            double p = NORMAL.cumulativeProbability((t - moved) / sigma)
                    - NORMAL.cumulativeProbability((s - moved) / sigma);
            if (p > 0.5) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Test
    void a_deterministic_linear_classifier_attains_its_bound() {
        LinearClassifier linear = LinearClassifier.twoClasses(new float[] {0.3f, -0.4f, 0, 1.2f}, 0.42, 0);
        // v.x = .55, |v| = 1.3
        double exact = 0.13 / 1.3;
        for (SensitivityRow row : rows(linear, MIDDLE)) {
            assertThat(Objects.requireNonNull(row.boundLinear())).isCloseTo(exact, within(1e-6));
            assertThat(margin(row)).isBetween(exact * (1 - 1e-5), exact * 1.0021);
            assertThat(row.boundFrobenius()).isNull();
            assertThat(row.boundWhitened()).isNull();
            assertThat(row.marginMeanOnly()).isNull();
            assertThat(row.clean()).isEqualTo(Verdict.HOLDS);
            assertThat(row.pClean()).isEqualTo(1);
        }
    }

    /** One value reaches its end after .1 and the other has to do the rest: sqrt(.1^2 + .3^2), not .6/sqrt(10). */
    @Test
    void the_value_range_makes_the_margin_larger_than_the_distance() {
        LinearClassifier linear = LinearClassifier.twoClasses(new float[] {3, 1}, 3.8, 0);
        for (SensitivityRow row : rows(linear, 0.9f, 0.5f)) {
            assertThat(row.predicted()).isZero();
            assertThat(Objects.requireNonNull(row.boundLinear())).isCloseTo(0.6 / Math.sqrt(10), within(1e-5));
            double exact = Math.sqrt(0.01 + 0.09);
            // The direction turns until it runs along the edge, and the steps end: a hundredth is left.
            assertThat(margin(row)).isBetween(exact * (1 - 1e-5), exact * 1.03);
        }
    }

    /** Class 0 leads by .2 and by .3, along gradients of length 1 and 3: the one that leads by more is nearer. */
    @Test
    void of_several_classes_the_nearest_hyperplane_counts() {
        LinearClassifier three = new LinearClassifier(
                new float[][] {{1, 0}, {0, 1}},
                new float[2],
                new float[2],
                0,
                new float[][] {{0, 0}, {1, 0}, {0, 3}},
                new float[] {0, -0.7f, -1.8f});
        for (SensitivityRow row : rows(three, 0.5f, 0.5f)) {
            assertThat(row.predicted()).isZero();
            assertThat(Objects.requireNonNull(row.boundLinear())).isCloseTo(0.1, within(1e-6));
            assertThat(margin(row)).isBetween(0.1 * (1 - 1e-5), 0.1 * 1.0021);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void multiplying_all_logits_changes_nothing(double sigma) {
        LinearClassifier once = LinearClassifier.threeClasses(UNIT, 0.4, 1.1, sigma);
        List<SensitivityRow> before = rows(once, MIDDLE);
        List<SensitivityRow> after = rows(once.withLogitsTimes(8), MIDDLE);
        for (int i = 0; i < COPIES; i++) {
            assertThat(after.get(i).boundWhitened()).isEqualTo(before.get(i).boundWhitened());
            assertThat(after.get(i).predicted()).isEqualTo(before.get(i).predicted());
            assertThat(margin(after.get(i))).isCloseTo(margin(before.get(i)), within(1e-3));
        }
    }

    /** v and |v.x - t|/sigma: the second is kept, so p is, and everything else is half as large. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void an_encoder_twice_as_steep_has_half_the_margin_and_half_the_bounds(double sigma) {
        List<SensitivityRow> flat = rows(LinearClassifier.twoClasses(UNIT, 0.5, sigma), MIDDLE);
        List<SensitivityRow> steep =
                rows(LinearClassifier.twoClasses(new float[] {1.2f, 1.6f, 0, 0}, 1.2, sigma), MIDDLE);
        for (int i = 0; i < COPIES; i++) {
            assertThat(margin(steep.get(i))).isCloseTo(margin(flat.get(i)) / 2, within(1e-2));
            Double bound = sigma == 0 ? flat.get(i).boundLinear() : flat.get(i).boundWhitened();
            Double half = sigma == 0 ? steep.get(i).boundLinear() : steep.get(i).boundWhitened();
            assertThat(Objects.requireNonNull(half)).isCloseTo(Objects.requireNonNull(bound) / 2, within(1e-6));
        }
    }

    /** Sigma grows with the pixels, tenfold over the range, and the margin is still the distance. */
    @Test
    void with_two_classes_and_a_linear_head_noise_that_moves_changes_no_margin() {
        LinearClassifier moving = LinearClassifier.twoClasses(UNIT, 0.5, 0.1).withNoise(0.6, 0.02);
        for (SensitivityRow row : rows(moving, MIDDLE)) {
            // sigma at the break is at most .02 exp(.6 * 2.3) < .08
            assertThat(margin(row)).isBetween(0.2, 0.2 + 0.68 * 0.08);
            assertThat(Objects.requireNonNull(row.marginMeanOnly())).isBetween(0.2, 0.2 + 0.68 * 0.08);
        }
    }

    @Test
    void a_wrong_prediction_has_a_margin_around_its_own_class() {
        SensitivityPlan plan = SensitivityPlan.defaults();
        LinearClassifier linear = LinearClassifier.twoClasses(UNIT, 0.5, 0.1);
        List<SensitivityRow> right = rows(plan, linear, copies(1, MIDDLE));
        List<SensitivityRow> wrong = rows(plan, linear, copies(0, MIDDLE));
        for (int i = 0; i < COPIES; i++) {
            assertThat(wrong.get(i).label()).isZero();
            assertThat(wrong.get(i).predicted()).isEqualTo(1);
            assertThat(margin(wrong.get(i))).isEqualTo(margin(right.get(i))).isPositive();
            assertThat(wrong.get(i).boundWhitened()).isEqualTo(right.get(i).boundWhitened());
        }
    }

    /** All draws are kept, and still p is at most alpha^(1/n): the number of draws is a ceiling. */
    @Test
    void a_prediction_that_every_draw_keeps_has_a_finite_bound() {
        SensitivityPlan plan = SensitivityPlan.defaults();
        double ceiling = NORMAL.inverseCumulativeProbability(Math.pow(plan.alpha(), 1.0 / plan.draws())) * 0.001;
        for (SensitivityRow row : rows(LinearClassifier.twoClasses(UNIT, 0.5, 0.001), MIDDLE)) {
            assertThat(row.pClean()).isEqualTo(1);
            assertThat(Objects.requireNonNull(row.boundWhitened())).isCloseTo(ceiling, within(1e-8));
            assertThat(margin(row)).isBetween(0.2, 0.201);
        }
    }

    /** The mean lies in the interval, and a quarter of the draws. */
    @Test
    void a_prediction_without_a_majority_of_its_own_draws_has_margin_zero() {
        for (SensitivityRow row : rows(LinearClassifier.threeClasses(UNIT, 0.67, 0.73, 0.1), MIDDLE)) {
            assertThat(row.clean()).isEqualTo(Verdict.FAILS);
            assertThat(margin(row)).isZero();
            assertThat(row.boundWhitened()).isZero();
            assertThat(row.boundFrobenius()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1})
    void a_prediction_that_no_input_changes_is_censored_and_flat(double sigma) {
        LinearClassifier constant = LinearClassifier.twoClasses(new float[4], -1, sigma);
        for (SensitivityRow row : rows(constant, MIDDLE)) {
            assertThat(row.margin()).isNull();
            assertThat(row.marginMeanOnly()).isNull();
            assertThat(sigma == 0 ? row.boundLinear() : row.boundWhitened()).isEqualTo(Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void classes_that_are_equal_at_the_input_have_bound_zero_and_the_first_is_predicted() {
        LinearClassifier equal = LinearClassifier.twoClasses(new float[] {1, 0}, 0.5, 0);
        for (SensitivityRow row : rows(equal, 0.5f, 0.5f)) {
            assertThat(row.predicted()).isZero();
            assertThat(row.boundLinear()).isZero();
            assertThat(margin(row)).isLessThan(0.02);
        }
        LinearClassifier always = LinearClassifier.twoClasses(new float[2], 0, 0);
        assertThat(rows(always, 0.5f, 0.5f))
                .allSatisfy(row -> assertThat(row.boundLinear()).isZero());
    }

    /** P is .501 at every input, so each reported break is false. */
    @Test
    void a_true_probability_of_501_is_reported_as_a_break_at_most_alpha_of_the_time() {
        int points = 2_000;
        ImageSet images = ArrayImageSet.of(
                "grey/test",
                new ImageShape(1, 1, 2),
                ValueRange.UNIT,
                new float[2 * points],
                new int[points],
                List.of());
        double threshold = NORMAL.inverseCumulativeProbability(0.499);
        List<SensitivityRow> rows = rows(
                new SensitivityPlan(0.05, 100, 400, false, SearchEffort.of(5, 8, 1), 7, 500),
                LinearClassifier.twoClasses(new float[2], threshold, 1),
                images);
        long falseBreaks = rows.stream().filter(row -> row.margin() != null).count();
        // 2,000 trials at .05: 100 expected at most, 131 with probability 1e-3 (SciPy: binom.isf(1e-3, 2000, .05)).
        assertThat(falseBreaks).isPositive().isLessThanOrEqualTo(131);
    }
}
