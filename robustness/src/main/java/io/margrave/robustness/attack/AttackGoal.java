package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Tensor;

/** What an adversary wants: one number a point, to be made large. */
@FunctionalInterface
public interface AttackGoal {
    /**
     * The objective, differentiable in {@code inputs}.
     *
     * @param inputs perturbed inputs, {@code [points, features]}
     * @param step number of the step, from 0: noise may differ from step to step
     * @return {@code [points]}; row i depends on row i of the inputs alone
     */
    Tensor objective(Tensor inputs, int step);
}
