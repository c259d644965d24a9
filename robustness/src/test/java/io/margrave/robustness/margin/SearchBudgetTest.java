package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AuditPlan;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.CountingMap;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.vae.TensorCopies;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What a search may cost, in draws: facts that no clock is needed for. */
class SearchBudgetTest {
    private static final int POINTS = 10;
    private static final int FEATURES = 6;
    /** The last points: nothing breaks them. */
    private static final int STUBBORN = 3;

    private static final SearchEffort EFFORT = AuditPlan.defaults().search();
    private static final int VERDICT_DRAWS = AuditPlan.defaults().verdictDraws();

    /** One latent, mu = x0, g(z) = 2 z, r = .5: a margin of .25. The last points ignore their input. */
    private static CountingMap.Counts search(SearchEffort effort, double alpha) {
        return search(effort, alpha, 0.1f, ValueRange.UNIT);
    }

    private static CountingMap.Counts search(SearchEffort effort, double alpha, float stdDev, ValueRange range) {
        try (PointerScope scope = new PointerScope()) {
            float[] values = new float[POINTS * FEATURES];
            Tensor anchors = TensorCopies.tensor(values, POINTS, FEATURES);
            float[][] encoder = new float[1][FEATURES];
            encoder[0][0] = 1;
            CountingMap map = CountingMap.of(Stuck.last(
                    LinearGaussianMap.of(encoder, new float[][] {{2}, {0}}, new float[] {stdDev}, anchors), STUBBORN));
            BreakSearch.Result result = BreakSearch.run(
                    map,
                    new Ball(anchors, range),
                    Criterion.leavesBall(0.5),
                    IntStream.range(0, POINTS).toArray(),
                    new Noise(1, "budget"),
                    "full/r=0.5",
                    List.of(),
                    new BreakSearch.Settings(effort, alpha, VERDICT_DRAWS, Math.sqrt(FEATURES)));
            for (int i = 0; i < POINTS; i++) {
                assertThat(result.breaks().get(i).isPresent()).isEqualTo(i < POINTS - STUBBORN);
            }
            return map.counts();
        }
    }

    /**
     * At most: all starts for three steps of the race, ten for five, six for eight, three and two that are borrowed for sixteen, with half
     * the draws; four for the steps after it.
     */
    @Test
    void a_point_takes_no_more_gradients_than_its_steps_draws_and_starts() {
        CountingMap.Counts counts = search(EFFORT, 0.001);
        long most = race(10, 6, 3 + 2) + last(4);
        for (int i = 0; i < POINTS - STUBBORN; i++) {
            assertThat(counts.backward(i)).isPositive().isLessThanOrEqualTo(most);
        }
    }

    /**
     * With one latent a point is broken one way or the other: its starts are two after three steps and, in the middle of its range, both
     * as good at the end. Only from points that nothing breaks is there anything to borrow.
     */
    @Test
    void starts_that_went_the_same_way_go_on_as_one_and_those_that_went_elsewhere_to_the_end() {
        CountingMap.Counts counts = search(EFFORT, 0.001, 0.01f, new ValueRange(-1, 1));
        long own = race(2, 2, 2) + last(2);
        for (int i = 0; i < POINTS - STUBBORN; i++) {
            assertThat(counts.backward(i)).isBetween(own, own + race(2, 2, 2 + 2) - race(2, 2, 2));
        }
    }

    private static long race(int second, int third, int last) {
        return (3L * EFFORT.restarts() + 5L * second + 8L * third + 16L * last) * (EFFORT.draws() / 2);
    }

    private static long last(int finalists) {
        return (long) finalists * EFFORT.steps() * EFFORT.draws();
    }

    @Test
    void a_point_that_was_verified_leaves_the_batch_and_only_the_others_are_searched_again() {
        CountingMap.Counts counts = search(EFFORT, 0.001);
        for (int i = 0; i < POINTS - STUBBORN; i++) {
            for (int j = POINTS - STUBBORN; j < POINTS; j++) {
                assertThat(counts.backward(i)).isLessThan(counts.backward(j));
            }
        }
    }

    /** Nobody may pay for a better margin with more draws unseen: the whole of a search, verdicts included. */
    @Test
    void a_verified_point_takes_fewer_than_five_thousand_draws_without_a_gradient() {
        CountingMap.Counts counts = search(EFFORT, 0.001);
        for (int i = 0; i < POINTS - STUBBORN; i++) {
            assertThat(counts.forward(i)).isBetween(VERDICT_DRAWS / 2L, 5_000L);
        }
    }

    @Test
    void twice_the_steps_are_at_most_twice_the_gradients_and_no_more_draws_elsewhere() {
        CountingMap.Counts once = search(EFFORT, 0.001);
        CountingMap.Counts twice =
                search(SearchEffort.of(2 * EFFORT.steps(), EFFORT.draws(), EFFORT.restarts()), 0.001);
        for (int i = 0; i < POINTS - STUBBORN; i++) {
            assertThat(twice.backward(i)).isGreaterThan(once.backward(i)).isLessThanOrEqualTo(2 * once.backward(i));
            assertThat(twice.forward(i)).isLessThan(2 * once.forward(i));
        }
    }

    /** A batch is one call, whatever its size: what a step costs beside the arithmetic does not grow with the points. */
    @Test
    void the_number_of_batches_does_not_depend_on_the_number_of_draws_of_a_step() {
        assertThat(search(SearchEffort.of(EFFORT.steps(), 2 * EFFORT.draws(), EFFORT.restarts()), 0.001)
                        .calls())
                .isEqualTo(search(EFFORT, 0.001).calls());
    }
}
