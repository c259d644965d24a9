package io.margrave.vae.training;

import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * E log p(x|z) - beta KL(q(z|x) || p(z)) - w |J|_F^2: the evidence lower bound at beta 1 and w 0 (Kingma and Welling 2014), the beta-VAE's
 * objective at another beta (Higgins et al. 2017). With a class y for the image x in p(x|z) it is that of the variational information
 * bottleneck (Alemi et al. 2017). Of a deterministic posterior z is mu(x) and there is no KL term: a log-likelihood remains.
 *
 * <p>J = d mu/d x, and its squared norm is estimated from one random projection an image ({@link SquaredJacobian}).
 *
 * @param name as model files spell it
 * @param beta weight of the KL term, finite, at least zero
 * @param warmUpEpochs over which that weight grows from 0 in a straight line, at least zero
 * @param jacobianPenalty w, nats for a squared latent unit a squared input unit, finite, at least zero
 */
public record Elbo(String name, double beta, int warmUpEpochs, double jacobianPenalty) implements Objective {
    public Elbo {
        if (!(beta >= 0 && beta < Double.POSITIVE_INFINITY) || warmUpEpochs < 0) {
            throw new IllegalArgumentException(
                    "want beta >= 0 and warm-up epochs >= 0, got " + beta + " and " + warmUpEpochs);
        }
        if (!(jacobianPenalty >= 0 && jacobianPenalty < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("want a finite jacobian penalty >= 0, got " + jacobianPenalty);
        }
    }

    /** Without a penalty, under the name that a VAE's objective has. */
    public Elbo(double beta, int warmUpEpochs) {
        this(beta == 1 ? "elbo" : "beta", beta, warmUpEpochs, 0);
    }

    /**
     * The weight of the KL term after some training.
     *
     * @param epochs trained so far, fractions included
     */
    public double betaAfter(double epochs) {
        return warmUpEpochs == 0 ? beta : beta * Math.min(1, epochs / warmUpEpochs);
    }

    @Override
    public boolean penalisesJacobian() {
        return jacobianPenalty > 0;
    }

    @Override
    public Value value(Learner learner, Batch batch, double epochs) {
        // A leaf of its own, so that there is a gradient with respect to the images.
        Tensor images = penalisesJacobian() ? batch.images().detach() : batch.images();
        if (penalisesJacobian()) {
            images.set_requires_grad(true);
        }
        GaussianPosterior posterior = learner.encode(images);
        boolean random = learner.posterior() == PosteriorFamily.GAUSSIAN;
        Tensor latents = random ? posterior.sample(batch.noise()).flatten(0, 1) : posterior.mean();
        Tensor logLikelihood = learner.logProbability(batch, latents).mean();
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("log-likelihood", logLikelihood);
        Tensor objective = logLikelihood;
        if (random) {
            Tensor kl = posterior.klToStandardNormal().mean();
            terms.put("kl", kl);
            objective = objective.sub(kl.mul(new Scalar(betaAfter(epochs))));
        }
        if (penalisesJacobian()) {
            Tensor squared = SquaredJacobian.estimate(posterior.mean(), images, directions(batch), true)
                    .mean();
            terms.put("squared jacobian", squared);
            objective = objective.sub(squared.mul(new Scalar(jacobianPenalty)));
        }
        return new Value(objective, terms);
    }

    private static Tensor directions(Batch batch) {
        Tensor directions = batch.directions();
        if (directions == null) {
            throw new IllegalArgumentException("want directions to project the Jacobian on, got none");
        }
        return directions;
    }

    @Override
    public double heldOut(HeldOut measured) {
        // Of a deterministic posterior the KL is not measured, and 0.
        return measured.logLikelihood() - beta * measured.kl() - jacobianPenalty * measured.squaredJacobian();
    }
}
