package io.margrave.robustness.goal;

import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.Vae;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes the reconstruction another image: -|g(mu(x+d)) - y|^2 (Tabacof et al. 2016), in squared input units.
 *
 * @param reconstructed whether y is g(mu(x_t)), which the model can reach, instead of the target x_t itself
 */
public record OutputGoal(boolean reconstructed) implements GoalKind {

    @Override
    public String id() {
        return reconstructed ? "output-reconstruction" : "output";
    }

    @Override
    public String title() {
        return "|g(mu(x+d)) - " + (reconstructed ? "g(mu(x_t))" : "x_t") + "|^2 made small";
    }

    @Override
    public boolean targeted() {
        return true;
    }

    @Override
    public AttackGoal of(Scene scene) {
        Vae vae = scene.map().vae();
        Tensor targets = Encodings.targets(scene, id());
        Tensor wanted = reconstructed
                ? vae.decode(Encodings.posterior(vae, targets).mean())
                        .flatten(1, -1)
                        .detach()
                : targets;
        return (inputs, step) -> {
            Tensor mean = vae.encode(Reconstruction.asImages(vae, inputs)).mean();
            return vae.decode(mean).flatten(1, -1).sub(wanted).square().sum(1).neg();
        };
    }
}
