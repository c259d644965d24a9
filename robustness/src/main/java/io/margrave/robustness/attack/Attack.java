package io.margrave.robustness.attack;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.Reconstruction;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Perturbs a batch of inputs: a goal and a way of searching for it. What plans run and what checks are run on. */
@FunctionalInterface
public interface Attack {

    /**
     * Searches.
     *
     * @return perturbed inputs in the caller's {@code PointerScope}, inside the ball and the range of the request
     */
    Attacked perturb(Request request);

    /**
     * What to attack and how hard.
     *
     * @param clean the reconstructions around the points, as measured; the attack searches on what {@code effort.precision} makes of
     *     it, in bfloat16 or not
     * @param ball the points, their range and the norm
     * @param radii one a point, at least 0, in the ball's norm; the largest that the range allows under a penalty
     * @param weight of the norm as a penalty; null where it is a constraint
     * @param targets the points' targets, {@code [points, features]}; null where the goal has none
     * @param starts directions tried first, each {@code [points, features]}; restarts beyond them start at random, and so do all of a method
     *     that asks for no gradient
     * @param points number of each point within its split
     * @param noise names the run and the model
     * @param name of the attack: part of the name of its noise
     * @param effort steps, draws a step and restarts
     * @param stepScale that all step sizes are multiplied with: 1 but for a check
     */
    record Request(
            Reconstruction clean,
            Ball ball,
            double[] radii,
            @Nullable Double weight,
            @Nullable Tensor targets,
            List<Tensor> starts,
            int[] points,
            Noise noise,
            String name,
            SearchEffort effort,
            double stepScale) {}

    /**
     * What came of it.
     *
     * @param perturbed {@code [points, features]}
     * @param chosen objective of each point's best restart, less the penalty where there is one, on the noise that it was chosen on:
     *     larger is worse for the model; negative infinity where no restart gave a number, and the input stays as it is
     * @param trace mean objective over points at each step of the best restart, on the search's own noise; empty where there are no steps
     * @param forwards encodings and decodings a point, each counted once; with its share of what was fitted for all points, if anything
     * @param backwards gradients a point, likewise
     */
    record Attacked(Tensor perturbed, double[] chosen, double[] trace, long forwards, long backwards) {}
}
