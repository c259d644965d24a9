package io.margrave.robustness.goal;

import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;

/**
 * Moves the posterior: towards that of a target (Tabacof et al. 2016, Gondim-Ribeiro et al. 2018), or away from that of the input
 * itself (Camuto et al. 2021).
 *
 * <p>Untargeted, the input is where the divergence is smallest: its gradient is zero there, and a search has to start elsewhere.
 *
 * @param divergence of q(z|x+d) from the other posterior
 * @param targeted whether the other posterior is the target's and the divergence is made small; else it is q(z|x), and made large
 */
public record LatentGoal(Divergence divergence, boolean targeted) implements GoalKind {

    @Override
    public String id() {
        return (targeted ? "latent-" : "untargeted-") + divergence.id();
    }

    @Override
    public String title() {
        return targeted ? divergence.title("q(z|x_t)") + " made small" : divergence.title("q(z|x)") + " made large";
    }

    @Override
    public void check(VaeSpec model) {
        if (divergence.wantsSpread()) {
            Encodings.wantGaussian(model, id(), new LatentGoal(Divergence.MEAN, targeted).id());
        }
    }

    @Override
    public AttackGoal of(Scene scene) {
        Vae vae = scene.map().vae();
        check(vae.spec());
        if (targeted) {
            GaussianPosterior target = Encodings.posterior(vae, Encodings.targets(scene, id()));
            return (inputs, step) -> divergence
                    .of(vae.encode(Reconstruction.asImages(vae, inputs)), target)
                    .neg();
        }
        GaussianPosterior clean = scene.map().anchor();
        return (inputs, step) -> divergence.of(vae.encode(Reconstruction.asImages(vae, inputs)), clean);
    }
}
