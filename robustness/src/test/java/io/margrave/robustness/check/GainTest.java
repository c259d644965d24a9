package io.margrave.robustness.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.results.Check.Outcome;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GainTest {
    private static final int POINTS = 6;
    private static final int DRAWS = 200;

    /** Distances of mean {@code mean}, partly common to all that is measured in a world. */
    private static Reached reached(double mean, int world, String own) {
        double[][] distances = new double[POINTS][DRAWS];
        for (int i = 0; i < POINTS; i++) {
            Noise.Stream common = new Noise(world, "common").stream(i, "draws", 0);
            Noise.Stream other = new Noise(world, own).stream(i, "draws", 0);
            for (int k = 0; k < DRAWS; k++) {
                distances[i][k] = mean + 0.3 * common.nextGaussian() + 0.1 * other.nextGaussian();
            }
        }
        return new Reached(new float[POINTS][], new double[POINTS], new double[0], distances);
    }

    @Test
    void a_gain_is_a_share_of_the_damage_it_is_over() {
        Gain gain = Gain.of(reached(2, 1, "a"), reached(2.5, 1, "b"));
        assertThat(gain.share()).isCloseTo(0.25, within(0.01));
        assertThat(Arrays.stream(gain.points())).hasSize(POINTS).allMatch(g -> Math.abs(g - 0.25) < 0.03);
        assertThat(gain.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(gain.pointsAbove(Gain.SLIGHT)).isEqualTo(POINTS);
    }

    @Test
    void its_error_is_that_of_the_draws_which_are_not_common() {
        double[] shares = IntStream.range(0, 300)
                .mapToDouble(world ->
                        Gain.of(reached(2, world, "a"), reached(2, world, "b")).share())
                .toArray();
        double spread = Math.sqrt(
                IntStream.range(0, 300).mapToDouble(i -> shares[i] * shares[i]).sum() / 300);
        assertThat(Gain.of(reached(2, 1, "a"), reached(2, 1, "b")).error()).isCloseTo(spread, within(0.15 * spread));
    }

    @Test
    void noise_alone_is_seldom_taken_for_a_gain() {
        long alarms = IntStream.range(0, 2_000)
                .filter(world ->
                        Gain.of(reached(2, world, "a"), reached(2, world, "b")).exceeds(0))
                .count();
        // Beyond three standard errors lies one in 740: 2.7 expected of 2,000, over 11 has a chance of 1e-5.
        assertThat(alarms).isLessThanOrEqualTo(11);
    }

    @Test
    void outcomes_change_at_two_and_ten_percent() {
        Reached base = reached(2, 1, "a");
        assertThat(Gain.of(base, reached(2.02, 1, "b")).outcome()).isEqualTo(Outcome.PASS);
        assertThat(Gain.of(base, reached(2.12, 1, "b")).outcome()).isEqualTo(Outcome.WARN);
        assertThat(Gain.of(base, reached(2.3, 1, "b")).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(Gain.of(base, reached(1, 1, "b")).outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void what_is_not_a_number_is_no_pass() {
        assertThat(Gain.of(reached(2, 1, "a"), reached(Double.NaN, 1, "b")).outcome())
                .isEqualTo(Outcome.FAIL);
    }
}
