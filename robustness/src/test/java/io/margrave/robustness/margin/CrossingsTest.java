package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One latent, mu = x0, sigma = .3, g(z) = (z, z) / sqrt 2, r = 1: at norm R, far from both ends, P = Phi((1 - R) / .3). */
class CrossingsTest {
    private static final int POINTS = 200;
    private static final double SIGMA = 0.3;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static double norm(double within) {
        return 1 - SIGMA * NORMAL.inverseCumulativeProbability(within);
    }

    private static Crossings look(double radius) {
        return look(radius, SIGMA);
    }

    private static Crossings look(double radius, double sigma) {
        Tensor anchors = TensorCopies.tensor(new float[POINTS * 2], POINTS, 2);
        float half = (float) Math.sqrt(0.5);
        float[] directions = new float[POINTS * 2];
        double[] radii = new double[POINTS];
        int[] points = new int[POINTS];
        for (int i = 0; i < POINTS; i++) {
            directions[2 * i] = 1;
            radii[i] = radius;
            points[i] = i;
        }
        SearchBatch batch = new SearchBatch(
                LinearGaussianMap.of(
                        new float[][] {{1, 0}}, new float[][] {{half}, {half}}, new float[] {(float) sigma}, anchors),
                new Ball(anchors, null),
                Criterion.leavesBall(1),
                points,
                new Noise(1, "crossings"),
                "full");
        return Crossings.look(batch, TensorCopies.tensor(directions, POINTS, 2), radii, 0.42, 40);
    }

    private static double mean(Crossings crossings, double within) {
        double sum = 0;
        for (int i = 0; i < POINTS; i++) {
            sum += crossings.norm(i, within);
        }
        return sum / POINTS;
    }

    /**
     * 512 draws a point, in pairs that are worth 3.6 times as many of one latent (at P = 0.42 the two of a pair are never both within), spread
     * the quantile by .0088; the mean of 200 points by .0006.
     */
    @Test
    void norms_are_those_of_the_closed_form_from_wherever_the_first_look_looks() {
        for (double radius : new double[] {0.8, 1.06, 1.5}) {
            Crossings crossings = look(radius);
            assertThat(mean(crossings, 0.42)).isCloseTo(norm(0.42), within(0.006));
            assertThat(mean(crossings, 0.33)).isCloseTo(norm(0.33), within(0.006));
        }
    }

    @Test
    void draws_that_were_seen_at_another_norm_sharpen_the_prediction() {
        Crossings crossings = look(1.06);
        double[] before = errors(crossings);
        for (int i = 0; i < POINTS; i++) {
            Noise.Stream stream = new Noise(2, "more").stream(i, "draws", 0);
            double[] excess = new double[1_200];
            Arrays.setAll(excess, j -> Math.abs(1.13 + SIGMA * stream.nextGaussian()) - 1);
            crossings.add(i, 1.13, excess);
        }
        // 1,200 independent draws beside those that are worth 1,860: 0.78 of the spread.
        assertThat(spread(errors(crossings)) / spread(before)).isBetween(0.68, 0.88);
        assertThat(spread(before)).isBetween(0.0065, 0.0105);
        assertThat(mean(crossings, 0.42)).isCloseTo(norm(0.42), within(0.006));
    }

    /** Their excesses differ by rounding, which no line may be laid through: it once put norms off by a tenth. */
    @Test
    void draws_that_differ_by_rounding_alone_cross_where_they_all_do() {
        for (double radius : new double[] {0.8, 1.06, 1.5}) {
            Crossings crossings = look(radius, 1e-7);
            for (int i = 0; i < POINTS; i++) {
                assertThat(crossings.norm(i, 0.42)).isCloseTo(1, within(1e-4));
                assertThat(crossings.norm(i, 0.25)).isCloseTo(1, within(1e-4));
            }
        }
    }

    private static double[] errors(Crossings crossings) {
        double[] errors = new double[POINTS];
        Arrays.setAll(errors, i -> crossings.norm(i, 0.42) - norm(0.42));
        return errors;
    }

    private static double spread(double[] errors) {
        return Math.sqrt(Arrays.stream(errors).map(e -> e * e).average().orElseThrow());
    }

    @Test
    void draws_that_are_no_numbers_count_as_broken_at_once() {
        Crossings crossings = look(1.06);
        double[] none = new double[4_000];
        Arrays.fill(none, Double.NaN);
        double before = crossings.norm(0, 0.42);
        crossings.add(0, 1, none);
        assertThat(crossings.norm(0, 0.42)).isLessThan(before);
    }
}
