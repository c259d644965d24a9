package io.margrave.robustness.map;

import org.bytedeco.pytorch.Tensor;

/**
 * Random outputs of inputs near a batch of anchor points: all that an attack or a margin search sees of a model.
 *
 * <p>Rows are independent: row i of a result depends on row i of the arguments alone. Tensors held by a map belong to the
 * caller's {@code PointerScope}.
 */
public interface StochasticMap {

    /** Number of anchor points. */
    int points();

    /** Standard normal numbers that one draw needs. */
    int noiseSize();

    /** Outputs of some inputs: what does not depend on the noise has been computed. */
    @FunctionalInterface
    interface Sampler {
        /**
         * Draws outputs; differentiable in the inputs.
         *
         * @param noise standard normal, {@code [points, draws, noiseSize]}
         * @return {@code [points, draws, outputs]}
         */
        Tensor outputs(Tensor noise);
    }

    /**
     * Outputs of some inputs, for as many draws as are wanted.
     *
     * @param inputs {@code [points, features]}
     */
    Sampler at(Tensor inputs);

    /**
     * The output that others are compared with, of the unperturbed anchors.
     *
     * @return {@code [points, outputs]}
     */
    Tensor reference();

    /** The same map for some of the anchors, in the given order. */
    StochasticMap select(int[] rows);

    /** A cheaper map whose outputs are nearly the same: for searching, never for a verdict. This one where there is none. */
    default StochasticMap forSearch() {
        return this;
    }
}
