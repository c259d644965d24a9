package io.margrave.vae.training;

import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * E log p(x|z) - beta KL(q(z|x) || p(z)): the evidence lower bound at beta 1 (Kingma and Welling 2014), the beta-VAE's
 * objective otherwise (Higgins et al. 2017).
 *
 * @param beta weight of the KL term, finite, at least zero
 * @param warmUpEpochs over which that weight grows from 0 in a straight line, at least zero
 */
public record Elbo(double beta, int warmUpEpochs) implements Objective {
    public Elbo {
        if (!(beta >= 0 && beta < Double.POSITIVE_INFINITY) || warmUpEpochs < 0) {
            throw new IllegalArgumentException(
                    "want beta >= 0 and warm-up epochs >= 0, got " + beta + " and " + warmUpEpochs);
        }
    }

    @Override
    public String name() {
        return beta == 1 ? "elbo" : "beta";
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
    public Value value(Vae vae, Tensor images, Tensor noise, double epochs) {
        long draws = noise.size(1);
        GaussianPosterior posterior = vae.encode(images);
        Tensor latents = posterior.sample(noise).flatten(0, 1);
        Tensor repeated =
                draws == 1 ? images : images.repeat_interleave(draws, new LongOptional(0), new LongOptional());
        Tensor logLikelihood = vae.likelihood()
                .logProbability(repeated, vae.decodeParameters(latents))
                .mean();
        Tensor kl = posterior.klToStandardNormal().mean();
        Map<String, Tensor> terms = new LinkedHashMap<>();
        terms.put("log-likelihood", logLikelihood);
        terms.put("kl", kl);
        return new Value(logLikelihood.sub(kl.mul(new Scalar(betaAfter(epochs)))), terms);
    }

    @Override
    public double heldOut(double logLikelihood, double kl) {
        return logLikelihood - beta * kl;
    }
}
