package io.margrave.robustness.attack;

import io.margrave.results.SearchEffort;
import org.bytedeco.pytorch.Tensor;

/** How an attack looks for a perturbation, from given starts on. */
@FunctionalInterface
interface Search {

    /**
     * What came of it.
     *
     * @param perturbed {@code [rows, features]}, inside ball and range
     * @param trace objective of each row at each step, on the search's noise: {@code [steps][rows]}
     */
    record Climbed(Tensor perturbed, double[][] trace) {}

    /**
     * Searches.
     *
     * @param batch rows and what is wanted of them
     * @param start {@code [rows, features]}, inside ball and range
     */
    Climbed from(RestartBatch batch, Tensor start);

    /**
     * Whether it may start along directions that a request names. Those come from the model's Jacobian: a search that asks for no gradient
     * must not be handed them.
     */
    default boolean takesDirections() {
        return true;
    }

    /** Restarts that are run for an effort. */
    default int restarts(SearchEffort effort) {
        return effort.restarts();
    }
}
