package io.margrave.robustness.margin;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.theory.FixedSequence;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The smallest verified perturbation of each point that breaks it: P(|Delta(x, delta)| &lt;= r) at most one half.
 *
 * <p>Four stages, each for the whole batch at once:
 *
 * <ol>
 *   <li>of some directions, the one along which a point breaks first;
 *   <li>ascent of a smooth P(broken) on a sphere whose radius follows the boundary: it shrinks while the point is broken and
 *       grows while it is not, by less and less (after DDN, Rony et al. 2019, and FMN, Pintor et al. 2021);
 *   <li>along the direction found, the norms at which P is predicted to reach some values below one half, on search noise;
 *   <li>the verdicts: those candidates, largest norm first, on fresh noise, under the {@linkplain FixedSequence fixed
 *       sequence} rule.
 * </ol>
 *
 * <p>Points where nothing was verified get a second attempt, on other noise and for longer, with its own share of alpha.
 *
 * <p>Knows no VAE. All noise is named by point, so what is found for a point depends on the batch only in the last digits of
 * the matrix products.
 */
public final class BreakSearch {

    /** Draws along a ray while looking for where it breaks. */
    private static final int RAY_DRAWS = 8;

    private static final int RAY_STEPS = 9;
    /** Smallest norm looked at, as a share of the search limit. */
    private static final double RAY_SMALLEST = 1e-4;
    /** Draws that candidates are predicted with. */
    private static final int PREDICTION_DRAWS = 256;

    /** One look at a direction: from {@code 1 - width} to {@code 1 + width} times a norm. */
    private record Look(int draws, double width) {}

    private static final List<Look> LOOKS = List.of(new Look(96, 0.06), new Look(PREDICTION_DRAWS, 0.03));
    /** Unperturbed draws that every point gets, and the share within r from which on it is taken to be robust. */
    private static final int SCREENING_DRAWS = 32;

    private static final double SCREENING_WITHIN = 0.75;
    /** The rung that the second round of prediction looks around. */
    private static final int AIMED = 2;
    /** Rungs whose predicted norm is further than this many times the aimed one's are left out: the line says nothing there. */
    private static final double FURTHEST = 1.6;
    /**
     * Norms of the rungs, as shares of the crossing, where all draws cross at one norm: a map without noise has P = 1 before it
     * and P = 0 after it, and only the prediction's own error is left to allow for.
     */
    private static final double[] STEEP = {1.05, 1.02, 1.005, 1.001};

    /** Spread of the crossings, relative, below which they are one norm. */
    private static final double ONE_NORM = 1e-4;
    /** P that the radius is steered to: low enough to be verified. */
    private static final double STEERED = 0.42;

    private static final Ascent.StepSize STEP = new Ascent.StepSize(2, 0.05);
    private static final double FIRST_GROWTH = 0.4;
    private static final double LAST_GROWTH = 0.01;

    /**
     * One break verdict: the candidate at which P is predicted to be {@code within}, and the share of the draws it gets. The
     * further from one half, the fewer draws tell it from one half.
     */
    private record Rung(double within, double drawsShare) {}

    private static final List<Rung> LADDER =
            List.of(new Rung(0.15, 0.1), new Rung(0.30, 0.4), new Rung(0.41, 1), new Rung(0.44, 1));

    /**
     * Share of alpha that the first attempt's verdicts get; the second has the rest. A point's report is wrong only if one of
     * its two attempts is, so their shares add up to alpha.
     */
    private static final double FIRST_SHARE = 0.9;

    /**
     * How a search is run.
     *
     * @param effort steps, draws a step; restarts are further random directions to start from
     * @param alpha chance that what is reported for a point is no break, in (0, 0.5)
     * @param verdictDraws most fresh draws of one verdict
     * @param limit largest norm looked at, in input units
     */
    public record Settings(SearchEffort effort, double alpha, int verdictDraws, double limit) {
        /** An attempt with a share of alpha and so many times the steps. */
        Settings attempt(double share, int times) {
            return new Settings(
                    new SearchEffort(times * effort.steps(), effort.draws(), effort.restarts()),
                    share * alpha,
                    verdictDraws,
                    limit);
        }
    }

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

    private final StochasticMap map;
    private final Ball ball;
    private final Criterion criterion;
    private final int[] points;
    private final Noise noise;
    private final String name;
    private final Settings settings;

