package io.margrave.robustness.margin;

import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Excess;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The verdicts on some candidates of each point, largest norm first, on fresh noise, under the {@linkplain FixedSequence fixed
 * sequence} rule. A point leaves the batch with its first candidate that is not verified.
 *
 * @param rungs candidates of a point, at most; greater than zero
 * @param draws most fresh draws of each; greater than zero
 */
record VerdictLadder(int rungs, int draws) {

    /** Looks of a verdict, the last of them after all its draws. */
    private static final int LOOKS = 5;

    /** What tells tests apart; a search uses few. */
    private record Kind(int most, double alpha) {}

    private static final ConcurrentMap<Kind, SequentialTest> TESTS = new ConcurrentHashMap<>();

    /** Where the candidates of each point lie. May learn from one verdict for the next candidate: that one's noise is fresh. */
    interface Aim {
        /**
         * Norm of a candidate, in input units; left out where it is not smaller than that of the one before, or NaN.
         *
         * @param row of the batch
         * @param rung number of the candidate, from 0; asked when those before it are judged
         */
        double norm(int row, int rung);

        /**
         * A candidate was judged.
         *
         * @param row of the batch
         * @param norm of the candidate
         * @param excess of the draws of its verdict
         */
        void seen(int row, double norm, double[] excess);
    }

    /**
     * Tests.
     *
     * @param batch points
     * @param directions {@code [points, features]}
     * @param aim chooses the candidates
     * @param alpha chance of error a point
     * @param attempt names the noise
     * @return the last verified candidate of each point
     */
    List<Optional<Tested>> verify(SearchBatch batch, Tensor directions, Aim aim, double alpha, String attempt) {
        List<List<Tested>> tested = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            tested.add(new ArrayList<>());
        }
        boolean[] alive = new boolean[batch.size()];
        Arrays.fill(alive, true);
        double[] before = new double[batch.size()];
        Arrays.fill(before, Double.POSITIVE_INFINITY);
        for (int rung = 0; rung < rungs; rung++) {
            int now = rung;
            double[] norms = IntStream.range(0, batch.size())
                    .mapToDouble(i -> alive[i] ? aim.norm(i, now) : Double.NaN)
                    .toArray();
            int[] rows = IntStream.range(0, batch.size())
                    .filter(i -> norms[i] < before[i])
                    .toArray();
            if (rows.length == 0) {
                continue;
            }
            double[] radii = Arrays.stream(rows).mapToDouble(i -> norms[i]).toArray();
            Tested[] results = test(batch, rows, directions, radii, rung, alpha, attempt);
            for (int j = 0; j < rows.length; j++) {
                tested.get(rows[j]).add(results[j]);
                before[rows[j]] = radii[j];
                aim.seen(rows[j], radii[j], results[j].excess());
                alive[rows[j]] = results[j].verified();
            }
        }
        return tested.stream().map(VerdictLadder::lastVerified).toList();
    }

    /**
     * A candidate that was judged.
     *
     * @param found what was tested, with the draws of the verdict
     * @param verified whether it is a break
     * @param excess of the draws
     */
    record Tested(BreakSearch.Found found, boolean verified, double[] excess) {}

    private Tested[] test(
            SearchBatch all, int[] rows, Tensor directions, double[] radii, int rung, double alpha, String attempt) {
        try (PointerScope scope = new PointerScope()) {
            SearchBatch batch = all.select(rows);
            Ball ball = batch.ball();
            Tensor candidates = ball.reach(Rows.select(directions, rows), radii);
            SequentialTest test = test(draws, alpha);
            Tried[] tried = draw(batch, candidates, test, batch.noise(attempt, rung));
            float[][] perturbed = Rows.arrays(candidates);
            float[][] anchors = Rows.arrays(ball.centers());
            return IntStream.range(0, rows.length)
                    .mapToObj(j -> new Tested(
                            new BreakSearch.Found(
                                    Rows.distance(perturbed[j], anchors[j]), perturbed[j], tried[j].within()),
                            tried[j].verified(),
                            tried[j].excess()))
                    .toArray(Tested[]::new);
        }
    }

    /** The draws of a test that has ended, and how. */
    private record Tried(Proportion within, boolean verified, double[] excess) {}

    /** Draws look by look; a point that is decided leaves the batch. */
    private static Tried[] draw(SearchBatch all, Tensor candidates, SequentialTest test, PointNoise noise) {
        Tried[] tried = new Tried[all.size()];
        double[][] seen = new double[all.size()][0];
        int[] open = IntStream.range(0, all.size()).toArray();
        int drawn = 0;
        for (int look = 0; look < test.looks().size() && open.length > 0; look++) {
            try (PointerScope scope = new PointerScope()) {
                int more = test.looks().get(look) - drawn;
                SearchBatch batch = open.length == all.size() ? all : all.select(open);
                double[][] excess = Excess.sample(
                        batch.map(), Rows.select(candidates, open), batch.criterion(), noise.select(open), more);
                drawn += more;
                for (int j = 0; j < open.length; j++) {
                    int i = open[j];
                    seen[i] = DoubleStream.concat(Arrays.stream(seen[i]), Arrays.stream(excess[j]))
                            .toArray();
                    Proportion within = RobustnessEstimator.within(seen[i], 0);
                    boolean below = test.below(look, within.successes());
                    if (below || test.hopeless(look, within.successes())) {
                        tried[i] = new Tried(within, below, seen[i]);
                    }
                }
                open = IntStream.of(open).filter(i -> tried[i] == null).toArray();
            }
        }
        return tried;
    }

    private static SequentialTest test(int most, double alpha) {
        return TESTS.computeIfAbsent(
                new Kind(most, alpha), kind -> SequentialTest.of(looks(kind.most(), kind.alpha()), kind.alpha()));
    }

    /** Evenly spread over the draws, where that many can tell anything. */
    private static List<Integer> looks(int wanted, double alpha) {
        int smallest = smallestDraws(alpha);
        int most = Math.max(smallest, wanted);
        return IntStream.rangeClosed(1, LOOKS)
                .map(look -> (int) Math.round((double) look * most / LOOKS))
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
