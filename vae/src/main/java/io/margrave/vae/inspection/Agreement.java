package io.margrave.vae.inspection;

import io.margrave.data.TensorData;
import io.margrave.results.Check;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.ModelReference;
import io.margrave.vae.model.Vae;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Whether a model does here what it did where it was exported. */
final class Agreement {
    /** Largest |here - there| / max(1, |there|). */
    static final double TOLERANCE = 1e-5;

    private static final String NAME = "reference";

    private Agreement() {}

    @SuppressWarnings("try") // The scope and the guard act by being open.
    static Check check(Vae vae, @Nullable ModelReference reference) {
        if (reference == null) {
            return new Check(
                    NAME,
                    Check.Outcome.WARN,
                    "no reference.safetensors: whether the model gives the same numbers here as in Python is not known");
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor inputs =
                    TensorCopies.images(reference.inputs().values(), vae.spec().shape());
            GaussianPosterior posterior = vae.encode(inputs);
            TensorData stdDev = reference.stdDev();
            double mean = difference(posterior.mean(), reference.mean());
            double spread = stdDev == null ? 0 : difference(posterior.stdDev(), stdDev);
            double reconstruction = difference(
                    vae.decode(TensorCopies.tensor(
                            reference.mean().values(),
                            reference.mean().shape().get(0),
                            vae.spec().latent())),
                    reference.reconstruction());
            boolean agrees = mean <= TOLERANCE && spread <= TOLERANCE && reconstruction <= TOLERANCE;
            return new Check(
                    NAME,
                    agrees ? Check.Outcome.PASS : Check.Outcome.FAIL,
                    String.format(
                            Locale.ROOT,
                            "%s with reference.safetensors on %d inputs: mean to %.1e, %sreconstruction to %.1e; want %.0e"
                                    + " relative to max(1, |value|)%s",
                            agrees ? "agrees" : "does not agree",
                            reference.inputs().shape().get(0),
                            mean,
                            stdDev == null ? "" : String.format(Locale.ROOT, "standard deviation to %.1e, ", spread),
                            reconstruction,
                            TOLERANCE,
                            agrees ? "" : ": check normalization, gives and range in model.yaml, or export again"));
        }
    }

    private static double difference(Tensor here, TensorData there) {
        float[] values = TensorCopies.floats(here);
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            double wanted = there.values()[i];
            double difference = Math.abs(values[i] - wanted) / Math.max(1, Math.abs(wanted));
            if (Double.isNaN(difference)) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