    private BreakSearch(
            StochasticMap map,
            Ball ball,
            Criterion criterion,
            int[] points,
            Noise noise,
            String name,
            Settings settings) {
        this.map = map;
        this.ball = ball;
        this.criterion = criterion;
        this.points = points;
        this.noise = noise;
        this.name = name;
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
     * @param directions to start from, each {@code [points, features]}, at least one; zero rows are skipped
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
        BreakSearch first =
                new BreakSearch(map, ball, criterion, points, noise, name, settings.attempt(FIRST_SHARE, 1));
        return first.again(first.attempt(directions), directions, settings.attempt(1 - FIRST_SHARE, 2));
    }

    /** A second attempt, on other noise and for longer, at points where the first one verified nothing. */
    private Result again(Result first, List<Tensor> directions, Settings second) {
        int[] open = IntStream.range(0, points.length)
                .filter(i -> first.breaks().get(i).isEmpty())
                .toArray();
        if (open.length == 0) {
            return first;
        }
        List<Tensor> starts = new ArrayList<>();
        directions.forEach(direction -> starts.add(Rows.select(direction, open)));
        starts.add(Rows.select(first.directions(), open));
        Result found = select(open, name + "/again", second).attempt(starts);
        List<Optional<Found>> breaks = new ArrayList<>(first.breaks());
        for (int i = 0; i < open.length; i++) {
            breaks.set(open[i], found.breaks().get(i));
        }
        return new Result(breaks, first.directions());
    }

    private Result attempt(List<Tensor> directions) {
        Tensor pushed = torch.zeros_like(ball.centers());
        double[][] norms;
        try (PointerScope scope = new PointerScope()) {
            Start start = start(directions);
            double[] radii = start.radii();
            Tensor last = ascend(start.directions(), radii);
            pushed.copy_(last.sub(ball.centers()));
            norms = predict(pushed, radii);
        }
        return new Result(verify(pushed, norms), pushed);
    }

    /** Directions {@code [points, features]} with the norm at which each point breaks along its own. */
    private record Start(Tensor directions, double[] radii) {}

    private Start start(List<Tensor> given) {
        List<Tensor> all = new ArrayList<>(given);
        PointNoise random = new PointNoise(noise, points, name + "/start", 0);
        for (int i = 0; i < settings.effort().restarts(); i++) {
            all.add(random.next(1, (int) ball.centers().size(1)).squeeze(1));
        }
        double[] best = new double[points.length];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        Tensor chosen = all.get(all.size() - 1).clone();
        for (Tensor direction : all) {
            try (PointerScope scope = new PointerScope()) {
                double[] norm = firstBreak(direction);
                boolean[] better = new boolean[norm.length];
                for (int i = 0; i < norm.length; i++) {
                    better[i] = norm[i] < best[i];
                    if (better[i]) {
                        best[i] = norm[i];
                    }
                }
                chosen.copy_(torch.where(Rows.flags(better), direction, chosen));
            }
        }
        for (int i = 0; i < best.length; i++) {
            best[i] = Math.min(best[i], settings.limit() / 2);
        }
        return new Start(chosen, best);
    }

    /** Norm at which each point breaks along a direction, by bisection; infinite where it doesn't. */
    private double[] firstBreak(Tensor direction) {
        double[] low = new double[points.length];
        double[] high = new double[points.length];
        double[] norm = new double[points.length];
        Arrays.fill(low, Math.log(settings.limit() * RAY_SMALLEST));
        Arrays.fill(high, Math.log(settings.limit()));
        boolean[] broke = new boolean[points.length];
        for (int step = 0; step < RAY_STEPS; step++) {
            for (int i = 0; i < norm.length; i++) {
                norm[i] = Math.exp((low[i] + high[i]) / 2);
            }
            double[][] excess = along(direction, norm, "ray", RAY_DRAWS);
            for (int i = 0; i < norm.length; i++) {
                if (2 * RobustnessEstimator.within(excess[i], 0).successes() <= RAY_DRAWS) {
                    high[i] = Math.log(norm[i]);
                    broke[i] = true;
                } else {
                    low[i] = Math.log(norm[i]);
                }
            }
        }
        return IntStream.range(0, norm.length)
                .mapToDouble(i -> broke[i] ? Math.exp(high[i]) : Double.POSITIVE_INFINITY)
                .toArray();
    }

