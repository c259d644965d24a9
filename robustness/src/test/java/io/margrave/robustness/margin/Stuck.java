package io.margrave.robustness.margin;

import io.margrave.robustness.map.StochasticMap;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A map whose last points ignore their input and their noise: nothing breaks them, and the gradient is zero. */
record Stuck(StochasticMap map, int stuck) implements StochasticMap {

    @Override
    public int points() {
        return map.points();
    }

    @Override
    public int noiseSize() {
        return map.noiseSize();
    }

    @Override
    public Tensor outputs(Tensor inputs, Tensor noise) {
        Tensor outputs = map.outputs(inputs, noise);
        int free = points() - stuck;
        if (stuck == 0) {
            return outputs;
        }
        Tensor still = reference()
                .narrow(0, free, stuck)
                .unsqueeze(1)
                .add(outputs.narrow(0, free, stuck).mul(new Scalar(0)));
        return free == 0
                ? still
                : torch.cat(new org.bytedeco.pytorch.TensorVector(outputs.narrow(0, 0, free), still), 0);
    }

    @Override
    public Tensor reference() {
        return map.reference();
    }

    /** Rows in rising order, as a search selects them. */
    @Override
    public Stuck select(int[] rows) {
        int still =
                (int) Arrays.stream(rows).filter(row -> row >= points() - stuck).count();
        return new Stuck(map.select(rows), still);
    }
}
