package io.margrave.robustness.map;

import org.bytedeco.pytorch.Tensor;

/** Counts what a search asks of a map, point by point, outside the search: draws with a gradient, draws without, batches. */
public final class CountingMap implements StochasticMap {

    /** Counts of a whole search. */
    public static final class Counts {
        private final long[] forward;
        private final long[] backward;
        private long calls;

        private Counts(int points) {
            forward = new long[points];
            backward = new long[points];
        }

        /** Draws of a point that were only looked at. */
        public long forward(int point) {
            return forward[point];
        }

        /** Draws of a point whose gradient was taken. */
        public long backward(int point) {
            return backward[point];
        }

        /** Batches that went through the map. */
        public long calls() {
            return calls;
        }
    }

    private final StochasticMap map;
    private final int[] points;
    private final Counts counts;

    private CountingMap(StochasticMap map, int[] points, Counts counts) {
        this.map = map;
        this.points = points;
        this.counts = counts;
    }

    /** Counts from zero. */
    public static CountingMap of(StochasticMap map) {
        int[] all = java.util.stream.IntStream.range(0, map.points()).toArray();
        return new CountingMap(map, all, new Counts(all.length));
    }

    /** What was asked so far, of this map and all that were selected from it. */
    public Counts counts() {
        return counts;
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
        long[] counted = inputs.requires_grad() ? counts.backward : counts.forward;
        Sampler sampler = map.at(inputs);
        return noise -> {
            counts.calls++;
            for (int point : points) {
                counted[point] += noise.size(1);
            }
            return sampler.outputs(noise);
        };
    }

    @Override
    public Tensor reference() {
        return map.reference();
    }

    @Override
    public CountingMap select(int[] rows) {
        int[] selected = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            selected[i] = points[rows[i]];
        }
        return new CountingMap(map.select(rows), selected, counts);
    }
}