    private double[][] along(Tensor direction, double[] norms, String purpose, int draws) {
        try (PointerScope scope = new PointerScope()) {
            return Excess.sample(
                    map,
                    ball.reach(direction, Rows.numbers(norms)),
                    criterion,
                    new PointNoise(noise, points, name + "/" + purpose, 0),
                    draws);
        }
    }

    /** Last iterates; {@code radii} become their radii. */
    private Tensor ascend(Tensor directions, double[] radii) {
        int steps = settings.effort().steps();
        int draws = settings.effort().draws();
        PointNoise ascentNoise = new PointNoise(noise, points, name + "/ascent", 0);
        double[] within = new double[points.length];
        AttackGoal goal = (inputs, step) -> {
            Tensor excess =
                    criterion.excess(map.outputs(inputs, ascentNoise.next(draws, map.noiseSize())), map.reference());
            double[] values = TensorCopies.doubles(excess);
            for (int i = 0; i < within.length; i++) {
                within[i] = RobustnessEstimator.within(Arrays.copyOfRange(values, i * draws, (i + 1) * draws), 0)
                        .estimate();
            }
            return smoothBroken(excess);
        };
        Ascent.RadiusRule rule = (step, current) -> {
            double progress = steps == 1 ? 1 : (double) step / (steps - 1);
            double growth = LAST_GROWTH + (FIRST_GROWTH - LAST_GROWTH) * 0.5 * (1 + Math.cos(Math.PI * progress));
            for (int i = 0; i < current.length; i++) {
                current[i] = Math.min(settings.limit(), current[i] * Math.exp(growth * (within[i] - STEERED)));
            }
        };
        return Ascent.maximise(ball, ball.reach(directions, Rows.numbers(radii)), radii, true, goal, steps, STEP, rule);
    }

    /** Share of broken draws with a soft step, as wide as the draws spread and as they are away from the boundary. */
    private static Tensor smoothBroken(Tensor excess) {
        Tensor fixed = excess.detach();
        Tensor mean = fixed.mean(new long[] {1}, true, new ScalarTypeOptional());
        Tensor spread = fixed.sub(mean)
                .square()
                .mean(new long[] {1}, true, new ScalarTypeOptional())
                .sqrt();
        Tensor width = spread.add(mean.abs().mul(new Scalar(0.5))).clamp_min(new Scalar(1e-6));
        return excess.div(width).sigmoid().mean(1);
    }

    /**
     * Norms along each direction at which P is predicted to be the ladder's.
     *
     * <p>Every draw's excess is taken to be linear in the norm between two nearby norms, on the same noise: the norm at which
     * a draw crosses follows, and the quantiles of those norms are the prediction. A second round looks where the first one
     * pointed.
     *
     * @return {@code [points][ladder]}, descending, none above the limit; NaN is a rung that is left out: a point that is already
     *     broken has one candidate, the norm 0
     */
    private double[][] predict(Tensor directions, double[] radii) {
        double[] center = radii.clone();
        double[][] norms = new double[points.length][];
        for (Look look : LOOKS) {
            double[] near =
                    Arrays.stream(center).map(r -> r * (1 - look.width())).toArray();
            double[] far =
                    Arrays.stream(center).map(r -> r * (1 + look.width())).toArray();
            double[][] excessNear = along(directions, near, "predict", look.draws());
            double[][] excessFar = along(directions, far, "predict", look.draws());
            for (int i = 0; i < norms.length; i++) {
                norms[i] = crossings(near[i], excessNear[i], far[i], excessFar[i]);
                double aimed = norms[i][AIMED];
                // A step of at most a factor of two: further away the line says nothing.
                center[i] = Math.min(
                        settings.limit() / (1 + look.width()), Math.max(center[i] / 2, Math.min(center[i] * 2, aimed)));
            }
        }
        for (int i : brokenWhenClean()) {
            Arrays.fill(norms[i], Double.NaN);
            norms[i][LADDER.size() - 1] = 0;
        }
        return norms;
    }

    /** Points that no perturbation is needed for: a few draws rule most out, more decide on the rest. */
    private int[] brokenWhenClean() {
        double[] few = cleanWithin(SCREENING_DRAWS);
        int[] rows = IntStream.range(0, points.length)
                .filter(i -> few[i] <= SCREENING_WITHIN)
                .toArray();
        if (rows.length == 0) {
            return rows;
        }
        double[] more = select(rows, name, settings).cleanWithin(PREDICTION_DRAWS);
        double lowest = LADDER.get(LADDER.size() - 1).within();
        return IntStream.range(0, rows.length)
                .filter(j -> more[j] <= lowest)
                .map(j -> rows[j])
                .toArray();
    }

