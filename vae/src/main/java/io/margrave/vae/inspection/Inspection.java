package io.margrave.vae.inspection;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.Check;
import io.margrave.vae.model.ModelReference;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found of a model.
 *
 * @param checks one line each; a FAIL says that no audit of the model would mean anything
 * @param quality on the data; null where there were none
 */
public record Inspection(List<Check> checks, @Nullable Quality quality) {
    /** Images that the structure of a model is checked with. */
    private static final int PROBES = 8;

    public Inspection {
        checks = List.copyOf(checks);
    }

    /** Whether the model can be used. */
    public boolean usable() {
        return checks.stream().noneMatch(check -> check.outcome() == Check.Outcome.FAIL);
    }

    /**
     * Inspects a model: shapes, finite numbers, determinism, independence of rows, gradients, range, agreement with the
     * reference that came with it; on data, how good it is.
     *
     * @param vae the model
     * @param reference what its exporter saw it do; null where nothing came with it
     * @param images of the model's shape and range; null to inspect without data
     * @param indices of the images to measure quality on
     * @param seed of the draws
     * @throws BadInputException where it can't be run at all
     */
    public static Inspection of(
            Vae vae, @Nullable ModelReference reference, @Nullable ImageSet images, int[] indices, long seed) {
        Noise noise = new Noise(seed, "inspection");
        float[] probes = probes(vae, reference, images, indices, noise.stream(0, "probes", 0));
        Structure structure = new Structure(vae, probes, noise);
        List<Check> checks = new ArrayList<>(structure.checks());
        checks.add(Agreement.check(vae, reference));
        boolean usable = checks.stream().noneMatch(check -> check.outcome() == Check.Outcome.FAIL);
        Quality quality =
                images == null || !usable ? null : Quality.measure(vae, images, indices, noise.stream(0, "quality", 0));
        return new Inspection(checks, quality);
    }

    /** Images to try the model with: of the data, else of the reference, else uniform in the range. */
    private static float[] probes(
            Vae vae, @Nullable ModelReference reference, @Nullable ImageSet images, int[] indices, Noise.Stream noise) {
        int size = vae.spec().shape().size();
        float low = vae.spec().range().low();
        float high = vae.spec().range().high();
        float[] probes = new float[Math.multiplyExact(PROBES, size)];
        for (int i = 0; i < probes.length; i++) {
            probes[i] = (float) (low + noise.nextDouble() * (high - low));
        }
        if (images != null) {
            for (int i = 0; i < Math.min(PROBES, indices.length); i++) {
                System.arraycopy(images.image(indices[i]), 0, probes, i * size, size);
            }
        } else if (reference != null) {
            float[] inputs = reference.inputs().values();
            System.arraycopy(inputs, 0, probes, 0, Math.min(inputs.length, probes.length));
        }
        return probes;
    }
}
