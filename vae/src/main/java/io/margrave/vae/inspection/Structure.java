package io.margrave.vae.inspection;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Check;
import io.margrave.results.Check.Outcome;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model is what audits take it to be: a function of one image at a time, the same at each call, differentiable.
 *
 * @param vae the model
 * @param probes images, one after the other, at least three
 * @param noise of directions and of company
 */
record Structure(Vae vae, float[] probes, Noise noise) {
    /** Largest difference of a row in other company, relative to max(1, |value|): batches of other sizes differ by 2e-5. */
    private static final double COMPANY = 1e-3;
    /** Largest relative difference of a derivative and its finite difference; kinks of activations account for some. */
    private static final double DERIVATIVE = 0.05;
    /** Beyond this the gradient is of something else. */
    private static final double NO_DERIVATIVE = 0.2;
    /** Sigma that varies less over images than this, relatively, is constant. */
    private static final double CONSTANT = 1e-6;

    /** What a pass gives, as arrays: {@code [rows][latent]} twice, {@code [rows][pixels]}. */
    private record Pass(float[][] mean, float[][] stdDev, float[][] reconstruction) {}

    List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        Pass together = pass(probes);
        Check finite = finite(together);
        checks.add(shapes());
        checks.add(finite);
        if (finite.outcome() == Outcome.FAIL) {
            return checks;
        }
        // What comes after a failure would only show it again, under another name.
        for (Check check : List.of(determinism(together), company(together))) {
            checks.add(check);
            if (check.outcome() == Outcome.FAIL) {
                return checks;
            }
        }
        checks.add(sigma(together));
        checks.add(range(together));
        checks.add(encoderGradient());
        checks.add(decoderGradient());
        return checks;
    }

    private int rows() {
        return probes.length / vae.spec().shape().size();
    }

    @SuppressWarnings("try") // The scope and the guard act by being open.
    private Pass pass(float[] images) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            GaussianPosterior posterior =
                    vae.encode(TensorCopies.images(images, vae.spec().shape()));
            return new Pass(
                    rows(posterior.mean()),
                    rows(posterior.stdDev()),
                    rows(vae.decode(posterior.mean()).flatten(1, -1)));
        }
    }

    private static float[][] rows(Tensor tensor) {
        float[] all = TensorCopies.floats(tensor);
        int rows = (int) tensor.size(0);
        int each = all.length / rows;
        float[][] split = new float[rows][];
        for (int i = 0; i < rows; i++) {
            split[i] = Arrays.copyOfRange(all, i * each, (i + 1) * each);
        }
        return split;
    }

    /** Batches of one and two pass, too; a pass of other shapes is refused by the model itself. */
    private Check shapes() {
        ImageShape shape = vae.spec().shape();
        pass(Arrays.copyOf(probes, shape.size()));
        pass(Arrays.copyOf(probes, 2 * shape.size()));
        return new Check(
                "shapes",
                Outcome.PASS,
                "takes " + shape + " images, in batches of 1, 2 and " + rows() + "; gives "
                        + (vae.spec().posterior() == PosteriorFamily.GAUSSIAN ? "mean and sigma" : "a mean") + " of "
                        + vae.spec().latent() + " latents, and images back");
    }

    private Check finite(Pass pass) {
        boolean gaussian = vae.spec().posterior() == PosteriorFamily.GAUSSIAN;
        String wrong = !finite(pass.mean())
                ? "posterior means"
                : !finite(pass.stdDev())
                        ? "posterior standard deviations"
                        : !finite(pass.reconstruction()) ? "reconstructions" : null;
        if (wrong != null) {
            return new Check(
                    "numbers", Outcome.FAIL, wrong + " are not finite: check the weights, and what gives says");
        }
        boolean positive = !gaussian || all(pass.stdDev(), value -> value > 0);
        return new Check(
                "numbers",
                positive ? Outcome.PASS : Outcome.FAIL,
                positive
                        ? "all finite" + (gaussian ? ", sigma greater than zero" : "")
                        : "sigma is not greater than zero everywhere: check what encoder.gives says of the second output, or"
                                + " say posterior: deterministic");
    }

    private interface Holds {
        boolean of(float value);
    }

    private static boolean finite(float[][] values) {
        return all(values, Float::isFinite);
    }

    private static boolean all(float[][] values, Holds holds) {
        for (float[] row : values) {
            for (float value : row) {
                if (!holds.of(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Check determinism(Pass first) {
        Pass second = pass(probes);
        double difference = 0;
        for (int i = 0; i < rows(); i++) {
            difference = Math.max(difference, difference(first, i, second, i));
        }
        return difference == 0
                ? new Check("determinism", Outcome.PASS, "two passes give the same numbers, bit for bit")
                : new Check(
                        "determinism",
                        Outcome.FAIL,
                        "two passes differ by " + number(difference)
                                + ": does the encoder sample, or was dropout left on? export the mean, after model.eval()");
    }

    /** Each row alone and each row among strangers, against the row in its batch. */
    private Check company(Pass together) {
        ImageShape shape = vae.spec().shape();
        int size = shape.size();
        float[] strangers = new float[probes.length];
        Noise.Stream stream = noise.stream(0, "strangers", 0);
        ValueRange range = vae.spec().range();
        for (int i = 0; i < strangers.length; i++) {
            strangers[i] = (float) (range.low() + stream.nextDouble() * (range.high() - range.low()));
        }
        double alone = 0;
        double among = 0;
        for (int i = 0; i < rows(); i++) {
            float[] row = Arrays.copyOfRange(probes, i * size, (i + 1) * size);
            alone = Math.max(alone, difference(together, i, pass(row), 0));
            float[] company = strangers.clone();
            int place = rows() - 1 - i;
            System.arraycopy(row, 0, company, place * size, size);
            among = Math.max(among, difference(together, i, pass(company), place));
        }
        double worst = Math.max(alone, among);
        return worst <= COMPANY
                ? new Check(
                        "batch independence",
                        Outcome.PASS,
                        "a row is the same alone and among other rows, to " + number(worst))
                : new Check(
                        "batch independence",
                        Outcome.FAIL,
                        "a row depends on the other rows of its batch, by " + number(worst)
                                + ": was batch normalisation left in training mode? call model.eval() before the export");
    }

    private static double difference(Pass a, int i, Pass b, int j) {
        return Math.max(
                difference(a.mean()[i], b.mean()[j]),
                Math.max(
                        difference(a.stdDev()[i], b.stdDev()[j]),
                        difference(a.reconstruction()[i], b.reconstruction()[j])));
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) a[i] - b[i]) / Math.max(1, Math.abs((double) a[i]));
            if (Double.isNaN(difference)) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }

    private Check sigma(Pass pass) {
        if (vae.spec().posterior() == PosteriorFamily.DETERMINISTIC) {
            return new Check(
                    "sigma",
                    Outcome.WARN,
                    "the posterior is deterministic: sigma is 0, and bounds that are measured in it are withheld");
        }
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        double varies = 0;
        for (float[] row : pass.stdDev()) {
            for (int k = 0; k < row.length; k++) {
                low = Math.min(low, row[k]);
                high = Math.max(high, row[k]);
                varies = Math.max(varies, Math.abs(row[k] / pass.stdDev()[0][k] - 1));
            }
        }
        String between = "sigma is from " + number(low) + " to " + number(high);
        return varies > CONSTANT
                ? new Check("sigma", Outcome.PASS, between + ", and follows the image")
                : new Check(
                        "sigma",
                        Outcome.WARN,
                        between + ", the same for every image: attacks on the variance can do nothing");
    }

    private Check range(Pass pass) {
        ValueRange range = vae.spec().range();
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float[] row : pass.reconstruction()) {
            for (float value : row) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        float slack = 1e-4f * (range.high() - range.low());
        String found = "reconstructions lie in [" + number(low) + ", " + number(high) + "], images in ["
                + number(range.low()) + ", " + number(range.high()) + "]";
        if (low >= range.low() - slack && high <= range.high() + slack) {
            return new Check("range", Outcome.PASS, found);
        }
        boolean gaussian = vae.spec().family() == LikelihoodSpec.Family.GAUSSIAN;
        return gaussian
                ? new Check("range", Outcome.WARN, found + ": the mean of a Gaussian may leave the range")
                : new Check(
                        "range",
                        Outcome.FAIL,
                        found + ": want means of a " + vae.spec().family().id()
                                + " in [0, 1]; does the decoder give logits, or normalised values?");
    }

    /** d mean / d image, against central differences along the gradient itself. */
    private Check encoderGradient() {
        return gradient(
                "gradient of the encoder",
                TensorCopies::images,
                probes,
                vae.spec().shape(),
                0.1 * (vae.spec().range().high() - vae.spec().range().low()),
                x -> weighted(vae.encode(x).mean(), "encoder"),
                "mean");
    }

    /** d reconstruction / d latents at the posterior means, likewise. */
    private Check decoderGradient() {
        float[][] means = pass(probes).mean();
        float[] latents = new float[rows() * vae.spec().latent()];
        for (int i = 0; i < means.length; i++) {
            System.arraycopy(means[i], 0, latents, i * vae.spec().latent(), means[i].length);
        }
        return gradient(
                "gradient of the decoder",
                (values, shape) ->
                        TensorCopies.tensor(values, rows(), vae.spec().latent()),
                latents,
                vae.spec().shape(),
                0.1,
                z -> weighted(vae.decode(z).flatten(1, -1), "decoder"),
                "reconstruction");
    }

    private interface Placed {
        Tensor of(float[] values, ImageShape shape);
    }

    private interface Value {
        /** {@code [rows]}. */
        Tensor of(Tensor input);
    }

    /** A fixed random combination of each row's values, {@code [rows]}. */
    private Tensor weighted(Tensor values, String whose) {
        float[] weights = new float[(int) values.size(1)];
        noise.stream(0, whose, 0).gaussians(weights, 0, weights.length);
        return values.mv(TensorCopies.tensor(weights, weights.length));
    }

    private Check gradient(
            String name, Placed placed, float[] at, ImageShape shape, double furthest, Value value, String of) {
        float[][] gradient = gradient(placed, at, shape, value);
        if (gradient == null) {
            return new Check(
                    name,
                    Outcome.FAIL,
                    "there is no gradient of the " + of
                            + " with respect to the input: was it exported under detach, no_grad or with a fixed output?");
        }
        double largest = 0;
        double worst = 0;
        int compared = 0;
        for (int i = 0; i < gradient.length; i++) {
            double norm = norm(gradient[i]);
            if (Double.isNaN(norm) || Double.isInfinite(norm)) {
                return new Check(name, Outcome.FAIL, "the gradient of the " + of + " is not finite");
            }
            largest = Math.max(largest, norm);
        }
        if (largest == 0) {
            return new Check(
                    name, Outcome.FAIL, "the gradient of the " + of + " is zero for every probe: attacks need one");
        }
        for (int i = 0; i < gradient.length; i++) {
            double norm = norm(gradient[i]);
            if (norm > 1e-3 * largest) {
                worst = Math.max(worst, disagreement(placed, at, shape, value, gradient[i], i, norm, furthest));
                compared++;
            }
        }
        String found = "finite, norm up to " + number(largest) + "; differs from finite differences by at most "
                + number(100 * worst) + " % at " + compared + " places";
        Outcome outcome = worst <= DERIVATIVE ? Outcome.PASS : worst <= NO_DERIVATIVE ? Outcome.WARN : Outcome.FAIL;
        return new Check(
                name,
                outcome,
                outcome == Outcome.FAIL ? found + ": it is not the derivative of what the model computes" : found);
    }

    private static float @Nullable [][] gradient(Placed placed, float[] at, ImageShape shape, Value value) {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = placed.of(at, shape);
            x.set_requires_grad(true);
            Tensor sum = value.of(x).sum();
            Tensor found;
            try {
                found = torch.grad(
                                new TensorVector(sum),
                                new TensorVector(x),
                                new TensorVector(),
                                new BoolOptional(false),
                                false,
                                true)
                        .get(0);
            } catch (BadInputException e) {
                throw e;
            } catch (RuntimeException e) {
                // LibTorch: nothing in the graph asks for one.
                return null;
            }
            return found.defined() ? rows(found.flatten(1, -1)) : null;
        }
    }

    /** Relative to the norm, at the best of some steps: a kink of an activation spoils one more easily than all. */
    private static double disagreement(
            Placed placed,
            float[] at,
            ImageShape shape,
            Value value,
            float[] gradient,
            int row,
            double norm,
            double furthest) {
        double best = Double.POSITIVE_INFINITY;
        for (double share : new double[] {1, 0.1, 0.01}) {
            double step = share * Math.min(furthest, 0.1 / norm);
            double there = moved(placed, at, shape, value, gradient, row, step / norm);
            double back = moved(placed, at, shape, value, gradient, row, -step / norm);
            best = Math.min(best, Math.abs((there - back) / (2 * step) - norm) / norm);
        }
        return best;
    }

    @SuppressWarnings("try") // The scope and the guard act by being open.
    private static double moved(
            Placed placed, float[] at, ImageShape shape, Value value, float[] direction, int row, double by) {
        float[] there = at.clone();
        for (int i = 0; i < direction.length; i++) {
            there[row * direction.length + i] += (float) (by * direction[i]);
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return TensorCopies.doubles(value.of(placed.of(there, shape)))[row];
        }
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
