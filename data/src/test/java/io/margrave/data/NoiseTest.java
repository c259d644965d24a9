package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeds are fixed, so each test passes or fails for ever; limits would be crossed by one seed in about 10,000. */
class NoiseTest {
    private static final int MANY = 200_000;

    @Test
    void equal_names_give_equal_numbers_in_whatever_order_they_are_asked_for() {
        Noise noise = new Noise(7, "m");
        float[] first = gaussians(noise.stream(3, "clean", 0), 100);
        gaussians(noise.stream(4, "clean", 0), 10);
        assertThat(gaussians(new Noise(7, "m").stream(3, "clean", 0), 100)).isEqualTo(first);
    }

    @Test
    void names_that_differ_in_any_part_give_other_numbers() {
        List<Noise.Stream> streams = List.of(
                new Noise(7, "m").stream(3, "clean", 0),
                new Noise(8, "m").stream(3, "clean", 0),
                new Noise(7, "n").stream(3, "clean", 0),
                new Noise(7, "m").stream(4, "clean", 0),
                new Noise(7, "m").stream(3, "search", 0),
                new Noise(7, "m").stream(3, "clean", 1),
                new Noise(7, "mc").stream(3, "lean", 0),
                new Noise(7, "").stream(3, "mclean", 0),
                new Noise(3, "m").stream(7, "clean", 0),
                new Noise(0, "m").stream(3, "clean", 7));
        Set<Double> firsts = new HashSet<>();
        streams.forEach(stream -> firsts.add(stream.nextDouble()));
        assertThat(firsts).hasSameSizeAs(streams);
    }

    @Test
    void gaussians_fill_only_the_stretch_asked_for() {
        float[] values = new float[10];
        new Noise(1, "m").stream(0, "p", 0).gaussians(values, 3, 4);
        assertThat(values).startsWith(0, 0, 0).endsWith(0, 0, 0);
        assertThat(Arrays.copyOfRange(values, 3, 7)).doesNotContain(0f);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void gaussians_have_mean_zero_variance_one_and_normal_tails(long seed) {
        double[] sorted = new double[MANY];
        Noise.Stream stream = new Noise(seed, "m").stream(0, "moments", 0);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < MANY; i++) {
            sorted[i] = stream.nextGaussian();
            sum += sorted[i];
            squares += sorted[i] * sorted[i];
        }
        double four = 4; // standard errors
        assertThat(sum / MANY).isCloseTo(0, within(four / Math.sqrt(MANY)));
        assertThat(squares / MANY).isCloseTo(1, within(four * Math.sqrt(2.0 / MANY)));
        Arrays.sort(sorted);
        NormalDistribution normal = NormalDistribution.of(0, 1);
        double distance = 0;
        for (int i = 0; i < MANY; i++) {
            double p = normal.cumulativeProbability(sorted[i]);
            distance = Math.max(distance, Math.max(p - (double) i / MANY, (i + 1.0) / MANY - p));
        }
        // Kolmogorov: P(D > 2.23 / sqrt n) = 2 exp(-2 2.23^2) = 1e-4.
        assertThat(distance).isLessThan(2.23 / Math.sqrt(MANY));
    }

    @Test
    void streams_with_neighbouring_names_are_uncorrelated() {
        Noise noise = new Noise(11, "m");
        float[] a = gaussians(noise.stream(0, "p", 0), MANY);
        float[] b = gaussians(noise.stream(0, "p", 1), MANY);
        float[] c = gaussians(noise.stream(1, "p", 0), MANY);
        assertThat(correlation(a, b)).isCloseTo(0, within(4 / Math.sqrt(MANY)));
        assertThat(correlation(a, c)).isCloseTo(0, within(4 / Math.sqrt(MANY)));
        // Neighbours within a stream too.
        assertThat(correlation(a, Arrays.copyOfRange(a, 1, MANY + 1))).isCloseTo(0, within(4 / Math.sqrt(MANY)));
    }

    @Test
    void first_draws_of_many_streams_are_uniform() {
        Noise noise = new Noise(5, "m");
        int[] counts = new int[100];
        for (int point = 0; point < 20_000; point++) {
            counts[(int) (100 * noise.stream(point, "first", 0).nextDouble())]++;
        }
        assertUniform(counts, 20_000);
    }

    @Test
    void a_sample_holds_different_numbers_and_all_of_them_when_asked_for_all() {
        int[] sample = new Noise(1, "m").stream(0, "sample", 0).sample(1_000, 1_000);
        assertThat(sample)
                .doesNotHaveDuplicates()
                .isNotEqualTo(Arrays.stream(sample).sorted().toArray());
        assertThat(Arrays.stream(sample).sorted().toArray())
                .startsWith(0)
                .endsWith(999)
                .hasSize(1_000);
        assertThatThrownBy(() -> new Noise(1, "m").stream(0, "sample", 0).sample(3, 4))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void every_ordered_sample_without_replacement_is_equally_likely() {
        int trials = 60_000;
        int[] counts = new int[20]; // 5 x 4 ordered pairs
        Noise.Stream stream = new Noise(2, "m").stream(0, "sample", 0);
        for (int trial = 0; trial < trials; trial++) {
            int[] pair = stream.sample(5, 2);
            counts[4 * pair[0] + (pair[1] > pair[0] ? pair[1] - 1 : pair[1])]++;
        }
        assertUniform(counts, trials);
    }

    private static void assertUniform(int[] counts, int trials) {
        double expected = (double) trials / counts.length;
        double statistic = Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(statistic)
                .isLessThan(ChiSquaredDistribution.of(counts.length - 1).inverseSurvivalProbability(1e-4));
    }

    private static float[] gaussians(Noise.Stream stream, int count) {
        float[] values = new float[count];
        stream.gaussians(values, 0, count);
        return values;
    }

    private static double correlation(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum / a.length;
    }
}
