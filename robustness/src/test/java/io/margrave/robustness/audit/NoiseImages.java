package io.margrave.robustness.audit;

import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import java.util.List;

/** Uniform noise images: enough for a model that nobody has trained. */
record NoiseImages(int size) implements ImageSet {
    static final ImageShape SHAPE = new ImageShape(1, 6, 6);

    @Override
    public String name() {
        return "noise/test";
    }

    @Override
    public ImageShape shape() {
        return SHAPE;
    }

    @Override
    public ValueRange range() {
        return ValueRange.UNIT;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        Noise.Stream stream = new Noise(8, "images").stream(index, "pixels", 0);
        for (int i = 0; i < SHAPE.size(); i++) {
            destination[offset + i] = (float) stream.nextDouble();
        }
    }

    @Override
    public int label(int index) {
        return index % 3;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public String checksum() {
        return "none";
    }
}
