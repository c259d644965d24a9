package io.margrave.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Images given as numbers, checked once: every value is finite and within the range. */
public final class ArrayImageSet implements ImageSet {
    private final String name;
    private final ImageShape shape;
    private final ValueRange range;
    private final float[] values;
    private final int[] labels;
    private final List<String> classNames;
    private @Nullable String checksum;

    private ArrayImageSet(
            String name, ImageShape shape, ValueRange range, float[] values, int[] labels, List<String> classNames) {
        this.name = name;
        this.shape = shape;
        this.range = range;
        this.values = values;
        this.labels = labels;
        this.classNames = classNames;
    }

    /**
     * A set of its own copy of the values.
     *
     * @param name of the data set and split, as in {@code mine/test}
     * @param values image after image, each channels x height x width
     * @param labels one an image, -1 where there is none; below the number of class names where there are any
     * @param classNames in label order; may be empty
     * @throws BadInputException where a value is NaN or outside the range, or counts do not fit together
     */
    public static ArrayImageSet of(
            String name, ImageShape shape, ValueRange range, float[] values, int[] labels, List<String> classNames) {
        if (values.length != (long) labels.length * shape.size()) {
            throw new BadInputException("want " + labels.length + " images of " + shape + " in " + BadFile.quote(name)
                    + ", got " + values.length + " values: give a label for each image, -1 for none");
        }
        for (int label : labels) {
            if (label < -1 || (!classNames.isEmpty() && label >= classNames.size())) {
                throw new BadInputException("want labels of -1 to " + (classNames.size() - 1) + " in "
                        + BadFile.quote(name) + ", got " + label);
            }
        }
        for (int i = 0; i < values.length; i++) {
            // NaN fails both comparisons.
            if (!(values[i] >= range.low() && values[i] <= range.high())) {
                throw new BadInputException("want values from " + range.low() + " to " + range.high() + " in "
                        + BadFile.quote(name) + ", got " + values[i] + " in image " + i / shape.size()
                        + ": rescale the images or leave this one out");
            }
        }
        return new ArrayImageSet(name, shape, range, values.clone(), labels.clone(), List.copyOf(classNames));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ImageShape shape() {
        return shape;
    }

    @Override
    public ValueRange range() {
        return range;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        System.arraycopy(values, index * shape.size(), destination, offset, shape.size());
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public synchronized String checksum() {
        if (checksum == null) {
            MessageDigest digest = Sha256.digest();
            digest.update(
                    ("floats " + shape + " " + range + " " + labels.length + "\n").getBytes(StandardCharsets.UTF_8));
            int size = shape.size();
            ByteBuffer image =
                    ByteBuffer.allocate(Integer.BYTES + size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int index = 0; index < labels.length; index++) {
                image.clear().putInt(labels[index]);
                image.asFloatBuffer().put(values, index * size, size);
                digest.update(image.rewind().limit(image.capacity()));
            }
            checksum = Sha256.hex(digest);
        }
        return checksum;
    }
}
