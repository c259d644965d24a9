package io.margrave.robustness.goal;

import io.margrave.data.BadInputException;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import org.bytedeco.pytorch.Tensor;

/** What goals compare with: targets and their posteriors, which no gradient goes through. */
final class Encodings {
    private Encodings() {}

    /** The posteriors of some inputs, {@code [points, latent]}, as constants. */
    static GaussianPosterior posterior(Vae vae, Tensor inputs) {
        GaussianPosterior posterior = vae.encode(Reconstruction.asImages(vae, inputs));
        return new GaussianPosterior(
                posterior.mean().detach(), posterior.stdDev().detach());
    }

    /** The targets of a scene, {@code [points, features]}. */
    static Tensor targets(GoalKind.Scene scene, String goal) {
        Tensor targets = scene.targets();
        if (targets == null) {
            throw new IllegalArgumentException("want targets for goal " + goal + ", got none");
        }
        return targets;
    }

    /** Refuses an encoder without a spread for a goal that divides by it. */
    static void wantGaussian(VaeSpec model, String goal, String instead) {
        if (model.posterior() != PosteriorFamily.GAUSSIAN) {
            throw new BadInputException("want a Gaussian posterior for goal " + goal + ", got a "
                    + model.posterior().id() + " one: use " + instead);
        }
    }
}
