package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AssociationTest {
    private static final double[] X = {0.12, 0.40, 0.40, 0.33, 0.91, 0.05, 0.77, 0.62, 0.40, 0.28};
    private static final double[] Y = {0.50, 1.10, 0.90, 0.90, 2.00, 0.30, 1.20, 1.70, 1.40, 0.20};

    /** Every pair of an image of its own. */
    private static Association independent(double[] x, double[] y, long seed) {
        return Association.of(x, y, IntStream.range(0, x.length).toArray(), seed);
    }

    @Test
    void correlations_and_line_are_those_of_scipy_with_ties_too() {
        Association association = independent(X, Y, 0);
        assertThat(association.pearson().value()).isCloseTo(0.8552005928113532, within(1e-12));
        assertThat(association.spearman().value()).isCloseTo(0.8923457102129049, within(1e-12));
        assertThat(association.slope()).isCloseTo(1.8553879834590123, within(1e-12));
        assertThat(association.intercept()).isCloseTo(0.2258939430795427, within(1e-12));
    }

    @Test
    void bootstrap_intervals_are_those_of_scipy_up_to_resampling() {
        double[] x = IntStream.range(0, 200)
                .mapToDouble(i -> fraction(Math.sin(i * 12.9898) * 43758.5453))
                .toArray();
        double[] y = IntStream.range(0, 200)
                .mapToDouble(i -> 2 * x[i] + fraction(Math.sin(i * 78.233) * 12543.123))
                .toArray();
        Association association = independent(x, y, 7);
        assertThat(association.pearson().value()).isCloseTo(0.8965734490748898, within(1e-9));
        assertThat(association.spearman().value()).isCloseTo(0.9007515187879698, within(1e-9));
        // scipy.stats.bootstrap, percentile, 20,000 resamples; with 1,000 of ours an end wanders by about 0.001.
        assertThat(association.pearson().low()).isCloseTo(0.8768307973062404, within(4e-3));
        assertThat(association.pearson().high()).isCloseTo(0.9144203925992326, within(4e-3));
        assertThat(association.spearman().low()).isCloseTo(0.8752140857582782, within(4e-3));
        assertThat(association.spearman().high()).isCloseTo(0.9168402539935647, within(4e-3));
    }

    private static double fraction(double value) {
        return value - Math.floor(value);
    }

    /** 60 images of four models, whose pairs are much alike, and not every model has every image. */
    private record Pool(double[] x, double[] y, int[] images) {
        static Pool of(long seed) {
            Random random = new Random(seed);
            List<double[]> pairs = new ArrayList<>();
            for (int image = 0; image < 60; image++) {
                double easy = random.nextGaussian();
                double other = random.nextGaussian();
                for (int model = 0; model < 4; model++) {
                    double x = easy + 0.3 * random.nextGaussian();
                    double y = easy + other + 0.3 * random.nextGaussian();
                    if (random.nextInt(10) > 0) {
                        pairs.add(new double[] {x, y, 1000 - 7 * image});
                    }
                }
            }
            return new Pool(
                    pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
                    pairs.stream().mapToDouble(pair -> pair[1]).toArray(),
                    pairs.stream().mapToInt(pair -> (int) pair[2]).toArray());
        }
    }

    /** Pearson's correlation from its definition by sums of products. */
    private static double plainPearson(List<double[]> pairs) {
        double n = pairs.size();
        double x = pairs.stream().mapToDouble(p -> p[0]).sum();
        double y = pairs.stream().mapToDouble(p -> p[1]).sum();
        double xx = pairs.stream().mapToDouble(p -> p[0] * p[0]).sum();
        double yy = pairs.stream().mapToDouble(p -> p[1] * p[1]).sum();
        double xy = pairs.stream().mapToDouble(p -> p[0] * p[1]).sum();
        return (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
    }

    /** Middle of the ranks of equal values, by counting. */
    private static double[] plainRanks(double[] values) {
        return Arrays.stream(values)
                .map(value -> Arrays.stream(values).filter(v -> v < value).count()
                        + (Arrays.stream(values).filter(v -> v == value).count() + 1) / 2.0)
                .toArray();
    }

    private static double plainSpearman(List<double[]> pairs) {
        double[] x = plainRanks(pairs.stream().mapToDouble(p -> p[0]).toArray());
        double[] y = plainRanks(pairs.stream().mapToDouble(p -> p[1]).toArray());
        return plainPearson(IntStream.range(0, x.length)
                .mapToObj(i -> new double[] {x[i], y[i]})
                .toList());
    }

    /** Resamples whole images by writing their pairs out as often as they were drawn. */
    private static double[] plainInterval(Pool pool, int resamples, ToDoubleFunction<List<double[]>> statistic) {
        Map<Integer, List<double[]>> byImage = new TreeMap<>();
        for (int i = 0; i < pool.x().length; i++) {
            byImage.computeIfAbsent(pool.images()[i], image -> new ArrayList<>())
                    .add(new double[] {pool.x()[i], pool.y()[i]});
        }
        List<List<double[]>> images = List.copyOf(byImage.values());
        Random random = new Random(99);
        double[] found = new double[resamples];
        for (int b = 0; b < resamples; b++) {
            List<double[]> sample = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                sample.addAll(images.get(random.nextInt(images.size())));
            }
            found[b] = statistic.applyAsDouble(sample);
        }
        Arrays.sort(found);
        return new double[] {found[(int) (0.025 * resamples)], found[(int) (0.975 * resamples)]};
    }

    @Test
    void intervals_of_a_pool_are_those_of_a_plain_bootstrap_over_images() {
        Pool pool = Pool.of(3);
        Association association = Association.of(pool.x(), pool.y(), pool.images(), 7);
        double[] pearson = plainInterval(pool, 20_000, AssociationTest::plainPearson);
        double[] spearman = plainInterval(pool, 2_000, AssociationTest::plainSpearman);
        // With 1,000 resamples the ends wander by about 0.005 (standard deviation).
        assertThat(association.pearson().low()).isCloseTo(pearson[0], within(0.02));
        assertThat(association.pearson().high()).isCloseTo(pearson[1], within(0.02));
        assertThat(association.spearman().low()).isCloseTo(spearman[0], within(0.025));
        assertThat(association.spearman().high()).isCloseTo(spearman[1], within(0.025));
        // Pairs taken one by one would feign four times as many images.
        Association alone = independent(pool.x(), pool.y(), 7);
        assertThat(alone.pearson().value()).isEqualTo(association.pearson().value());
        assertThat(alone.pearson().high() - alone.pearson().low())
                .isLessThan(0.7
                        * (association.pearson().high() - association.pearson().low()));
    }

    @Test
    void copies_of_every_pair_change_no_interval() {
        double[] x = IntStream.range(0, 3 * X.length).mapToDouble(i -> X[i / 3]).toArray();
        double[] y = IntStream.range(0, 3 * X.length).mapToDouble(i -> Y[i / 3]).toArray();
        int[] images = IntStream.range(0, 3 * X.length).map(i -> i / 3).toArray();
        Association copies = Association.of(x, y, images, 5);
        Association once = independent(X, Y, 5);
        // Other noise, as there are other numbers of pairs.
        assertThat(copies.pearson().low()).isCloseTo(once.pearson().low(), within(0.06));
        assertThat(copies.pearson().high()).isCloseTo(once.pearson().high(), within(0.02));
    }

    @Test
    void equal_seeds_give_equal_intervals_and_others_do_not() {
        assertThat(independent(X, Y, 5)).isEqualTo(independent(X, Y, 5));
        assertThat(independent(X, Y, 5).pearson())
                .isNotEqualTo(independent(X, Y, 6).pearson());
    }

    @Test
    void a_rising_curve_has_rank_correlation_one_and_a_falling_one_minus_one() {
        double[] cubes = Arrays.stream(X).map(x -> x * x * x).toArray();
        double[] fallen = Arrays.stream(X).map(x -> -Math.exp(x)).toArray();
        assertThat(independent(X, cubes, 0).spearman().value()).isCloseTo(1, within(1e-12));
        assertThat(independent(X, fallen, 0).spearman().value()).isCloseTo(-1, within(1e-12));
    }

    @Test
    void a_point_on_the_line_counts_as_above_it() {
        Association association = independent(new double[] {1, 2, 3}, new double[] {1, 1.9, 4}, 0);
        assertThat(association.above()).isNotNull();
        assertThat(association.above().successes()).isEqualTo(2);
        assertThat(association.above().trials()).isEqualTo(3);
    }

    @Test
    void too_few_points_or_no_variation_leave_it_undefined() {
        assertThat(independent(new double[0], new double[0], 0).above()).isNull();
        Association one = independent(new double[] {1}, new double[] {2}, 0);
        assertThat(one.pearson().value()).isNaN();
        assertThat(one.pearson().low()).isNaN();
        Association constant = independent(new double[] {1, 1, 1, 1}, new double[] {1, 2, 3, 4}, 0);
        assertThat(constant.pearson().value()).isNaN();
        assertThat(constant.slope()).isNaN();
    }

    @Test
    void quantiles_are_those_of_numpy() {
        double[] sorted = {1, 2, 4, 8, 16};
        assertThat(Quantiles.of(sorted, 0.1)).isCloseTo(1.4, within(1e-12));
        assertThat(Quantiles.of(sorted, 0.25)).isEqualTo(2);
        assertThat(Quantiles.of(sorted, 0.9)).isCloseTo(12.8, within(1e-12));
        assertThat(Quantiles.of(new double[] {1, Double.POSITIVE_INFINITY}, 0.5))
                .isInfinite();
        assertThat(Quantiles.of(new double[0], 0.5)).isNaN();
    }
}
