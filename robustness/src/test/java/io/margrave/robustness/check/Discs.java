package io.margrave.robustness.check;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import java.util.List;

/** Bright discs at random places: images that a small model learns in a moment. */
record Discs(String name, int size) implements ImageSet {
    private static final ImageShape SHAPE = new ImageShape(1, 8, 8);

    static DataSplits splits() {
        return new DataSplits(
                "discs",
                new Discs("discs/train", 1_500),
                new Discs("discs/validation", 64),
                new Discs("discs/test", 200));
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
        Noise.Stream noise = new Noise(7, name).stream(index, "disc", 0);
        double centreX = 8 * noise.nextDouble();
        double centreY = 8 * noise.nextDouble();
        double radius = 1.5 + 1.5 * noise.nextDouble();
        for (int i = 0; i < SHAPE.size(); i++) {
            double distance = Math.hypot(i % 8 + 0.5 - centreX, i / 8 + 0.5 - centreY);
            destination[offset + i] = (float) (1 / (1 + Math.exp(2 * (distance - radius))));
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
