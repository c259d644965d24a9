package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.results.ModelCard;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.vae.network.Architecture;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code model.yaml} of a model of our own layers says, whichever kind it is of.
 *
 * @param likelihood family of p(x|z), or {@code categorical} of a classifier
 * @param provenance null where nobody trained it
 */
record OwnModel(
        ModelKind kind,
        Architecture architecture,
        int latent,
        String likelihood,
        double sigmaFloor,
        @Nullable TrainingProvenance provenance) {

    static final String CATEGORICAL = "categorical";

    private static final String UNKNOWN = "unknown";

    static OwnModel of(Path folder) {
        if (ModelFolder.holdsClassifier(folder)) {
            ClassifierSpec spec = ModelFolder.classifierSpec(folder);
            return new OwnModel(
                    spec.kind(), spec.architecture(), spec.latent(), CATEGORICAL, spec.sigmaFloor(), spec.provenance());
        }
        NetworkSpec spec = ModelFolder.spec(folder);
        return new OwnModel(
                ModelKind.reconstructing(spec.posterior()),
                spec.architecture(),
                spec.latent(),
                spec.likelihood().family().id(),
                spec.sigmaFloor(),
                spec.provenance());
    }

    ModelCard card(String name, String path, String checksum) {
        TrainingProvenance trained = provenance;
        return new ModelCard(
                name,
                path,
                checksum,
                trained == null ? UNKNOWN : trained.data(),
                trained == null ? UNKNOWN : trained.dataChecksum(),
                architecture.phrase(),
                latent,
                likelihood,
                trained == null ? UNKNOWN : trained.objective(),
                trained == null ? 1 : trained.beta(),
                trained == null ? 0 : trained.seed(),
                trained == null ? 0 : trained.epochs(),
                trained == null ? 0 : trained.seconds(),
                trained == null ? null : trained.testElbo(),
                trained == null ? null : trained.testLogLikelihood(),
                trained == null ? null : trained.testKl(),
                trained == null ? null : trained.activeUnits(),
                trained == null ? List.of() : trained.klPerDimension(),
                Prior.STANDARD_NORMAL.id(),
                kind.posterior().id(),
                told());
    }

    /** What no other field of a card shows; nothing of a plain VAE. */
    private Map<String, String> told() {
        Map<String, String> told = new LinkedHashMap<>();
        if (kind != ModelKind.VAE) {
            told.put("kind", kind.id());
        }
        if (sigmaFloor != 0) {
            told.put("sigma_floor", Double.toString(sigmaFloor));
        }
        TrainingProvenance trained = provenance;
        if (trained != null && trained.jacobianPenalty() != 0) {
            told.put("jacobian_penalty", Double.toString(trained.jacobianPenalty()));
        }
        Double accuracy = trained == null ? null : trained.testAccuracy();
        if (accuracy != null) {
            told.put(ModelFolder.TEST_ACCURACY, accuracy.toString());
        }
        return told;
    }

    ExperimentModel experimentModel(Path folder, String name, int trainImages) {
        TrainingProvenance trained = provenance;
        if (trained == null) {
            throw new BadInputException(
                    folder + " holds a model that nobody trained, want one that margrave train made");
        }
        return new ExperimentModel(
                name,
                trained.data(),
                architecture.id(),
                kind.id(),
                trained.beta(),
                trained.seed(),
                trained.jacobianPenalty(),
                sigmaFloor,
                likelihood,
                latent,
                trainImages,
                trained.epochs(),
                trained.bestEpoch(),
                trained.seconds(),
                trained.testElbo(),
                trained.testLogLikelihood(),
                trained.testKl(),
                trained.activeUnits(),
                trained.testAccuracy(),
                trained.validationHistory());
    }
}
