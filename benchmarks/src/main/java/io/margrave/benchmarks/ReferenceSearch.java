package io.margrave.benchmarks;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.theory.FixedSequence;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The smallest verified break of each point by brute force: bisection on the radius, projected ascent at each radius, several
 * restarts, the best kept.
 *
 * <p>Slow and plain on purpose, and independent of {@link io.margrave.robustness.margin.BreakSearch}: another objective (a
 * smoothed quantile of the excess, not a smoothed probability), another way to the radius, its own loop, its own measurement of
 * P. Only the model, the projection, the noise streams and the rule of verdicts are shared.
 */
public final class ReferenceSearch {

    /** Radii looked at; the steps are shared out among them. */
    private static final int LEVELS = 15;
    /** Share of draws within r at which a radius counts as broken: low enough to be verified with 1,000 draws. */
    private static final double AIMED = 0.44;

    private static final int RAY_LEVELS = 12;
    private static final int RAY_DRAWS = 64;
    private static final int LEVEL_DRAWS = 128;
    private static final int COARSE_DRAWS = 256;
    private static final int FINE_DRAWS = 512;
    private static final double SMALLEST_SHARE = 1e-4;
    /** A bracket this narrow is opened again from below: the direction has become better since its lower end failed. */
    private static final double NARROW = 0.02;

    private static final double REOPENED = 0.06;
    private static final double MOMENTUM = 0.8;
    /** P predicted for each candidate, in order of decreasing norm. */
    private static final double[] LADDER = {0.30, 0.38, 0.41, 0.43, 0.44};

    /**
     * How a search is run.
     *
     * @param steps gradient steps a restart
     * @param draws a step
     * @param restarts a point, at least 2; the last starts at random
     * @param alpha chance that what is reported for a point is no break
     * @param verdictDraws fresh draws of one verdict
     * @param limit largest norm looked at, in input units
     */
    public record Settings(int steps, int draws, int restarts, double alpha, int verdictDraws, double limit) {
        public Settings {
            if (steps < LEVELS || draws < 2 || restarts < 2) {
                throw new IllegalArgumentException("want steps >= " + LEVELS + ", draws and restarts >= 2, got " + steps
                        + ", " + draws + ", " + restarts);
            }
        }

        /** 600 steps, 16 draws, 3 restarts, alpha 0.001, 1,000 verdict draws. */
        public static Settings thorough(double limit) {
            return new Settings(600, 16, 3, 0.001, 1_000, limit);
        }
    }

    /**
     * A verified break.
     *
     * @param norm L2 norm of the perturbation, in double precision
     * @param within draws within r on the fresh noise of its verdict
     * @param median norm along the same direction at which P is one half, by search noise: what a verdict with endless draws
     *     would come near to
     */
    public record Found(double norm, Proportion within, double median) {}

    private final StochasticMap map;
    private final Ball ball;
    private final Criterion criterion;
    private final int[] points;
    private final Noise noise;
    private final String name;
    private final Settings settings;

