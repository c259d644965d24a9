package io.margrave.robustness.margin;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.theory.Proportion;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
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
 *   <li>{@link RaySearch}: of some directions, the few along which a point breaks first;
 *   <li>{@link BoundaryAscent}, twice: a short race of those few, whose winner goes on, and the second where it is
 *       close;
 *   <li>{@link NormPrediction}: along the direction found, the norms at which P is predicted to lie safely below one half;
 *   <li>{@link VerdictLadder}: the verdicts on those candidates.
 * </ol>
 *
 * <p>All but the verdicts may run through a cheaper form of the map ({@link StochasticMap#forSearch}). Where only a safe
 * candidate was verified, or none, safer ones and then a second search follow, on other noise and with their own shares of alpha.
 *
 * <p>Knows no VAE. All noise is named by point, so what is found for a point depends on the batch only in the last digits of
 * the matrix products.
 */
public final class BreakSearch {

    /** Unperturbed draws that every point gets, and the share within r from which on it is taken to be robust. */
    private static final int SCREENING_DRAWS = 32;

    private static final double SCREENING_WITHIN = 0.75;
    private static final int CLEAN_DRAWS = 256;
    private static final double CLEAN_WITHIN = 0.44;

    /** Steps of the race, as a share of those that its winner takes afterwards. */
    private static final double RACE_SHARE = 0.6;

    /** A second start takes the last steps, too, where its radius is at most this many times the winner's ... */
    private static final double CLOSE = 1.1;
    /** ... and the cosine between the two less than this. */
    private static final double ELSEWHERE = 0.95;

    private static final double TINY = 1e-12;

    private static final Ascent.StepSize RACE_STEP = new Ascent.StepSize(2, 0.3);
    private static final Ascent.StepSize LAST_STEP = new Ascent.StepSize(0.6, 0.05);
    private static final double RACE_FIRST_GROWTH = 0.4;
    private static final double RACE_LAST_GROWTH = 0.1;
    private static final double FIRST_GROWTH = 0.2;
    private static final double LAST_GROWTH = 0.01;

    /**
     * A norm along the direction that was found: where P is predicted to be {@code within}, and the most fresh draws that its
     * verdict takes. The further from one half, the fewer tell it from one half. Where all draws cross at one norm, as they
     * do in a map without noise, it is {@code steep} times that norm: P is 1 before it and 0 after it, and only the
     * prediction's own error is left to allow for.
     */
    private record Candidate(int number, double within, int draws, double steep) {
        int draws(Settings settings) {
            return Math.min(draws, settings.verdictDraws());
        }
    }

    /** Spread of the predicted norms, relative, below which they are one norm. */
    private static final double ONE_NORM = 1e-4;

    private static final Candidate SAFEST = new Candidate(0, 0.25, 400, 1.05);
    private static final Candidate SAFE = new Candidate(1, 0.33, 400, 1.02);
    private static final Candidate SAFER = new Candidate(2, 0.385, Integer.MAX_VALUE, 1.005);
    private static final Candidate AIMED = new Candidate(3, 0.42, Integer.MAX_VALUE, 1.001);
    private static final List<Candidate> CANDIDATES = List.of(SAFEST, SAFE, SAFER, AIMED);

    /** P that the radius is steered to: near what is verified, and lower where that failed. */
    private static final double STEERED = 0.42;

    private static final double STEERED_LOWER = 0.36;

    /** Rungs whose predicted norm is further than this many times the aimed one's are left out: the line says nothing there. */
    private static final double FURTHEST = 1.6;

    /**
     * Shares of alpha: of the first verdicts, and of each of the two later attempts at points where those fell short. A point's
     * report is wrong only if one of its verdict ladders is, so the shares of all that a point can meet add up to alpha.
     */
    private static final double FIRST_SHARE = 0.8;

    private static final double LATER_SHARE = 0.1;

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
     * @param directions to start from, each {@code [points, features]}; a random one and its opposite are added, more where
     *     there are fewer than starts
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
        double[][] norms = climb(directions, pushed, settings.effort(), STEERED);
        double alpha = FIRST_SHARE * settings.alpha();
        List<Optional<VerdictLadder.Tested>> tested =
                ladder(SAFE, AIMED).verify(batch, pushed, columns(norms, SAFE, AIMED), alpha, "verdict");
        List<Optional<Found>> breaks = new ArrayList<>();
        tested.forEach(test -> breaks.add(test.map(VerdictLadder.Tested::found)));
        aimAgain(
                pushed,
                norms,
                rows(tested, test -> test.filter(t -> t.rung() == 0).isPresent()),
                breaks,
                SAFER);
        aimAgain(pushed, norms, rows(tested, Optional::isEmpty), breaks, SAFEST, SAFER);
        int[] open = IntStream.range(0, batch.size())
                .filter(i -> breaks.get(i).isEmpty())
                .toArray();
        searchAgain(directions, pushed, open, breaks);
        return new Result(breaks, pushed);
    }

    /** Where the aimed candidate was not verified: safer ones along the same direction. */
    private void aimAgain(
            Tensor pushed, double[][] norms, int[] rows, List<Optional<Found>> breaks, Candidate... candidates) {
        if (rows.length == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            double[][] some = Arrays.stream(rows).mapToObj(i -> norms[i]).toArray(double[][]::new);
            accept(
                    ladder(candidates)
                            .verify(
                                    batch.select(rows),
                                    Rows.select(pushed, rows),
                                    columns(some, candidates),
                                    LATER_SHARE * settings.alpha(),
                                    "aim"),
                    rows,
                    breaks);
        }
    }

    private VerdictLadder ladder(Candidate... candidates) {
        return new VerdictLadder(Arrays.stream(candidates)
                .map(candidate -> candidate.draws(settings))
                .toList());
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
            double[][] norms = other.climb(starts, moved, longer, STEERED_LOWER);
            accept(
                    ladder(SAFEST, SAFER)
                            .verify(
                                    other.batch,
                                    moved,
                                    columns(norms, SAFEST, SAFER),
                                    LATER_SHARE * settings.alpha(),
                                    "verdict"),
                    rows,
                    breaks);
        }
    }

    private static void accept(List<Optional<VerdictLadder.Tested>> tested, int[] rows, List<Optional<Found>> breaks) {
        for (int j = 0; j < rows.length; j++) {
            Optional<VerdictLadder.Tested> test = tested.get(j);
            if (test.isPresent()) {
                breaks.set(rows[j], Optional.of(test.get().found()));
            }
        }
    }

    private static int[] rows(
            List<Optional<VerdictLadder.Tested>> tested, Predicate<Optional<VerdictLadder.Tested>> wanted) {
        return IntStream.range(0, tested.size())
                .filter(i -> wanted.test(tested.get(i)))
                .toArray();
    }

    /**
     * Everything but the verdicts; {@code pushed} becomes where each point was pushed.
     *
     * @return {@code [points][candidates]}: norm of each {@link Candidate}; NaN where a candidate is left out
     */
    private double[][] climb(List<Tensor> directions, Tensor pushed, SearchEffort effort, double steered) {
        try (PointerScope scope = new PointerScope()) {
            SearchBatch cheap = batch.forSearch();
            BoundaryAscent.Reached reached = race(cheap, directions, effort, steered);
            pushed.copy_(reached.perturbed().sub(batch.ball().centers()));
            double[][] norms = new NormPrediction(cheap, settings.limit())
                    .norms(
                            pushed,
                            reached.radii(),
                            CANDIDATES.stream().mapToDouble(Candidate::within).toArray(),
                            AIMED.number());
            settle(norms, cheap);
            return norms;
        }
    }

    private BoundaryAscent.Reached race(
            SearchBatch cheap, List<Tensor> directions, SearchEffort effort, double steered) {
        List<Tensor> all = new ArrayList<>(directions);
        for (int pair = 0; pair == 0 || all.size() < effort.restarts(); pair++) {
            Tensor random = cheap.noise("start", pair).next(1, cheap.features()).squeeze(1);
            all.add(random);
            all.add(random.neg());
        }
        RaySearch.Starts starts = new RaySearch(cheap, settings.limit()).best(all, effort.restarts());
        BoundaryAscent race = new BoundaryAscent(
                Math.max(1, (int) Math.round(RACE_SHARE * effort.steps())),
                Math.max(1, effort.draws() / 2),
                RACE_STEP,
                RACE_FIRST_GROWTH,
                RACE_LAST_GROWTH,
                steered);
        BoundaryAscent.Reached raced =
                race.run(cheap.select(starts.rows()), "race", starts.directions(), starts.radii(), settings.limit());
        Tensor moved = raced.perturbed().sub(Rows.select(batch.ball().centers(), starts.rows()));
        int[] finalists = finalists(starts.rows(), raced.radii(), moved);
        BoundaryAscent last =
                new BoundaryAscent(effort.steps(), effort.draws(), LAST_STEP, FIRST_GROWTH, LAST_GROWTH, steered);
        int[] points = at(starts.rows(), finalists);
        BoundaryAscent.Reached reached = last.run(
                cheap.select(points),
                "ascent",
                Rows.select(moved, finalists),
                at(raced.radii(), finalists),
                settings.limit());
        int[] best = winners(points, reached.radii());
        return new BoundaryAscent.Reached(Rows.select(reached.perturbed(), best), at(reached.radii(), best));
    }

    /**
     * Of each point's starts, the one with the smallest radius, and the next one where it is close and went elsewhere: a race of a
     * few draws can't tell which of two such valleys is the deeper.
     */
    private static int[] finalists(int[] rows, double[] radii, Tensor moved) {
        int[] winners = winners(rows, radii);
        double[] alike =
                TensorCopies.doubles(torch.cosine_similarity(moved, Rows.select(moved, at(winners, rows)), 1, TINY));
        int[] seconds = new int[winners.length];
        Arrays.fill(seconds, -1);
        for (int i = 0; i < rows.length; i++) {
            int second = seconds[rows[i]];
            boolean rival = alike[i] < ELSEWHERE && radii[i] <= CLOSE * radii[winners[rows[i]]];
            if (rival && (second < 0 || radii[i] < radii[second])) {
                seconds[rows[i]] = i;
            }
        }
        return IntStream.range(0, winners.length)
                .flatMap(point -> IntStream.of(winners[point], seconds[point]))
                .filter(i -> i >= 0)
                .toArray();
    }

    private static int[] at(int[] values, int[] places) {
        return Arrays.stream(places).map(i -> values[i]).toArray();
    }

    private static double[] at(double[] values, int[] places) {
        return Arrays.stream(places).mapToDouble(i -> values[i]).toArray();
    }

    /** Of each point's starts, the one with the smallest radius. */
    private static int[] winners(int[] rows, double[] radii) {
        int[] winners = new int[rows[rows.length - 1] + 1];
        Arrays.fill(winners, -1);
        for (int i = 0; i < rows.length; i++) {
            int best = winners[rows[i]];
            if (best < 0 || radii[i] < radii[best]) {
                winners[rows[i]] = i;
            }
        }
        return winners;
    }

    /**
     * Puts right what the prediction can't know. Candidates of which it says nothing are taken off; a point that is broken
     * without a perturbation has the one candidate, the norm 0. No candidate lies beyond the limit.
     */
    private void settle(double[][] norms, SearchBatch cheap) {
        for (double[] each : norms) {
            boolean steep = each[SAFEST.number()] <= each[AIMED.number()] * (1 + ONE_NORM);
            for (Candidate candidate : CANDIDATES) {
                if (steep) {
                    each[candidate.number()] = Math.min(settings.limit(), each[candidate.number()] * candidate.steep());
                }
                if (each[candidate.number()] > FURTHEST * each[AIMED.number()]) {
                    each[candidate.number()] = Double.NaN;
                }
            }
        }
        for (int i : cheap.brokenWhenClean(SCREENING_DRAWS, SCREENING_WITHIN, CLEAN_DRAWS, CLEAN_WITHIN)) {
            Arrays.fill(norms[i], Double.NaN);
            norms[i][AIMED.number()] = 0;
            norms[i][SAFER.number()] = 0;
        }
    }

    private static double[][] columns(double[][] norms, Candidate... candidates) {
        return Arrays.stream(norms)
                .map(each -> Arrays.stream(candidates)
                        .mapToDouble(candidate -> each[candidate.number()])
                        .toArray())
                .toArray(double[][]::new);
    }
}
