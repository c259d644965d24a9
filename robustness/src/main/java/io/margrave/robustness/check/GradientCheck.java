package io.margrave.robustness.check;

import io.margrave.data.Noise;
import io.margrave.robustness.map.Rows;
import io.margrave.theory.Proportion;
import io.margrave.vae.network.Tape;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * 3: gradients of the damage are what finite differences say, and there are some.
 *
 * <p>At a random place half a radius from each point, along the gradient, along a random half of its pixels, and along random
 * directions. A central difference is compared with what the gradient predicts for the very numbers that float32 made of the step;
 * of three step lengths the best counts, as long ones meet curvature and kinks, short ones rounding. From random directions, the
 * part of the true gradient that the reported one lacks is estimated: d times the mean square of the residuals.
 *
 * <p>A gradient is <em>flat</em> where it is shorter than a hundredth of the mean slope of the reconstruction on the way to other
 * inputs: an ascent can't see from there what is near. FAIL where, beyond chance, more than a tenth of the gradients are zero, flat or
 * not finite, or more than a tenth of the others wrong by over 20 %. WARN where any is zero, flat or not finite, or the median error is
 * above 5 %, or more than a tenth are wrong. Else PASS.
 */
record GradientCheck() implements Examination {
    /** Relative error of a gradient that is wrong. */
    static final double WRONG = 0.2;

    /** Median relative error that is worth a look. */
    static final double INEXACT = 0.05;

    /** Share of points that may be unusable, or wrong: kinks of activations account for some. */
    static final double TOLERATED = 0.1;

    /** Of the mean slope between inputs. */
    static final double FLAT = 0.01;

    private static final int DRAWS = 8;
    private static final int DIRECTIONS = 8;
    private static final double[] STEPS = {1e-1, 1e-2, 1e-3};
    /** In random directions a step may be longer: little of it goes where the function changes. */
    private static final double LONGER = 10;

    @Override
    public int number() {
        return 3;
    }

    @Override
    public String name() {
        return "gradients";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        float[][] at = places(scene);
        float[][] gradients = gradients(scene, at);
        int n = at.length;
        if (gradients == null) {
            return new Ruling(
                    Ruling.of(true, false),
                    "There is no gradient of the damage with respect to the input: it was cut, and no gradient attack can work.");
        }
        double[] slopes = slopes(scene);
        int zero = 0;
        int flat = 0;
        int notFinite = 0;
        boolean[] usable = new boolean[n];
        for (int i = 0; i < n; i++) {
            double norm = norm(gradients[i]);
            notFinite += Double.isFinite(norm) ? 0 : 1;
            zero += norm == 0 ? 1 : 0;
            flat += norm > 0 && norm < FLAT * slopes[i] ? 1 : 0;
            usable[i] = Double.isFinite(norm) && norm > 0;
        }
        double[] errors = errors(scene, at, gradients, usable);
        double[] known =
                Arrays.stream(errors).filter(e -> !Double.isNaN(e)).sorted().toArray();
        int wrong = (int) Arrays.stream(known).filter(e -> e > WRONG).count();
        double median = known.length == 0 ? 0 : known[known.length / 2];
        Proportion unusable = new Proportion(Math.min(n, zero + flat + notFinite), n);
        boolean fails = unusable.lower(Figures.ALPHA) > TOLERATED
                || (known.length > 0 && new Proportion(wrong, known.length).lower(Figures.ALPHA) > TOLERATED);
        boolean warns = unusable.successes() > 0 || median > INEXACT || wrong > TOLERATED * known.length;
        return new Ruling(
                Ruling.of(fails, warns),
                "Gradients are zero at " + zero + ", flat at " + flat + ", not finite at " + notFinite + " of " + n
                        + " points"
                        + (known.length == 0
                                ? "."
                                : "; where there is one, it differs from finite differences by "
                                        + Figures.percent(median)
                                        + " (median) and by over " + Figures.percent(WRONG) + " at "
                                        + Figures.share(new Proportion(wrong, known.length)) + "."));
    }

    /** Half a radius from each point, in a random direction, inside the range: at the point itself a distance has a kink. */
    private static float[][] places(CheckScene scene) {
        float low = scene.evaluation().images().range().low();
        float high = scene.evaluation().images().range().high();
        double reach = 0.5 * scene.reach();
        float[][] at = new float[scene.originals().length][];
        for (int i = 0; i < at.length; i++) {
            float[] from = scene.originals()[i];
            float[] direction = direction(scene.noise().stream(scene.points()[i], "check/place", 0), from.length);
            at[i] = new float[from.length];
            for (int j = 0; j < from.length; j++) {
                at[i][j] = Math.max(low, Math.min(high, (float) (from[j] + reach * direction[j])));
            }
        }
        return at;
    }

    private static float[] direction(Noise.Stream stream, int size) {
        float[] values = new float[size];
        stream.gaussians(values, 0, size);
        return scaled(values, 1 / norm(values));
    }

