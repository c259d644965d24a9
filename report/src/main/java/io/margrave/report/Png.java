package io.margrave.report;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** 8-bit pictures as PNG (ISO/IEC 15948): small enough to write here, so that a report needs no desktop classes. */
final class Png {
    private Png() {}

    /**
     * A data URI.
     *
     * @param samples rows of pixels of red, green and blue, each 0 to 255
     */
    static String dataUri(int width, int height, byte[] samples) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(encode(width, height, samples));
    }

    static byte[] encode(int width, int height, byte[] samples) {
        if (width <= 0 || height <= 0 || samples.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "want " + width + "x" + height + " pixels of 3 samples, got " + samples.length + " samples");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(0x89504E470D0A1A0AL);
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(header);
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {8, 2, 0, 0, 0}); // bits a sample, RGB, deflate, adaptive filters, not interlaced
            chunk(out, "IHDR", header.toByteArray());
            chunk(out, "IDAT", deflated(3 * width, height, samples));
            chunk(out, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] deflated(int stride, int height, byte[] samples) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            for (int row = 0; row < height; row++) {
                out.write(0); // filter: none
                out.write(samples, row * stride, stride);
            }
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeInt(data.length);
        out.write(name);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }
}
