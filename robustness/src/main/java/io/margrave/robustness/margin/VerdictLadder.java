package io.margrave.robustness.margin;

import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import io.margrave.theory.FixedSequence;
import io.margrave.theory.Proportion;
import io.margrave.theory.SequentialTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The verdicts on some candidates of each point, largest norm first, on fresh noise, under the {@linkplain FixedSequence fixed
 * sequence} rule. A point leaves the batch with its first candidate that is not verified.
 *
 * @param draws most fresh draws of each candidate, in order of decreasing norm; greater than zero, at least one
 */
record VerdictLadder(List<Integer> draws) {

    private static final double FIRST_LOOK = 0.3;
    private static final double SECOND_LOOK = 0.6;

    /**
     * Tests.
     *
     * @param batch points
     * @param directions {@code [points, features]}
     * @param norms {@code [points][candidates]}, in input units, descending; NaN is a candidate that is left out
     * @param alpha chance of error a point
     * @param attempt names the noise
     * @return the last verified candidate of each point
     */
    List<Optional<Tested>> verify(
            SearchBatch batch, Tensor directions, double[][] norms, double alpha, String attempt) {
        List<List<Tested>> tested = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            tested.add(new ArrayList<>());
        }
        boolean[] alive = new boolean[batch.size()];
        Arrays.fill(alive, true);
        for (int rung = 0; rung < draws.size(); rung++) {
            int now = rung;
            int[] rows = IntStream.range(0, batch.size())
                    .filter(i -> alive[i] && !Double.isNaN(norms[i][now]))
                    .toArray();
            if (rows.length == 0) {
                continue;
            }
            double[] radii = Arrays.stream(rows).mapToDouble(i -> norms[i][now]).toArray();
            Tested[] results = test(batch, rows, directions, radii, rung, alpha, attempt);
            for (int j = 0; j < rows.length; j++) {
                tested.get(rows[j]).add(results[j]);
                alive[rows[j]] = results[j].verified();
            }
        }
        return tested.stream().map(VerdictLadder::lastVerified).toList();
    }

    /**
     * A candidate that was judged.
     *
     * @param found what was tested, with the draws of the verdict
     * @param rung its number, from 0
     * @param verified whether it is a break
     */
    record Tested(BreakSearch.Found found, int rung, boolean verified) {}

    private Tested[] test(
            SearchBatch all, int[] rows, Tensor directions, double[] radii, int rung, double alpha, String attempt) {
        try (PointerScope scope = new PointerScope()) {
            SearchBatch batch = all.select(rows);
            Ball ball = batch.ball();
            Tensor candidates = ball.reach(Rows.select(directions, rows), radii);
            SequentialTest test = SequentialTest.of(looks(draws.get(rung), alpha), alpha);
            Tried[] tried = draw(batch, candidates, test, batch.noise(attempt, rung));
            float[][] perturbed = Rows.arrays(candidates);
            float[][] anchors = Rows.arrays(ball.centers());
            return IntStream.range(0, rows.length)
                    .mapToObj(j -> new Tested(
                            new BreakSearch.Found(
                                    Rows.distance(perturbed[j], anchors[j]), perturbed[j], tried[j].within()),
                            rung,
                            tried[j].verified()))
                    .toArray(Tested[]::new);
        }
    }

    /** The draws of a test that has ended, and how. */
    private record Tried(Proportion within, boolean verified) {}

    /** Draws look by look; a point that is decided leaves the batch. */
    private static Tried[] draw(SearchBatch all, Tensor candidates, SequentialTest test, PointNoise noise) {
        Tried[] tried = new Tried[all.size()];
        long[] successes = new long[all.size()];
        int[] open = IntStream.range(0, all.size()).toArray();
        int drawn = 0;
        for (int look = 0; look < test.looks().size() && open.length > 0; look++) {
            try (PointerScope scope = new PointerScope()) {
                int more = test.looks().get(look) - drawn;
                SearchBatch batch = open.length == all.size() ? all : all.select(open);
                Proportion[] within = RobustnessEstimator.within(
                        batch.map(), Rows.select(candidates, open), batch.criterion(), noise.select(open), more);
                drawn += more;
                for (int j = 0; j < open.length; j++) {
                    int i = open[j];
                    successes[i] += within[j].successes();
                    boolean below = test.below(look, successes[i]);
                    if (below || test.hopeless(look, successes[i])) {
                        tried[i] = new Tried(new Proportion(successes[i], drawn), below);
                    }
                }
                open = IntStream.of(open).filter(i -> tried[i] == null).toArray();
            }
        }
        return tried;
    }

    /** After 30 % and 60 % of the draws, where that many can tell anything, and after all. */
    private static List<Integer> looks(int wanted, double alpha) {
        int smallest = smallestDraws(alpha);
        int most = Math.max(smallest, wanted);
        return IntStream.of((int) Math.round(FIRST_LOOK * most), (int) Math.round(SECOND_LOOK * most), most)
                .filter(look -> look >= smallest)
                .distinct()
                .boxed()
                .toList();
    }

    private static Optional<Tested> lastVerified(List<Tested> tests) {
        OptionalInt last =
                FixedSequence.lastVerified(tests.size(), j -> tests.get(j).verified());
        return last.isPresent() ? Optional.of(tests.get(last.getAsInt())) : Optional.empty();
    }

    /** Fewest draws that can tell a probability from one half. */
    private static int smallestDraws(double alpha) {
        return (int) Math.ceil(Math.log(1 / alpha) / Math.log(2)) + 1;
    }
}
