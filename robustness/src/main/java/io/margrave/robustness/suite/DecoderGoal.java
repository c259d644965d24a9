package io.margrave.robustness.suite;

import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.Vae;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What is wanted of a latent z = mu(x) that is itself perturbed; what the engine calls inputs are latents here, {@code [points,
 * latent]}. No noise: the decoder has none.
 *
 * @param targeted whether g(z+d) is to be g(mu(x_t)), -|g(z+d) - g(mu(x_t))|^2; else it is to be far from g(z), |g(z+d) - g(z)|
 */
record DecoderGoal(boolean targeted) implements GoalKind {

    @Override
    public String id() {
        return targeted ? "output-reconstruction" : "max-damage";
    }

    @Override
    public String title() {
        return targeted ? "|g(z+d) - g(mu(x_t))|^2 made small" : "|g(z+d) - g(z)| made large";
    }

    @Override
    public AttackGoal of(Scene scene) {
        Vae vae = scene.map().vae();
        if (targeted) {
            Tensor targets = scene.targets();
            if (targets == null) {
                throw new IllegalArgumentException("want targets for an attack on latents with goal " + id());
            }
            Tensor wanted = vae.decode(
                            vae.encode(Reconstruction.asImages(vae, targets)).mean())
                    .flatten(1, -1)
                    .detach();
            return (latents, step) -> vae.decode(latents)
                    .flatten(1, -1)
                    .sub(wanted)
                    .square()
                    .sum(1)
                    .neg();
        }
        Tensor reference = scene.map().reference();
        return (latents, step) -> torch.linalg_vector_norm(
                vae.decode(latents).flatten(1, -1).sub(reference),
                new Scalar(2),
                new long[] {1},
                false,
                new ScalarTypeOptional());
    }
}
