package io.margrave.vae.training;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import java.util.List;

/** Images that lie on a plane, but for a little noise: what principal components are for. */
record Plane(String name, int size) implements ImageSet {
    private static final ImageShape SHAPE = new ImageShape(1, 4, 4);

    private static final ValueRange RANGE = new ValueRange(-8, 8);

    static DataSplits splits(int train) {
        Plane plane = new Plane("plane/train", train);
        return new DataSplits("plane", plane, plane, plane);
    }

    @Override
    public ImageShape shape() {
        return SHAPE;
    }

    @Override
    public ValueRange range() {
        return RANGE;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        Noise.Stream noise = new Noise(3, name).stream(index, "plane", 0);
        double across = noise.nextGaussian();
        double down = noise.nextGaussian();
        for (int i = 0; i < SHAPE.size(); i++) {
            double value = across * Math.cos(Math.PI * (i % 4) / 3)
                    + 0.6 * down * Math.cos(Math.PI * (i / 4) / 3)
                    + 0.2 * noise.nextGaussian();
            destination[offset + i] = (float) Math.min(RANGE.high(), Math.max(RANGE.low(), value));
        }
    }

    @Override
    public int label(int index) {
        return -1;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public String checksum() {
        return name + size;
    }
}
