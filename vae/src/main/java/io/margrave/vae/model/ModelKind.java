package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a model is for and whether its latent is random. */
public enum ModelKind {
    /** Reconstructs from a Gaussian posterior (Kingma and Welling 2014). */
    VAE(PosteriorFamily.GAUSSIAN, true),
    /** The same network without noise: reconstructs from mu(x). */
    AE(PosteriorFamily.DETERMINISTIC, true),
    /** A variational information bottleneck: predicts a class from a Gaussian posterior (Alemi et al. 2017). */
    VIB(PosteriorFamily.GAUSSIAN, false),
    /** The same network without noise: predicts a class from mu(x). */
    CLASSIFIER(PosteriorFamily.DETERMINISTIC, false);

    private final PosteriorFamily posterior;
    private final boolean reconstructs;

    ModelKind(PosteriorFamily posterior, boolean reconstructs) {
        this.posterior = posterior;
        this.reconstructs = reconstructs;
    }

    /** As plans and model files spell it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** q(z|x). */
    public PosteriorFamily posterior() {
        return posterior;
    }

    /** Whether it is a {@link Vae}; else it is an {@link ImageClassifier}. */
    public boolean reconstructs() {
        return reconstructs;
    }

    /** Whether its latent is mu(x): there is no KL term, and no beta. */
    public boolean deterministic() {
        return posterior == PosteriorFamily.DETERMINISTIC;
    }

    /** The model of that posterior which reconstructs. */
    static ModelKind reconstructing(PosteriorFamily posterior) {
        return posterior == PosteriorFamily.DETERMINISTIC ? AE : VAE;
    }

    /**
     * The kind of that spelling.
     *
     * @throws BadInputException where there is none
     */
    public static ModelKind of(String id) {
        return Arrays.stream(values())
                .filter(kind -> kind.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new BadInputException("want kind "
                        + Arrays.stream(values()).map(ModelKind::id).collect(Collectors.joining(", ")) + ", got '"
                        + id.replaceAll("\\p{Cntrl}", "?").substring(0, Math.min(60, id.length())) + "'"));
    }
}