    private ReferenceSearch(
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
        this.name = name + "/reference";
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
     * @param name of the family of candidates
     * @param directions to start from, each {@code [points, features]}; may be none
     * @param settings effort and confidence
     * @return one a point; empty where nothing was verified below the limit
     */
    public static List<Optional<Found>> run(
            StochasticMap map,
            Ball ball,
            Criterion criterion,
            int[] points,
            Noise noise,
            String name,
            List<Tensor> directions,
            Settings settings) {
        try (PointerScope scope = new PointerScope()) {
            return new ReferenceSearch(map, ball, criterion, points, noise, name, settings).search(directions);
        }
    }

    private List<Optional<Found>> search(List<Tensor> directions) {
        List<Tensor> starts = starts(directions);
        Tensor best = torch.zeros_like(ball.centers());
        double[] bestNorm = new double[points.length];
        Arrays.fill(bestNorm, Double.POSITIVE_INFINITY);
        for (int restart = 0; restart < starts.size(); restart++) {
            try (PointerScope scope = new PointerScope()) {
                double[] radii = new double[points.length];
                Tensor pushed = bisect(starts.get(restart), restart, radii);
                double[] norms = aim(pushed, radii, "coarse", COARSE_DRAWS, 0.025)[indexOfAimed()];
                boolean[] better = new boolean[points.length];
                for (int i = 0; i < points.length; i++) {
                    better[i] = norms[i] < bestNorm[i];
                    bestNorm[i] = Math.min(norms[i], bestNorm[i]);
                }
                best.copy_(torch.where(Rows.flags(better), pushed, best));
            }
        }
        return verify(best, aim(best, bestNorm, "fine", FINE_DRAWS, 0.0125));
    }

    private static int indexOfAimed() {
        return LADDER.length - 1;
    }

    /** The best given directions of each point, best first, and one at random. */
    private List<Tensor> starts(List<Tensor> given) {
        Tensor random = new PointNoise(noise, points, name + "/start", 0)
                .next(1, (int) ball.centers().size(1))
                .squeeze(1);
        List<Tensor> starts = new ArrayList<>();
        if (given.size() > 0) {
            double[][] norms = given.stream().map(this::firstBreak).toArray(double[][]::new);
            for (int rank = 0; rank < Math.min(given.size(), settings.restarts() - 1); rank++) {
                Tensor chosen = torch.zeros_like(ball.centers());
                for (int g = 0; g < given.size(); g++) {
                    boolean[] here = new boolean[points.length];
                    for (int i = 0; i < points.length; i++) {
                        int point = i;
                        here[i] = g
                                == IntStream.range(0, given.size())
                                        .boxed()
                                        .sorted(Comparator.comparingDouble(d -> norms[d][point]))
                                        .skip(rank)
                                        .findFirst()
                                        .orElseThrow();
                    }
                    chosen.copy_(torch.where(Rows.flags(here), given.get(g), chosen));
                }
                starts.add(chosen);
            }
        }
        starts.add(random);
        for (int i = starts.size(); i < settings.restarts(); i++) {
            starts.add(new PointNoise(noise, points, name + "/start", i)
                    .next(1, (int) ball.centers().size(1))
                    .squeeze(1));
        }
        return starts;
    }

    /** Norm at which each point breaks along a direction; the limit where it doesn't. */
    private double[] firstBreak(Tensor direction) {
        double[] low = new double[points.length];
        double[] high = new double[points.length];
        Arrays.fill(low, Math.log(settings.limit() * SMALLEST_SHARE));
        Arrays.fill(high, Math.log(settings.limit()));
        for (int level = 0; level < RAY_LEVELS; level++) {
            double[] norms = new double[points.length];
            for (int i = 0; i < norms.length; i++) {
                norms[i] = Math.exp((low[i] + high[i]) / 2);
            }
            double[] within = within(reach(direction, norms), "ray", RAY_DRAWS);
            for (int i = 0; i < norms.length; i++) {
                if (within[i] <= AIMED) {
                    high[i] = Math.log(norms[i]);
                } else {
                    low[i] = Math.log(norms[i]);
                }
            }
        }
        return Arrays.stream(high).map(Math::exp).toArray();
    }

    /**
     * Bisection on the radius.
     *
     * @param radii becomes the smallest broken radius of each point
     * @return the perturbation that was broken there, {@code [points, features]}
     */
    private Tensor bisect(Tensor start, int restart, double[] radii) {
        double[] high = firstBreak(start);
        double[] low = new double[points.length];
        Tensor pushed = reach(start, high).sub(ball.centers());
        Tensor iterate = reach(start, high);
        PointNoise ascentNoise = new PointNoise(noise, points, name + "/ascent", restart);
        for (int level = 0; level < LEVELS; level++) {
            double[] middle = new double[points.length];
            for (int i = 0; i < middle.length; i++) {
                middle[i] = (low[i] + high[i]) / 2;
            }
            try (PointerScope scope = new PointerScope()) {
                double largest = 1 - 0.8 * level / (LEVELS - 1);
                ascend(iterate, middle, largest, ascentNoise);
                double[] within = within(iterate, "level/" + restart + "/" + level, LEVEL_DRAWS);
                boolean[] broken = new boolean[points.length];
                for (int i = 0; i < middle.length; i++) {
                    broken[i] = within[i] <= AIMED;
                    if (broken[i]) {
                        high[i] = middle[i];
                    } else {
                        low[i] = middle[i];
                    }
                    if (high[i] - low[i] < NARROW * high[i]) {
                        low[i] = (1 - REOPENED) * high[i];
                    }
                }
                pushed.copy_(torch.where(Rows.flags(broken), iterate.sub(ball.centers()), pushed));
            }
        }
        System.arraycopy(high, 0, radii, 0, high.length);
        return pushed;
    }

    /** Normalised ascent with momentum on the spheres; {@code iterate} is changed in place. */
    private void ascend(Tensor iterate, double[] radii, double largest, PointNoise ascentNoise) {
        int steps = settings.steps() / LEVELS;
        iterate.copy_(reach(iterate.sub(ball.centers()), radii));
        Tensor radius = Rows.numbers(radii);
        Tensor velocity = torch.zeros_like(iterate);
        for (int step = 0; step < steps; step++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor x = iterate.detach();
                x.set_requires_grad(true);
                Tensor excess = criterion.excess(
                        map.at(x).outputs(ascentNoise.next(settings.draws(), map.noiseSize())), map.reference());
                Tensor gradient = torch.grad(
                                new TensorVector(smoothQuantile(excess).sum()),
                                new TensorVector(x),
                                new TensorVector(),
                                new BoolOptional(false),
                                false,
                                false)
                        .get(0);
                Tensor finite = torch.where(gradient.isfinite(), gradient, torch.zeros_like(gradient));
                velocity.mul_(new Scalar(MOMENTUM)).add_(unit(finite));
                double progress = (double) step / steps;
                double share = 0.03 + (largest - 0.03) * 0.5 * (1 + Math.cos(Math.PI * progress));
                Tensor moved =
                        iterate.add(unit(velocity).mul(radius.unsqueeze(1)).mul(new Scalar(share)));
                iterate.copy_(ball.reach(moved.sub(ball.centers()), radii));
            }
        }
    }

