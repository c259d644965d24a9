package io.margrave.robustness.margin;

import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A map some of whose points ignore their input and their noise: nothing breaks them, and the gradient is zero. */
final class Stuck implements StochasticMap {
    private final StochasticMap map;
    private final boolean[] stuck;

    private Stuck(StochasticMap map, boolean[] stuck) {
        this.map = map;
        this.stuck = stuck;
    }

    /** The last points of a map are stuck. */
    static Stuck last(StochasticMap map, int count) {
        boolean[] stuck = new boolean[map.points()];
        Arrays.fill(stuck, stuck.length - count, stuck.length, true);
        return new Stuck(map, stuck);
    }

    @Override
    public int points() {
        return map.points();
    }

    @Override
    public int noiseSize() {
        return map.noiseSize();
    }

    @Override
    public Sampler at(Tensor inputs) {
        Sampler sampler = map.at(inputs);
        return noise -> torch.where(Rows.flags(stuck).unsqueeze(2), reference().unsqueeze(1), sampler.outputs(noise));
    }

    @Override
    public Tensor reference() {
        return map.reference();
    }

    @Override
    public Stuck select(int[] rows) {
        boolean[] some = new boolean[rows.length];
        IntStream.range(0, rows.length).forEach(i -> some[i] = stuck[rows[i]]);
        return new Stuck(map.select(rows), some);
    }
}
