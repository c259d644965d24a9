package io.margrave.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Small data set files whose every byte is known: pixel k of image i is (7 i + k) mod 256, its label i mod 10. */
final class TinyFiles {
    private TinyFiles() {}

    static byte pixel(int image, int k) {
        return (byte) (7 * image + k);
    }

    static byte[] idxImages(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(16 + count * 784);
        bytes.putInt(0x803).putInt(count).putInt(28).putInt(28);
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < 784; k++) {
                bytes.put(pixel(i, k));
            }
        }
        return bytes.array();
    }

    static byte[] idxLabels(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) (i % 10));
        }
        return bytes.array();
    }

    static byte[] cifar(int count, int first) {
        ByteBuffer bytes = ByteBuffer.allocate(count * 3073);
        for (int i = first; i < first + count; i++) {
            bytes.put((byte) (i % 10));
            for (int k = 0; k < 3072; k++) {
                bytes.put(pixel(i, k));
            }
        }
        return bytes.array();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    /** The four files of an MNIST, 24 train and 6 test images. */
    static void mnist(Path folder, boolean packed) throws IOException {
        Files.createDirectories(folder);
        write(folder, "train-images-idx3-ubyte", idxImages(24), packed);
        write(folder, "train-labels-idx1-ubyte", idxLabels(24), packed);
        write(folder, "t10k-images-idx3-ubyte", idxImages(6), packed);
        write(folder, "t10k-labels-idx1-ubyte", idxLabels(6), packed);
    }

    private static void write(Path folder, String name, byte[] bytes, boolean packed) throws IOException {
        Files.write(folder.resolve(packed ? name + ".gz" : name), packed ? gzip(bytes) : bytes);
    }
}