    private static Tensor unit(Tensor rows) {
        return rows.div(torch.linalg_vector_norm(rows, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional())
                .clamp_min(new Scalar(1e-30)));
    }

    /** A kernel estimate of the quantile of the excess that has to pass zero: draws near it count, those far off don't. */
    private static Tensor smoothQuantile(Tensor excess) {
        Tensor fixed = excess.detach();
        long rank = Math.round(AIMED * (fixed.size(1) - 1));
        Tensor quantile = fixed.sort(1, false).get0().narrow(1, rank, 1);
        Tensor mean = fixed.mean(new long[] {1}, true, new ScalarTypeOptional());
        Tensor width = fixed.sub(mean)
                .square()
                .mean(new long[] {1}, true, new ScalarTypeOptional())
                .sqrt()
                .clamp_min(new Scalar(1e-6));
        Tensor weight =
                fixed.sub(quantile).div(width).square().mul(new Scalar(-0.5)).exp();
        return excess.mul(weight).sum(1).div(weight.sum(1));
    }

    /**
     * Norms at which P comes to the ladder's values, from P on a grid of norms on the same noise.
     *
     * @return {@code [rung][point]}; after the last rung one row more, for P one half
     */
    private double[][] aim(Tensor pushed, double[] radii, String purpose, int draws, double spacing) {
        int half = 5;
        double[] factors = IntStream.rangeClosed(-half, half)
                .mapToDouble(k -> 1 + k * spacing)
                .toArray();
        double[][] within = new double[factors.length][];
        for (int k = 0; k < factors.length; k++) {
            double factor = factors[k];
            within[k] = within(
                    reach(pushed, Arrays.stream(radii).map(r -> r * factor).toArray()), purpose, draws);
        }
        double[][] norms = new double[LADDER.length + 1][points.length];
        for (int rung = 0; rung < norms.length; rung++) {
            double wanted = rung < LADDER.length ? LADDER[rung] : 0.5;
            for (int i = 0; i < points.length; i++) {
                norms[rung][i] = Math.min(settings.limit(), radii[i] * crossing(factors, within, i, wanted));
            }
        }
        return norms;
    }

