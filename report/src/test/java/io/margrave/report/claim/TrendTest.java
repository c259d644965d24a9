package io.margrave.report.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {
    /** y of x with a median of {@code steep x} below the knee and flat above it. */
    private static Trend of(double knee, double steep, double noise, int n, long seed) {
        Random random = new Random(seed);
        double[] x = random.doubles(n, 0, 4).toArray();
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            y[i] = steep * Math.min(0, x[i] - knee) + noise * random.nextGaussian();
        }
        return Trend.of(x, y, IntStream.range(0, n).toArray());
    }

    @Test
    void the_knee_is_where_the_slope_changes() {
        Trend trend = of(1.2, 3, 0.3, 400, 1);
        assertThat(trend.knee().at()).isCloseTo(1.2, within(0.15));
        assertThat(trend.knee().before()).isCloseTo(3, within(0.3));
        assertThat(trend.knee().after()).isCloseTo(0, within(0.1));
        assertThat(trend.knee().clear()).isTrue();
    }

    @Test
    void the_knees_interval_holds_the_truth_about_as_often_as_it_claims() {
        int held = 0;
        for (int seed = 0; seed < 60; seed++) {
            Trend.Knee knee = of(1.5, 2, 0.5, 120, seed).knee();
            // Places are quantiles: the nearest one may lie a step beside the truth.
            held += knee.low() - 0.14 <= 1.5 && 1.5 <= knee.high() + 0.14 ? 1 : 0;
        }
        assertThat(held).isGreaterThanOrEqualTo(53);
    }

    @Test
    void a_straight_line_has_no_clear_knee_more_often_than_now_and_then() {
        int clear = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            double[] x = random.doubles(120, 0, 4).toArray();
            double[] y = IntStream.range(0, 120)
                    .mapToDouble(i -> x[i] + 0.5 * random.nextGaussian())
                    .toArray();
            clear += Trend.of(x, y, IntStream.range(0, 120).toArray()).knee().clear() ? 1 : 0;
        }
        assertThat(clear).isLessThanOrEqualTo(8);
    }

    @Test
    void the_band_holds_the_true_median_about_as_often_as_it_claims() {
        int held = 0;
        int all = 0;
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            double[] x = random.doubles(200, 0, 4).toArray();
            double[] y = IntStream.range(0, 200)
                    .mapToDouble(i -> random.nextGaussian())
                    .toArray();
            Trend trend = Trend.of(x, y, IntStream.range(0, 200).toArray());
            for (int i = 0; i < trend.x().size(); i++) {
                held += trend.low().get(i) <= 0 && 0 <= trend.high().get(i) ? 1 : 0;
                all++;
            }
        }
        assertThat((double) held / all).isBetween(0.9, 0.99);
    }

    @Test
    void pairs_of_one_image_widen_the_band() {
        Random random = new Random(5);
        double[] x = random.doubles(400, 0, 4).toArray();
        double[] ofImage = random.doubles(20).toArray();
        int[] images = IntStream.range(0, 400).map(i -> i % 20).toArray();
        double[] y =
                IntStream.range(0, 400).mapToDouble(i -> ofImage[images[i]]).toArray();
        Trend together = Trend.of(x, y, images);
        Trend apart = Trend.of(x, y, IntStream.range(0, 400).toArray());
        assertThat(width(together)).isGreaterThan(1.3 * width(apart));
    }

    private static double width(Trend trend) {
        return IntStream.range(0, trend.x().size())
                .mapToDouble(i -> trend.high().get(i) - trend.low().get(i))
                .sum();
    }
}
