package io.margrave.vae.training;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What training maximises. Each term is reported by name. */
public interface Objective {

    /** As model files spell it: {@code elbo}, {@code beta}, {@code vib}, ... */
    String name();

    /**
     * The objective for one batch, with its gradient.
     *
     * @param learner the model in training
     * @param batch images, what they are labelled, noise
     * @param epochs trained so far, fractions included: terms may be weighted by it
     */
    Value value(Learner learner, Batch batch, double epochs);

    /**
     * What held-out images are scored by: the objective as it is once all warm-up is over.
     *
     * @param measured on them
     */
    double heldOut(HeldOut measured);

    /** Whether {@link Batch#directions} are needed, and |J|_F^2 of held-out images. */
    boolean penalisesJacobian();

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
