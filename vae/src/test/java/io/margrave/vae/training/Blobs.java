package io.margrave.vae.training;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import java.util.List;

/** Bright discs at random places: images that a small model learns in a moment. */
record Blobs(String name, ImageShape shape, int size) implements ImageSet {

    static DataSplits splits(ImageShape shape, int train) {
        return new DataSplits(
                "blobs",
                new Blobs("blobs/train", shape, train),
                new Blobs("blobs/validation", shape, 64),
                new Blobs("blobs/test", shape, 64));
    }

    @Override
    public ValueRange range() {
        return ValueRange.UNIT;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        Noise.Stream noise = new Noise(7, name).stream(index, "blob", 0);
        double centreX = shape.width() * noise.nextDouble();
        double centreY = shape.height() * noise.nextDouble();
        double radius = shape.width() * 0.25;
        for (int i = 0; i < shape.size(); i++) {
            double x = i % shape.width() - centreX;
            double y = i / shape.width() % shape.height() - centreY;
            destination[offset + i] = (float) (1 / (1 + Math.exp(2 * (Math.hypot(x, y) - radius))));
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
        return name + size + shape;
    }
}