    private double[] cleanWithin(int draws) {
        double[][] excess = Excess.sample(
                map, ball.centers(), criterion, new PointNoise(noise, points, name + "/unperturbed", 0), draws);
        return Arrays.stream(excess)
                .mapToDouble(each -> RobustnessEstimator.within(each, 0).estimate())
                .toArray();
    }

    private BreakSearch select(int[] rows, String other, Settings with) {
        return new BreakSearch(
                map.select(rows),
                ball.select(rows),
                criterion,
                Arrays.stream(rows).map(i -> points[i]).toArray(),
                noise,
                other,
                with);
    }

    private double[] crossings(double near, double[] excessNear, double far, double[] excessFar) {
        double[] crossing = new double[excessNear.length];
        for (int j = 0; j < crossing.length; j++) {
            double slope = (excessFar[j] - excessNear[j]) / (far - near);
            if (slope > 0) {
                crossing[j] = near - excessNear[j] / slope;
            } else {
                crossing[j] = excessNear[j] > 0 ? 0 : Double.POSITIVE_INFINITY;
            }
        }
        Arrays.sort(crossing);
        double[] norms = new double[LADDER.size()];
        for (int rung = 0; rung < norms.length; rung++) {
            int broken = (int) Math.ceil((1 - LADDER.get(rung).within()) * crossing.length);
            norms[rung] = Math.max(0, Math.min(settings.limit(), crossing[broken - 1]));
        }
        if (crossing[crossing.length - 1] - crossing[0] <= ONE_NORM * crossing[0]) {
            for (int rung = 0; rung < norms.length; rung++) {
                norms[rung] = Math.min(settings.limit(), STEEP[rung] * norms[rung]);
            }
        }
        for (int rung = 0; rung < AIMED; rung++) {
            if (norms[rung] > FURTHEST * norms[AIMED]) {
                norms[rung] = Double.NaN;
            }
        }
        return norms;
    }

    /** The ladder in lockstep: a rung is drawn for those points whose rungs so far were all verified. */
    private List<Optional<Found>> verify(Tensor directions, double[][] norms) {
        List<List<Found>> tested = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            tested.add(new ArrayList<>());
        }
        boolean[] alive = new boolean[points.length];
        Arrays.fill(alive, true);
        for (int rung = 0; rung < LADDER.size(); rung++) {
            int now = rung;
            int[] rows = IntStream.range(0, points.length)
                    .filter(i -> alive[i] && !Double.isNaN(norms[i][now]))
                    .toArray();
            if (rows.length == 0) {
                continue;
            }
            int share = (int) Math.round(LADDER.get(rung).drawsShare() * settings.verdictDraws());
            int draws = Math.min(settings.verdictDraws(), Math.max(smallestDraws(settings.alpha()), share));
            try (PointerScope scope = new PointerScope()) {
                Ball here = ball.select(rows);
                Tensor candidates = here.reach(
                        Rows.select(directions, rows),
                        Rows.numbers(Arrays.stream(rows)
                                .mapToDouble(i -> norms[i][now])
                                .toArray()));
                int[] numbers = Arrays.stream(rows).map(i -> points[i]).toArray();
                Proportion[] within = RobustnessEstimator.within(
                        map.select(rows),
                        candidates,
                        criterion,
                        new PointNoise(noise, numbers, name + "/verdict", rung),
                        draws);
                float[][] perturbed = Rows.arrays(candidates);
                float[][] anchors = Rows.arrays(here.centers());
                for (int j = 0; j < rows.length; j++) {
                    tested.get(rows[j])
                            .add(new Found(Rows.distance(perturbed[j], anchors[j]), perturbed[j], within[j]));
                    alive[rows[j]] = within[j].verdict(settings.alpha()) == Verdict.FAILS;
                }
            }
        }
        return tested.stream().map(this::lastVerified).toList();
    }

    private Optional<Found> lastVerified(List<Found> tests) {
        var index = FixedSequence.lastVerified(tests.size(), j -> tests.get(j).within(), settings.alpha());
        return index.isPresent() ? Optional.of(tests.get(index.getAsInt())) : Optional.empty();
    }

    /** Fewest draws that can tell a probability from one half. */
    private static int smallestDraws(double alpha) {
        return (int) Math.ceil(Math.log(1 / alpha) / Math.log(2)) + 1;
    }
}
