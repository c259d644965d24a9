package io.margrave.robustness.margin;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The smallest verified perturbation of each point that breaks it: P(|Delta(x, delta)| &lt;= r) at most one half.
 *
 * <p>Stages, each for the whole batch at once:
 *
 * <ol>
 *   <li>{@link Starts}: the given directions, the ways to other points of the batch, random ones where those run out;
 *   <li>{@link Race}: all of them, and later what is {@linkplain Borrowing borrowed} from other points, climb side by side, ever fewer;
 *   <li>{@link BoundaryAscent}: the winner goes on, and others where they are close;
 *   <li>{@link Crossings}: along the direction found, the norms at which P is predicted to lie far enough below one half;
 *   <li>{@link VerdictLadder}: the verdicts on those candidates, whose draws sharpen the prediction of the next one.
 * </ol>
 *
 * <p>All but the verdicts may run through a cheaper form of the map ({@link StochasticMap#forSearch}). Where the
 * verified candidate turns out to lie too far away, a nearer one follows; where it was not verified, safer ones along the same direction do,
 * aimed with what its verdict drew, and then a second search, on other noise, both with their own shares of alpha.
 *
 * <p>Knows no VAE. All noise is named by point, but points of a batch lend one another directions: what is found for a point depends on
 * the others, and whoever wants the same again runs the same batch. What is reported of it does not: each point's verdicts are on fresh
 * noise of its own.
 */
public final class BreakSearch {

    /** Unperturbed draws that every point gets, and the share within r from which on it is taken to be robust. */
    private static final int SCREENING_DRAWS = 32;

    private static final double SCREENING_WITHIN = 0.75;
    private static final int CLEAN_DRAWS = 256;
    private static final double CLEAN_WITHIN = 0.44;

    /** Starts that take the last steps, at most, where the radius is at most this many times the winner's ... */
    private static final int FINALISTS = 4;

    private static final double CLOSE = 1.12;
    /** ... and the cosine between any two less than this. */
    private static final double ELSEWHERE = 0.95;

    private static final Ascent.HalfCosine STEP = new Ascent.HalfCosine(0.4, 0.05);
    private static final Ascent.HalfCosine GROWTH = new Ascent.HalfCosine(0.12, 0.01);

    /** Where the norms at which P comes to these differ by less than this, relative, all draws cross at one norm. */
    private static final double ONE_NORM = 1e-4;

    private static final double FEW = 0.25;
    private static final double MANY = 0.42;

    /** Standard error of a P that {@link Crossings} predict, and once a verdict's draws are among them. */
    private static final double PREDICTED = 0.0115;

    private static final double JUDGED = 0.0095;

    /**
     * What is tried along a direction, each at points where those before verified nothing, aimed with what their verdicts drew, too. The
     * first: a candidate for the same P as the one before follows where that was verified and its draws say that P comes to it nearer by.
     */
    private static final List<Attempt> ATTEMPTS = List.of(
            new Attempt("verdict", 0.5, Collections.nCopies(2, new Candidate(0.9, PREDICTED, 1.001))),
            new Attempt("aim", 0.3, List.of(new Candidate(1.5, JUDGED, 1.004), new Candidate(0.8, JUDGED, 1.002))),
            new Attempt("safe", 0.1, List.of(new Candidate(3.5, JUDGED, 1.02), new Candidate(2.5, JUDGED, 1.01))));

    /** Of a second search. */
    private static final Attempt AGAIN = new Attempt(
            "verdict", 0.1, List.of(new Candidate(5, PREDICTED, 1.05), new Candidate(2.5, PREDICTED, 1.005)));

    /** A candidate for the same P as the one before is tried where its norm is at most this many times that one's. */
    private static final double NEARER = 0.985;

    /** A second search steers to a P that is lower by so much. */
    private static final double LOWER = 0.06;

    private static final double LOWEST = 0.05;

    /** Rungs whose predicted norm is further than this many times the aimed one's are left out: the line says nothing there. */
    private static final double FURTHEST = 1.6;

    /**
     * Verdicts on candidates of a point, under the fixed sequence rule. A point's report is wrong only if one of its attempts is, so the
     * shares of all that a point can meet add up to one.
     *
     * @param name of its noise
     * @param share of alpha
     * @param candidates the last of them is aimed at
     */
    private record Attempt(String name, double share, List<Candidate> candidates) {

        double alpha(Settings settings) {
            return share * settings.alpha();
        }

        /** P that a candidate is aimed at. */
        double within(int rung, Settings settings) {
            return candidates.get(rung).within(settings.verdictDraws(), alpha(settings));
        }

        int last() {
            return candidates.size() - 1;
        }
    }

    /**
     * How a search is run.
     *
     * @param effort steps and draws of the last ascent; restarts are the starts that race for it
     * @param alpha chance that what is reported for a point is no break, in (0, 0.5)
     * @param verdictDraws most fresh draws of one verdict
     * @param limit largest norm looked at, in input units
     */
    public record Settings(SearchEffort effort, double alpha, int verdictDraws, double limit) {}

    /**
     * A verified break.
     *
     * @param norm L2 norm of {@code perturbed - anchor}, in double precision
     * @param perturbed the input that was tested, value for value
     * @param within draws within r on the fresh noise of its verdict
     */
    public record Found(double norm, float[] perturbed, Proportion within) {}

    /**
     * What a search found.
     *
     * @param breaks one a point; empty where nothing was verified below the limit
     * @param directions where each point was pushed, {@code [points, features]}: a warm start for the next search
     */
    public record Result(List<Optional<Found>> breaks, Tensor directions) {}

    private final SearchBatch batch;
    private final Settings settings;

    private BreakSearch(SearchBatch batch, Settings settings) {
        this.batch = batch;
        this.settings = settings;
    }

    /**
     * Searches a batch.
     *
     * @param map the model around its anchors
     * @param ball the anchors, {@code [points, features]}, and the value range
     * @param criterion what broken means
     * @param points number of each point within its split
     * @param noise names the run and the model
     * @param name of the family of candidates (kind, box, r): part of the name of its noise
     * @param directions to start from, each {@code [points, features]}; the ways to other
     *     points of the batch are added, and random ones where those run out
     * @param settings effort and confidence
     */
    public static Result run(
            StochasticMap map,
            Ball ball,
            Criterion criterion,
            int[] points,
            Noise noise,
            String name,
            List<Tensor> directions,
            Settings settings) {
        SearchBatch batch = new SearchBatch(map, ball, criterion, points, noise, name);
        return new BreakSearch(batch, settings).run(directions);
    }

    private Result run(List<Tensor> directions) {
        Tensor pushed = torch.zeros_like(batch.ball().centers());
        Sight sight = climb(directions, pushed, settings.effort(), aimed());
        List<Optional<Found>> breaks = new ArrayList<>(Collections.nCopies(batch.size(), Optional.empty()));
        for (Attempt attempt : ATTEMPTS) {
            int[] rows = open(breaks);
            accept(judge(rows, pushed, sight, attempt), rows, breaks);
        }
        searchAgain(directions, pushed, open(breaks), breaks);
        return new Result(breaks, pushed);
    }

    /** P at the first candidate, and what the radius is steered to. */
    private double aimed() {
        return ATTEMPTS.get(0).within(0, settings);
    }

    /**
     * What is known of the norms along the directions found.
     *
     * @param crossings of each point's draws
     * @param clean whether each point is broken without a perturbation: it has the one candidate, the norm 0
     * @param steep whether all draws of each point cross at one norm
     * @param settings no candidate lies beyond their limit
     */
    private record Sight(Crossings crossings, boolean[] clean, boolean[] steep, Settings settings) {

        /** At candidates for some of the points; one that the line says nothing of is left out. */
        VerdictLadder.Aim aim(int[] rows, Attempt attempt) {
            double[] judged = new double[rows.length];
            return new VerdictLadder.Aim() {
                @Override
                public double norm(int row, int rung) {
                    if (clean[rows[row]]) {
                        return rung == attempt.last() ? 0 : Double.NaN;
                    }
                    List<Candidate> candidates = attempt.candidates();
                    double norm = of(rows[row], attempt, rung);
                    boolean repeated = rung > 0 && candidates.get(rung).equals(candidates.get(rung - 1));
                    double most = repeated ? NEARER * judged[row] : FURTHEST * of(rows[row], attempt, attempt.last());
                    return norm > most ? Double.NaN : norm;
                }

                @Override
                public void seen(int row, double norm, double[] excess) {
                    judged[row] = norm;
                    if (!clean[rows[row]]) {
                        crossings.add(rows[row], norm, excess);
                    }
                }
            };
        }

        private double of(int point, Attempt attempt, int rung) {
            double norm = crossings.norm(point, attempt.within(rung, settings));
            return steep[point]
                    ? Math.min(
                            settings.limit(),
                            norm * attempt.candidates().get(rung).steep())
                    : norm;
        }
    }

    /** The verdicts of an attempt at some of the points. */
    private List<Optional<VerdictLadder.Tested>> judge(int[] rows, Tensor pushed, Sight sight, Attempt attempt) {
        if (rows.length == 0) {
            return List.of();
        }
        try (PointerScope scope = new PointerScope()) {
            VerdictLadder ladder = new VerdictLadder(attempt.candidates().size(), settings.verdictDraws());
            return ladder.verify(
                    batch.select(rows),
                    Rows.select(pushed, rows),
                    sight.aim(rows, attempt),
                    attempt.alpha(settings),
                    attempt.name());
        }
    }

    /** Where nothing was verified: a search on other noise, for longer and for a lower P, at the rest of alpha. */
    private void searchAgain(List<Tensor> directions, Tensor pushed, int[] rows, List<Optional<Found>> breaks) {
        if (rows.length == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            SearchEffort longer = new SearchEffort(
                    2 * settings.effort().steps(),
                    settings.effort().draws(),
                    settings.effort().restarts(),
                    settings.effort().precision());
            List<Tensor> starts = new ArrayList<>();
            directions.forEach(direction -> starts.add(Rows.select(direction, rows)));
            starts.add(Rows.select(pushed, rows));
            BreakSearch other = new BreakSearch(batch.select(rows).named(batch.name() + "/again"), settings);
            Tensor moved = torch.zeros_like(other.batch.ball().centers());
            Sight sight = other.climb(starts, moved, longer, Math.max(LOWEST, aimed() - LOWER));
            int[] all = IntStream.range(0, rows.length).toArray();
            accept(other.judge(all, moved, sight, AGAIN), rows, breaks);
        }
    }

    /** Keeps what was verified and is smaller than what was. */
    private static void accept(List<Optional<VerdictLadder.Tested>> tested, int[] rows, List<Optional<Found>> breaks) {
        for (int j = 0; j < rows.length; j++) {
            Optional<Found> found = tested.get(j).map(VerdictLadder.Tested::found);
            Optional<Found> before = breaks.get(rows[j]);
            if (found.isPresent()
                    && (before.isEmpty() || found.get().norm() < before.get().norm())) {
                breaks.set(rows[j], found);
            }
        }
    }

    /** Points of which nothing is verified yet. */
    private static int[] open(List<Optional<Found>> breaks) {
        return IntStream.range(0, breaks.size())
                .filter(i -> breaks.get(i).isEmpty())
                .toArray();
    }

    /** Everything but the verdicts; {@code pushed} becomes where each point was pushed. */
    private Sight climb(List<Tensor> directions, Tensor pushed, SearchEffort effort, double steered) {
        try (PointerScope scope = new PointerScope()) {
            SearchBatch cheap = batch.forSearch();
            Climbers reached = Climbers.alone(() -> ascend(cheap, directions, effort, steered));
            pushed.copy_(reached.directions());
            Crossings crossings = Crossings.look(cheap, pushed, reached.radii(), aimed(), settings.limit());
            boolean[] clean = new boolean[batch.size()];
            for (int i : cheap.brokenWhenClean(SCREENING_DRAWS, SCREENING_WITHIN, CLEAN_DRAWS, CLEAN_WITHIN)) {
                clean[i] = true;
            }
            boolean[] steep = new boolean[batch.size()];
            for (int i = 0; i < steep.length; i++) {
                steep[i] = crossings.norm(i, FEW) <= crossings.norm(i, MANY) * (1 + ONE_NORM);
            }
            return new Sight(crossings, clean, steep, settings);
        }
    }

    /** Where each point broke first, one climber a point. */
    private Climbers ascend(SearchBatch cheap, List<Tensor> directions, SearchEffort effort, double steered) {
        Starts starts = new Starts(cheap, directions, effort.restarts(), settings.limit());
        Climbers finalists = finalists(new Race(cheap, effort, settings.limit()).run(starts));
        BoundaryAscent.Reached reached = new BoundaryAscent(
                        effort.steps(), effort.draws(), STEP, Steering.byShare(GROWTH, steered))
                .run(
                        cheap.select(finalists.rows()),
                        "ascent",
                        finalists.directions(),
                        finalists.radii(),
                        settings.limit());
        Tensor moved = reached.perturbed().sub(Rows.select(batch.ball().centers(), finalists.rows()));
        Climbers last = new Climbers(finalists.rows(), moved, reached.radii());
        return last.select(last.best());
    }

    /**
     * Of each point's climbers, the one with the smallest radius, and the next ones where they are close and went elsewhere: a race of a
     * few draws can't tell which of such valleys is the deepest.
     */
    private static Climbers finalists(Climbers climbers) {
        Climbers some = climbers.distinct(FINALISTS, ELSEWHERE);
        int[] best = some.best();
        return some.select(IntStream.range(0, some.rows().length)
                .filter(i -> some.radii()[i] <= CLOSE * some.radii()[best[some.rows()[i]]])
                .toArray());
    }
}
