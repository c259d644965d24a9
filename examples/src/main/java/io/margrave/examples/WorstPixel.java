package io.margrave.examples;

import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import org.bytedeco.pytorch.Tensor;

/** E max_j |g_j(mu(x+d) + eta sigma(x+d)) - g_j(mu(x))|: one pixel of the reconstruction is to go as wrong as it can. */
public final class WorstPixel implements GoalKind {
    @Override
    public String id() {
        return "worst-pixel";
    }

    @Override
    public String title() {
        return "the largest error of any pixel made large";
    }

    @Override
    public AttackGoal of(Scene scene) {
        Tensor clean = scene.map().reference().unsqueeze(1);
        return (inputs, step) -> {
            Tensor outputs = scene.map().at(inputs).outputs(scene.noise().get());
            return outputs.sub(clean).abs().amax(new long[] {2}, false).mean(1);
        };
    }
}
