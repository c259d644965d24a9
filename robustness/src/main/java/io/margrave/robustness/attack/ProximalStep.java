package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Steps up a goal less a weight times the norm: along the goal's gradient, then the proximal map of the norm (Parikh and Boyd 2014),
 * then into the range. Where the range does not bind they lie still exactly at an optimum, whatever the step size; steps along the
 * norm's own gradient, which jumps at 0 and in corners, would shake around it. By Moreau's decomposition the proximal map of t |.|
 * takes off the projection onto the dual norm's ball of radius t.
 */
final class ProximalStep {
    private static final double TINY = 1e-30;

    private final RestartBatch batch;
    private final Ball dual;

    /** For a batch whose norm is a penalty; in its scope. */
    ProximalStep(RestartBatch batch) {
        this.batch = batch;
        this.dual = new Ball(
                torch.zeros_like(batch.ball().centers()),
                null,
                switch (batch.ball().norm()) {
                    case L1 -> Norm.LINF;
                    case L2 -> Norm.L2;
                    case LINF -> Norm.L1;
                });
    }

    /**
     * One step.
     *
     * @param iterate {@code [rows, features]}; not changed
     * @param gradient of the goal alone, {@code [rows, features]}
     * @param lengths of the step along it, in L2, one a row
     * @return {@code [rows, features]}, inside the range
     */
    Tensor from(Tensor iterate, Tensor gradient, double[] lengths) {
        double[] norms = TensorCopies.doubles(
                torch.linalg_vector_norm(gradient, new Scalar(2), new long[] {1}, false, new ScalarTypeOptional()));
        double[] rates = new double[lengths.length];
        Arrays.setAll(rates, i -> lengths[i] / Math.max(norms[i], TINY));
        return along(iterate, gradient, rates);
    }

    /**
     * One step at given rates.
     *
     * @param iterate {@code [rows, features]}; not changed
     * @param gradient of the goal alone, or a mean of such, {@code [rows, features]}
     * @param rates that it is multiplied with, one a row
     * @return {@code [rows, features]}, inside the range
     */
    Tensor along(Tensor iterate, Tensor gradient, double[] rates) {
        double weight = batch.weight();
        double[] shrunk = Arrays.stream(rates).map(rate -> rate * weight).toArray();
        Tensor centers = batch.ball().centers();
        Tensor moved =
                gradient.mul(Rows.numbers(rates).unsqueeze(1)).add_(iterate).sub_(centers);
        return batch.ball().clipped(moved.sub_(dual.project(moved, shrunk)).add_(centers));
    }

    /** Takes the penalty off a goal's values, in place. */
    void penalise(double[] values, Tensor iterate) {
        double[] penalties = TensorCopies.doubles(batch.penalty(iterate));
        Arrays.setAll(values, i -> values[i] - penalties[i]);
    }
}
