package io.margrave.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Pictures decoded as they are asked for; small sets are kept in memory once decoded. A value is byte / 255.
 *
 * <p>The checksum is over shape, framing, labels and the bytes of the files, not the decoded pixels: those of a large folder
 * would take minutes.
 */
final class PictureSet implements ImageSet {
    /** Sets of at most this many bytes are kept once decoded. */
    private static final long KEPT_BYTES = 1L << 28;

    private final String name;
    private final ImageShape shape;
    private final Framing framing;
    private final List<Path> files;
    private final int[] labels;
    private final List<String> classNames;
    private final @Nullable AtomicReferenceArray<byte[]> kept;
    private @Nullable String checksum;

    PictureSet(
            String name, ImageShape shape, Framing framing, List<Path> files, int[] labels, List<String> classNames) {
        this.name = name;
        this.shape = shape;
        this.framing = framing;
        this.files = List.copyOf(files);
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.kept = (long) files.size() * shape.size() <= KEPT_BYTES ? new AtomicReferenceArray<>(files.size()) : null;
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
        return files.size();
    }

    @Override
    public void read(int index, float[] destination, int offset) {
        byte[] pixels = kept == null ? decode(index) : kept.get(index);
        if (pixels == null) {
            pixels = decode(index);
            if (kept != null) {
                kept.set(index, pixels);
            }
        }
        for (int i = 0; i < pixels.length; i++) {
            destination[offset + i] = (pixels[i] & 0xff) / 255f;
        }
    }

    private byte[] decode(int index) {
        Path file = files.get(index);
        Picture picture = framing.frame(file, Picture.read(file));
        if (shape.channels() == 3) {
            picture = picture.inColour();
        }
        if (picture.channels() != shape.channels()
                || picture.height() != shape.height()
                || picture.width() != shape.width()) {
            throw new BadInputException("want pictures of " + shape + " in " + name + ", got " + picture.channels()
                    + "x" + picture.height() + "x" + picture.width() + " in " + file + ": the file has changed");
        }
        return picture.pixels();
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
                    ("files " + shape + " " + framing + " " + files.size() + "\n").getBytes(StandardCharsets.UTF_8));
            ByteBuffer label = ByteBuffer.allocate(Integer.BYTES);
            for (int index = 0; index < labels.length; index++) {
                digest.update(label.clear().putInt(labels[index]).flip());
                digest.update(Sha256.of(files.get(index)).getBytes(StandardCharsets.US_ASCII));
            }
            checksum = Sha256.hex(digest);
        }
        return checksum;
    }
}
