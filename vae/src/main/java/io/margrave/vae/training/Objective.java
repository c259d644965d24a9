package io.margrave.vae.training;

import io.margrave.vae.model.Vae;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What training maximises. Each term is reported by name. */
public interface Objective {

    /** As model files spell it: {@code elbo}, {@code beta}. */
    String name();

    /**
     * The objective for one batch, with its gradient.
     *
     * @param vae in training
     * @param images {@code [batch, channels, height, width]}
     * @param noise standard normal, {@code [batch, draws, latent]}
     * @param epochs trained so far, fractions included: terms may be weighted by it
     */
    Value value(Vae vae, Tensor images, Tensor noise, double epochs);

    /**
     * What held-out images are scored by: the objective as it is once all warm-up is over, from its two parts.
     *
     * @param logLikelihood nats an image
     * @param kl nats an image
     */
    double heldOut(double logLikelihood, double kl);

    /** Epochs before the objective has taken its final form; early stopping waits for them. */
    int warmUpEpochs();

    /**
     * The objective for one batch.
     *
     * @param objective to maximise, a single number, nats an image
     * @param terms its parts by name, each a single number, nats an image, before weighting
     */
    record Value(Tensor objective, Map<String, Tensor> terms) {}
}
