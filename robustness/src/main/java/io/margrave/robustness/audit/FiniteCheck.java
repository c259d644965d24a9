package io.margrave.robustness.audit;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.results.EncoderNorms;
import io.margrave.vae.model.PosteriorFamily;
import java.util.Arrays;
import java.util.List;

/** Refuses a model whose numbers overflow: everything measured of it would be a number by accident. */
public final class FiniteCheck {
    private FiniteCheck() {}

    /**
     * Checks what an audit or an attack begins with.
     *
     * @param model its name
     * @param points indices of the inputs within {@code images}
     * @param norms one a point
     * @param distances {@code [points][draws]}, of clean reconstructions; or other numbers of clean draws
     * @param posterior the model's: where it is deterministic sigma is 0
     * @throws BadInputException naming the model and the first image that it can't take
     */
    public static void of(
            String model,
            ImageSet images,
            int[] points,
            List<EncoderNorms> norms,
            double[][] distances,
            PosteriorFamily posterior) {
        for (int i = 0; i < points.length; i++) {
            EncoderNorms encoder = norms.get(i);
            boolean sigma = posterior == PosteriorFamily.DETERMINISTIC
                    || (encoder.minStdDev() > 0 && Double.isFinite(encoder.minStdDev() + encoder.whitened()));
            boolean finite = sigma && Double.isFinite(encoder.frobenius()) && finite(distances[i]);
            if (!finite) {
                throw new BadInputException("want finite numbers from model " + model + ", got others at image "
                        + points[i] + " of " + images.name() + ": train it again, or check its weights");
            }
        }
    }

    /** Checks the reconstructions of one input. */
    static void of(double[] distances) {
        if (!finite(distances)) {
            throw new BadInputException(
                    "want finite numbers from the model, got others at this input: train it again, or check its weights");
        }
    }

    private static boolean finite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }
}
