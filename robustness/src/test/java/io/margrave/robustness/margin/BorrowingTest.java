package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One latent, mu = x0 + x1 / 2, almost no noise, g(z) = z: along x0 a point breaks twice as soon as along x1, along x2 never. */
class BorrowingTest {
    private static final float[] SOON = {1, 0, 0};
    private static final float[] LATE = {0, 1, 0};
    private static final float[] NEVER = {0, 0, 1};

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static SearchBatch batch(int points) {
        Tensor anchors = TensorCopies.tensor(new float[points * 3], points, 3);
        return new SearchBatch(
                LinearGaussianMap.of(new float[][] {{1, 0.5f, 0}}, new float[][] {{1}}, new float[] {0.01f}, anchors),
                new Ball(anchors, null),
                Criterion.leavesBall(1),
                IntStream.range(0, points).toArray(),
                new Noise(1, "borrowing"),
                "full");
    }

    private static Climbers climbers(float[]... directions) {
        double[] radii = new double[directions.length];
        for (int i = 0; i < radii.length; i++) {
            radii[i] = directions[i] == SOON ? 1 : 2;
        }
        return new Climbers(IntStream.range(0, directions.length).toArray(), Rows.stacked(List.of(directions)), radii);
    }

    @Test
    void a_point_takes_from_another_the_direction_that_comes_nearest_to_breaking_it_at_its_own_radius() {
        Climbers joined = new Borrowing(batch(4), 1, 0.9).join(climbers(LATE, NEVER, SOON, NEVER));
        assertThat(joined.rows()).containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        float[][] directions = Rows.arrays(joined.directions());
        assertThat(directions[0]).isEqualTo(LATE);
        assertThat(directions[1]).isEqualTo(SOON);
        assertThat(directions[3]).isEqualTo(SOON);
        assertThat(directions[4]).isEqualTo(SOON);
        assertThat(directions[5]).isEqualTo(LATE);
        assertThat(joined.radii()).containsExactly(2, 2, 2, 2, 1, 1, 2, 2);
    }

    @Test
    void directions_like_its_own_are_not_borrowed_and_none_twice() {
        Climbers joined = new Borrowing(batch(5), 3, 0.9).join(climbers(SOON, LATE, LATE, SOON, SOON));
        assertThat(joined.rows()).containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4);
    }

    @Test
    void a_point_alone_has_nobody_to_borrow_from() {
        Climbers own = climbers(LATE);
        Climbers joined = new Borrowing(batch(1), 3, 0.9).join(own);
        assertThat(joined.rows()).isEqualTo(own.rows());
        assertThat(joined.radii()).isEqualTo(own.radii());
    }

    @Test
    void of_climbers_that_went_the_same_way_the_one_with_the_smallest_radius_is_kept() {
        Climbers many = new Climbers(
                new int[] {0, 0, 0, 2},
                Rows.stacked(List.of(LATE, SOON, new float[] {3, 0.1f, 0}, NEVER)),
                new double[] {3, 2, 1, 4});
        assertThat(many.best()).containsExactly(2, -1, 3);
        Climbers distinct = many.distinct(3, 0.9);
        assertThat(distinct.rows()).containsExactly(0, 0, 2);
        assertThat(distinct.radii()).containsExactly(1, 3, 4);
        assertThat(many.distinct(1, 0.9).radii()).containsExactly(1, 4);
        assertThat(Climbers.cosine(SOON, new float[] {1, 1, 0})).isCloseTo(Math.sqrt(0.5), within(1e-12));
        assertThat(Climbers.cosine(SOON, new float[3])).isZero();
    }
}
