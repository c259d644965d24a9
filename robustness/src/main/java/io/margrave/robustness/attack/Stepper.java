package io.margrave.robustness.attack;

import org.bytedeco.pytorch.Tensor;

/** How an ascent moves: from an iterate, its objective and its gradient to the next iterate. */
@FunctionalInterface
interface Stepper {

    /**
     * The next iterates. A stepper that remembers anything keeps it in tensors that are older than the loop.
     *
     * @param iterate {@code [rows, features]}; not changed
     * @param gradient of the objective there, {@code [rows, features]}: finite
     * @param objective there, one a row; may be NaN
     * @param step number of the step, from 0
     * @return {@code [rows, features]}, inside ball and range
     */
    Tensor next(Tensor iterate, Tensor gradient, double[] objective, int step);
}
