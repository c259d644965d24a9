package io.margrave.robustness.goal;

import io.margrave.data.BadInputException;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Changes what a classifier on mu predicts: the objective is the best other logit less the logit of the class that is predicted from
 * mu(x), both at mu(x+d) (Carlini and Wagner 2017). Above zero the prediction has changed.
 *
 * @param classifier that is to err; null where none is known yet: then the goal has a name but can't be pursued
 */
public record DownstreamGoal(@Nullable Classifier classifier) implements GoalKind {

    @Override
    public String id() {
        return "downstream";
    }

    @Override
    public String title() {
        return "a probe's prediction from mu(x+d) made another one than from mu(x)";
    }

    @Override
    public void check(VaeSpec model) {
        known();
    }

    private Classifier known() {
        if (classifier == null) {
            throw new BadInputException("want a probe for goal " + id()
                    + ", got none: set probe to logistic or to the path of a TorchScript file");
        }
        return classifier;
    }

    @Override
    public AttackGoal of(Scene scene) {
        Classifier known = known();
        Vae vae = scene.map().vae();
        Tensor clean = known.logits(scene.map().anchor().mean()).detach();
        Tensor predicted = torch.one_hot(clean.argmax(new LongOptional(1), false), clean.size(1))
                .toType(torch.ScalarType.Bool);
        return (inputs, step) -> {
            Tensor logits = known.logits(
                    vae.encode(Reconstruction.asImages(vae, inputs)).mean());
            Tensor own = torch.where(predicted, logits, new Scalar(0)).sum(1);
            Tensor others = torch.where(predicted, new Scalar(Double.NEGATIVE_INFINITY), logits);
            return others.amax(new long[] {1}, false).sub(own);
        };
    }
}