    /**
     * Where P falls to a value: a straight line through the grid's points, fitted because counts are noisy; those near the value
     * count most.
     */
    private static double crossing(double[] factors, double[][] within, int point, double wanted) {
        double weights = 0;
        double meanFactor = 0;
        double meanWithin = 0;
        double[] weight = new double[factors.length];
        for (int k = 0; k < factors.length; k++) {
            double off = (within[k][point] - wanted) / 0.12;
            weight[k] = Math.exp(-0.5 * off * off) + 1e-4;
            weights += weight[k];
            meanFactor += weight[k] * factors[k];
            meanWithin += weight[k] * within[k][point];
        }
        meanFactor /= weights;
        meanWithin /= weights;
        double both = 0;
        double square = 0;
        for (int k = 0; k < factors.length; k++) {
            both += weight[k] * (factors[k] - meanFactor) * (within[k][point] - meanWithin);
            square += weight[k] * (factors[k] - meanFactor) * (factors[k] - meanFactor);
        }
        double slope = Math.min(both / square, -0.5);
        return Math.max(0.7, Math.min(1.3, meanFactor + (wanted - meanWithin) / slope));
    }

    private List<Optional<Found>> verify(Tensor pushed, double[][] norms) {
        double[] clean = within(ball.centers(), "clean", FINE_DRAWS);
        List<List<Found>> tested = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            tested.add(new ArrayList<>());
        }
        for (int rung = 0; rung < LADDER.length; rung++) {
            double[] here = norms[rung].clone();
            for (int i = 0; i < here.length; i++) {
                // A point that is broken unperturbed has one candidate: itself.
                here[i] = clean[i] <= AIMED ? 0 : here[i];
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor candidates = reach(pushed, here);
                double[] within = within(candidates, "verdict/" + rung, settings.verdictDraws());
                float[][] perturbed = Rows.arrays(candidates);
                float[][] anchors = Rows.arrays(ball.centers());
                for (int i = 0; i < points.length; i++) {
                    if (clean[i] <= AIMED && rung > 0) {
                        continue;
                    }
                    Proportion count =
                            new Proportion(Math.round(within[i] * settings.verdictDraws()), settings.verdictDraws());
                    tested.get(i)
                            .add(new Found(Rows.distance(perturbed[i], anchors[i]), count, norms[LADDER.length][i]));
                }
            }
        }
        return tested.stream()
                .map(tests -> {
                    var last = FixedSequence.lastVerified(
                            tests.size(), j -> tests.get(j).within().verdict(settings.alpha()) == Verdict.FAILS);
                    return last.isPresent() ? Optional.of(tests.get(last.getAsInt())) : Optional.<Found>empty();
                })
                .toList();
    }

    private Tensor reach(Tensor direction, double[] norms) {
        return ball.reach(direction, norms);
    }

    /** Share of draws within r, from a stream that its purpose names. */
    private double[] within(Tensor inputs, String purpose, int draws) {
        PointNoise stream = new PointNoise(noise, points, name + "/" + purpose, 0);
        int block = Math.max(1, 2_048 / points.length);
        double[] within = new double[points.length];
        for (int first = 0; first < draws; first += block) {
            int count = Math.min(block, draws - first);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                double[] excess = TensorCopies.doubles(
                        criterion.excess(map.at(inputs).outputs(stream.next(count, map.noiseSize())), map.reference()));
                for (int i = 0; i < excess.length; i++) {
                    within[i / count] += excess[i] <= 0 ? 1.0 / draws : 0;
                }
            }
        }
        return within;
    }
}
