package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a classifier of our own layers but its weights.
 *
 * @param kind one that predicts a class
 * @param shape of one image
 * @param range of its values
 * @param latent latent dimension, greater than zero
 * @param classes at least two
 * @param architecture of the encoder; from the latent to the logits there is one linear layer
 * @param sigmaFloor S where the posterior's standard deviation is sqrt(sigma^2 + S^2), at least zero; 0 for none
 * @param provenance how it was trained; null where it was not
 */
public record ClassifierSpec(
        ModelKind kind,
        ImageShape shape,
        ValueRange range,
        int latent,
        int classes,
        Architecture architecture,
        double sigmaFloor,
        @Nullable TrainingProvenance provenance) {

    public ClassifierSpec {
        if (kind.reconstructs()) {
            throw new IllegalArgumentException("want kind vib or classifier, got " + kind.id());
        }
        ImageEncoder.check(latent, kind.posterior(), sigmaFloor);
        if (classes < 2) {
            throw new IllegalArgumentException("want at least two classes, got " + classes);
        }
    }

    /** The same classifier, trained. */
    public ClassifierSpec trained(TrainingProvenance trained) {
        return new ClassifierSpec(kind, shape, range, latent, classes, architecture, sigmaFloor, trained);
    }
}
