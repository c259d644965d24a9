package io.margrave.vae.training;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import java.util.List;

/** {@link Blobs} with labels: left or right. */
record Sides(Blobs blobs) implements ImageSet {

    static DataSplits splits(ImageShape shape, int train) {
        return new DataSplits(
                "sides",
                new Sides(new Blobs("blobs/train", shape, train)),
                new Sides(new Blobs("blobs/validation", shape, 200)),
                new Sides(new Blobs("blobs/test", shape, 200)));
    }

    @Override
    public String name() {
        return blobs.name();
    }

    @Override
    public ImageShape shape() {
        return blobs.shape();
    }

    @Override
    public ValueRange range() {
        return blobs.range();
    }

    @Override
    public int size() {
        return blobs.size();
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        blobs.read(index, destination, offset);
    }

    @Override
    public int label(int index) {
        // The first number that a blob draws is where its centre is, from left to right.
        return new Noise(7, name()).stream(index, "blob", 0).nextDouble() < 0.5 ? 0 : 1;
    }

    @Override
    public List<String> classNames() {
        return List.of("left", "right");
    }

    @Override
    public String checksum() {
        return blobs.checksum();
    }
}
