package io.margrave.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images held as bytes; a value is byte / 255. Several sets may share their bytes: each names its members.
 *
 * <p>The checksum is over shape, labels and pixel bytes of the members in order, so it does not depend on how the files
 * were named or packed.
 */
final class ByteImageSet implements ImageSet {
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < UNIT.length; i++) {
            UNIT[i] = i / 255f;
        }
    }

    private final String name;
    private final ImageShape shape;
    private final byte[] pixels;
    private final byte[] labels;
    private final int[] members;
    private final List<String> classNames;
    private @Nullable String checksum;

    /**
     * Images as they lie.
     *
     * @param pixels image after image, each channels x height x width; not copied
     * @param labels one an image
     * @param members which images belong to the set, in order
     */
    ByteImageSet(String name, ImageShape shape, byte[] pixels, byte[] labels, int[] members, List<String> classNames) {
        if (pixels.length != (long) labels.length * shape.size()) {
            throw new IllegalArgumentException(
                    "want " + (long) labels.length * shape.size() + " pixels, got " + pixels.length);
        }
        this.name = name;
        this.shape = shape;
        this.pixels = pixels;
        this.labels = labels;
        this.members = members;
        this.classNames = List.copyOf(classNames);
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
        return ValueRange.UNIT;
    }

    @Override
    public int size() {
        return members.length;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        int size = shape.size();
        int start = members[index] * size;
        Objects.checkFromIndexSize(offset, size, destination.length);
        for (int i = 0; i < size; i++) {
            destination[offset + i] = UNIT[pixels[start + i] & 0xff];
        }
    }

    @Override
    public int label(int index) {
        return labels[members[index]];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public synchronized String checksum() {
        if (checksum == null) {
            MessageDigest digest = Sha256.digest();
            digest.update(("bytes " + shape + " " + members.length + "\n").getBytes(StandardCharsets.UTF_8));
            ByteBuffer label = ByteBuffer.allocate(Integer.BYTES);
            int size = shape.size();
            for (int member : members) {
                digest.update(label.clear().putInt(labels[member]).flip());
                digest.update(pixels, member * size, size);
            }
            checksum = Sha256.hex(digest);
        }
        return checksum;
    }
}
