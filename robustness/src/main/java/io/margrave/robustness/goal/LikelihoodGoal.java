package io.margrave.robustness.goal;

import io.margrave.data.BadInputException;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Prior;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * The L_VAE attack of Kos et al. (2018): the attacked input is encoded so that the target is explained well. The objective is the
 * target's ELBO, E log p(x_t|z) - KL(q(z|x+d) || p(z)) with z from q(z|x+d), in nats.
 */
public record LikelihoodGoal() implements GoalKind {

    @Override
    public String id() {
        return "l-vae";
    }

    @Override
    public String title() {
        return "the target's -ELBO under q(z|x+d) made small (Kos et al. 2018)";
    }

    @Override
    public boolean targeted() {
        return true;
    }

    @Override
    public void check(VaeSpec model) {
        Encodings.wantGaussian(model, id(), "output");
        if (model.prior() != Prior.STANDARD_NORMAL) {
            throw new BadInputException("want a standard normal prior for goal " + id()
                    + ", got another, under which the ELBO is not known: use output");
        }
    }

    @Override
    public AttackGoal of(Scene scene) {
        Vae vae = scene.map().vae();
        check(vae.spec());
        Tensor targets = Reconstruction.asImages(vae, Encodings.targets(scene, id()));
        return (inputs, step) -> {
            GaussianPosterior posterior = vae.encode(Reconstruction.asImages(vae, inputs));
            Tensor noise = scene.noise().get();
            long draws = noise.size(1);
            Tensor parameters = vae.decodeParameters(posterior.sample(noise).flatten(0, 1));
            Tensor repeated = targets.repeat_interleave(draws, new LongOptional(0), new LongOptional());
            Tensor logLikelihood = vae.likelihood()
                    .logProbability(repeated, parameters)
                    .view(targets.size(0), draws)
                    .mean(1);
            return logLikelihood.sub(posterior.klToStandardNormal());
        };
    }
}