    /** As attacks find them; null where the graph has none. */
    private static float @Nullable [][] gradients(CheckScene scene, float[][] at) {
        try (PointerScope scope = new PointerScope();
                Tape tape = Tape.open()) {
            Tensor x = Rows.stacked(Arrays.asList(at));
            x.set_requires_grad(true);
            Tensor found = tape.gradientIfAny(scene.distances(x, DRAWS).mean(1).sum(), x);
            return found == null ? null : Rows.arrays(found);
        }
    }

    /** Median slope of the reconstruction from each point to other inputs. */
    private static double[] slopes(CheckScene scene) {
        CheckScene.Sample sample = scene.sample();
        float[][] own = scene.reconstructions();
        double[] slopes = new double[own.length];
        for (int i = 0; i < own.length; i++) {
            float[] from = scene.originals()[i];
            float[] reconstruction = own[i];
            double[] all = new double[sample.images().length];
            int count = 0;
            for (int k = 0; k < all.length; k++) {
                double way = Rows.distance(from, sample.images()[k]);
                if (way > 0) {
                    all[count++] = Rows.distance(reconstruction, sample.reconstructions()[k]) / way;
                }
            }
            Arrays.sort(all, 0, count);
            slopes[i] = count == 0 ? 0 : all[count / 2];
        }
        return slopes;
    }

    /** Relative error of each gradient; NaN where there is none to compare. */
    private static double[] errors(CheckScene scene, float[][] at, float[][] gradients, boolean[] usable) {
        int n = at.length;
        double reach = scene.reach();
        double[] best = new double[n];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        for (double step : STEPS) {
            double[] worst = new double[n];
            double[] residuals = new double[n];
            for (int k = 0; k < 2 + DIRECTIONS; k++) {
                boolean random = k >= 2;
                float[][] along = new float[n][];
                for (int i = 0; i < n; i++) {
                    along[i] = scaled(along(scene, gradients[i], i, k), step * reach * (random ? LONGER : 1));
                }
                double[][] compared = compare(scene, at, along, gradients);
                for (int i = 0; i < n; i++) {
                    double off = compared[i][0] - compared[i][1];
                    if (random) {
                        double length = compared[i][2];
                        residuals[i] += off * off / (length * length) / DIRECTIONS;
                    } else {
                        worst[i] = Math.max(worst[i], Math.abs(off / compared[i][1]));
                    }
                }
            }
            for (int i = 0; i < n; i++) {
                double missing = Math.sqrt(at[i].length * residuals[i]) / norm(gradients[i]);
                best[i] = Math.min(best[i], Math.max(worst[i], missing));
            }
        }
        for (int i = 0; i < n; i++) {
            best[i] = usable[i] ? best[i] : Double.NaN;
        }
        return best;
    }

    /** Unit direction {@code k} at point {@code i}: 0 the gradient, 1 a random half of its pixels, then random ones. */
    private static float[] along(CheckScene scene, float[] gradient, int i, int k) {
        Noise.Stream stream = scene.noise().stream(scene.points()[i], "check/direction", k);
        if (k >= 2) {
            return direction(stream, gradient.length);
        }
        float[] values = gradient.clone();
        for (int j = 0; k == 1 && j < values.length; j++) {
            values[j] = stream.nextDouble() < 0.5 ? 0 : values[j];
        }
        double norm = norm(values);
        return norm > 0 && Double.isFinite(norm) ? scaled(values, 1 / norm) : direction(stream, gradient.length);
    }

    /** Of each point: the change of the mean distance from one side to the other, what the gradient predicts of it, the length. */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    private static double[][] compare(CheckScene scene, float[][] at, float[][] along, float[][] gradients) {
        int n = at.length;
        float[][] there = new float[n][];
        float[][] back = new float[n][];
        double[][] compared = new double[n][3];
        for (int i = 0; i < n; i++) {
            there[i] = new float[at[i].length];
            back[i] = new float[at[i].length];
            double squares = 0;
            for (int j = 0; j < at[i].length; j++) {
                there[i][j] = at[i][j] + along[i][j];
                back[i][j] = at[i][j] - along[i][j];
                double moved = (double) there[i][j] - back[i][j];
                compared[i][1] += moved * gradients[i][j];
                squares += moved * moved;
            }
            compared[i][2] = Math.sqrt(squares);
        }
        double[][] ahead = distances(scene, there);
        double[][] behind = distances(scene, back);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < DRAWS; k++) {
                compared[i][0] += (ahead[i][k] - behind[i][k]) / DRAWS;
            }
        }
        return compared;
    }

    @SuppressWarnings("try") // The scope and the guard act by being open.
    private static double[][] distances(CheckScene scene, float[][] at) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            float[][] found = Rows.arrays(scene.distances(Rows.stacked(Arrays.asList(at)), DRAWS));
            double[][] distances = new double[found.length][DRAWS];
            for (int i = 0; i < found.length; i++) {
                for (int k = 0; k < DRAWS; k++) {
                    distances[i][k] = found[i][k];
                }
            }
            return distances;
        }
    }

    private static float[] scaled(float[] values, double factor) {
        float[] scaled = new float[values.length];
        for (int j = 0; j < values.length; j++) {
            scaled[j] = (float) (factor * values[j]);
        }
        return scaled;
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
