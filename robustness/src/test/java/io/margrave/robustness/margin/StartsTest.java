package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One latent, mu = x0, almost no noise, g(z) = z, r = 1: along x0 a point breaks at norm 1, at once along any direction with some of it. */
class StartsTest {
    private static final int FEATURES = 3;
    private static final double LIMIT = 40;

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static SearchBatch batch(float[]... anchors) {
        Tensor centers = Rows.stacked(List.of(anchors));
        return new SearchBatch(
                LinearGaussianMap.of(new float[][] {{1, 0, 0}}, new float[][] {{1}}, new float[] {1e-3f}, centers),
                new Ball(centers, null),
                Criterion.leavesBall(1),
                IntStream.range(0, anchors.length).toArray(),
                new Noise(1, "starts"),
                "full");
    }

    private static Tensor same(int points, float... direction) {
        float[] values = new float[points * FEATURES];
        for (int i = 0; i < values.length; i++) {
            values[i] = direction[i % FEATURES];
        }
        return TensorCopies.tensor(values, points, FEATURES);
    }

    private static Climbers starts(SearchBatch batch, List<Tensor> given, int count, double limit) {
        return new Starts(batch, given, count, limit)
                .of(IntStream.range(0, batch.size()).toArray());
    }

    /** Nothing breaks the last point, so its radius is its own. */
    @Test
    void of_some_points_they_are_as_of_all() {
        SearchBatch plain = batch(new float[] {0, 0, 0}, new float[] {0, 1, 0}, new float[] {0, 1, 2});
        SearchBatch batch = new SearchBatch(
                Stuck.last(plain.map(), 1),
                plain.ball(),
                plain.criterion(),
                plain.points(),
                plain.noise(),
                plain.name());
        Starts starts = new Starts(batch, List.of(same(3, 1, 0, 0), same(3, -1, 0, 0)), 6, LIMIT);
        Climbers all = starts.of(new int[] {0, 1, 2});
        Climbers last = starts.of(new int[] {2});
        assertThat(last.rows()).containsOnly(2);
        assertThat(Rows.arrays(last.directions()))
                .isDeepEqualTo(Arrays.copyOfRange(Rows.arrays(all.directions()), 12, 18));
        assertThat(last.radii())
                .isEqualTo(Arrays.copyOfRange(all.radii(), 12, 18))
                .containsOnly(0.35 * LIMIT / 2);
        assertThat(all.radii()[0]).isLessThan(1);
    }

    @Test
    void the_given_directions_come_first_then_the_ways_to_the_other_points() {
        float[][] anchors = {{0, 0, 0}, {0, 1, 0}, {0, 1, 2}};
        Climbers starts = starts(batch(anchors), List.of(same(3, 1, 0, 0)), 3, LIMIT);
        assertThat(starts.rows()).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
        float[][] directions = Rows.arrays(starts.directions());
        assertThat(directions[0]).containsExactly(1, 0, 0);
        assertThat(directions[1]).containsExactly(0, 1, 0);
        assertThat(directions[2]).containsExactly(0, 1, 2);
        assertThat(directions[4]).containsExactly(0, 0, 2);
        assertThat(directions[5]).containsExactly(0, -1, 0);
        assertThat(directions[7]).containsExactly(0, -1, -2);
        assertThat(directions[8]).containsExactly(0, 0, -2);
    }

    @Test
    void where_there_are_fewer_others_or_they_are_equal_a_point_starts_at_random() {
        Climbers alone = starts(batch(new float[FEATURES]), List.of(), 5, LIMIT);
        Climbers equal = starts(batch(new float[FEATURES], new float[FEATURES]), List.of(same(2, 0, 0, 0)), 5, LIMIT);
        for (Climbers starts : List.of(alone, equal)) {
            float[][] directions = Rows.arrays(starts.directions());
            assertThat(Arrays.stream(directions).map(Arrays::toString)).doesNotHaveDuplicates();
            assertThat(Arrays.stream(directions).map(d -> d[0] * d[1] * d[2])).doesNotContain(0f);
        }
        assertThat(alone.rows()).hasSize(5);
        assertThat(equal.rows()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
    }

    /** A bisection of six halvings finds a norm to a factor of 1.2 from above. */
    @Test
    void all_of_a_point_start_at_a_third_of_the_norm_that_breaks_it_along_a_line() {
        Climbers starts = starts(
                batch(new float[FEATURES]), List.of(same(1, 0, 1, 0), same(1, 1, 0, 0), same(1, -1, 0, 0)), 3, LIMIT);
        assertThat(starts.radii()[2]).isBetween(0.35, 0.35 * 1.2);
        assertThat(starts.radii()[0]).isEqualTo(starts.radii()[1]).isEqualTo(starts.radii()[2]);
    }

    @Test
    void where_no_line_breaks_a_point_it_starts_well_inside_the_limit() {
        Climbers starts = starts(batch(new float[FEATURES]), List.of(same(1, 0, 1, 0), same(1, 0, 0, 1)), 2, LIMIT);
        assertThat(starts.radii()).containsOnly(0.35 * LIMIT / 2);
    }
}
