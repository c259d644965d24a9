package io.margrave.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files of unsigned bytes, the format of MNIST, packed with gzip or not.
 *
 * <p>Magic number, sides, length and, where packed, the gzip checksum must all fit; counts are checked against the file
 * before memory is taken.
 */
final class Idx {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;
    private static final int GZIP_TRAILER_BYTES = 8;
    private static final int GZIP_MAGIC = 0x8b1f;
    /** No deflate stream grows by more than 1032 times. */
    private static final long LARGEST_RATIO = 1032;
    /** Far more than any published set of this kind, and still well within memory. */
    private static final long MOST_ENTRIES = 500_000;

    private Idx() {}

    /** Images of one file, each of the given sides, one after the other. */
    static byte[] images(Path file, int height, int width) {
        return read(file, IMAGES, height, width);
    }

    /** Labels of one file, each below {@code classes}. */
    static byte[] labels(Path file, int classes) {
        byte[] labels = read(file, LABELS);
        for (int i = 0; i < labels.length; i++) {
            if ((labels[i] & 0xff) >= classes) {
                throw bad(file, "want labels of 0 to " + (classes - 1), "got " + (labels[i] & 0xff) + " at " + i);
            }
        }
        return labels;
    }

    private static byte[] read(Path file, int magic, int... sides) {
        try {
            long size = Files.size(file);
            boolean packed = isGzip(file);
            CRC32 sum = new CRC32();
            byte[] values;
            try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                    InputStream in = packed ? new GZIPInputStream(raw, 1 << 16) : raw) {
                byte[] header = in.readNBytes(Integer.BYTES * (2 + sides.length));
                sum.update(header);
                long length = length(file, header, magic, sides);
                long most = packed ? size * LARGEST_RATIO : size - header.length;
                if (length > most) {
                    throw bad(file, "want at most " + most + " bytes after the header", "it announces " + length);
                }
                values = new byte[(int) length];
                int got = in.readNBytes(values, 0, values.length);
                if (got < values.length) {
                    throw bad(file, "want " + length + " bytes after the header", "got " + got);
                }
                if (in.read() >= 0) {
                    throw bad(file, "want " + length + " bytes after the header", "got more");
                }
                sum.update(values);
                if (packed) {
                    checkTrailer(file, size, sum.getValue(), header.length + length);
                }
            }
            return values;
        } catch (EOFException e) {
            throw bad(file, "want a whole gzip stream", "the file ends too early");
        } catch (ZipException e) {
            throw bad(file, "want a sound gzip stream", "got " + BadFile.reason(e));
        } catch (IOException e) {
            throw BadFile.unreadable(file, e);
        }
    }

    private static boolean isGzip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(2);
            return start.length == 2 && ((start[0] & 0xff) | (start[1] & 0xff) << 8) == GZIP_MAGIC;
        }
    }

    private static long length(Path file, byte[] header, int magic, int[] sides) {
        if (header.length < Integer.BYTES * (2 + sides.length)) {
            throw bad(
                    file, "want a header of " + Integer.BYTES * (2 + sides.length) + " bytes", "got " + header.length);
        }
        ByteBuffer numbers = ByteBuffer.wrap(header);
        int found = numbers.getInt();
        if (found != magic) {
            throw bad(file, String.format("want magic number 0x%08x", magic), String.format("got 0x%08x", found));
        }
        long length = numbers.getInt() & 0xffffffffL;
        if (length == 0 || length > MOST_ENTRIES) {
            throw bad(file, "want 1 to " + MOST_ENTRIES + " entries", "it announces " + length);
        }
        for (int side : sides) {
            int got = numbers.getInt();
            if (got != side) {
                throw bad(file, "want images of " + Arrays.toString(sides) + " pixels", "got a side of " + got);
            }
            length *= side;
        }
        return length;
    }

    /** {@link GZIPInputStream} passes over what follows the stream; the last bytes of the file must be its trailer. */
    private static void checkTrailer(Path file, long size, long sum, long length) throws IOException {
        ByteBuffer trailer = ByteBuffer.allocate(GZIP_TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file)) {
            channel.read(trailer, size - GZIP_TRAILER_BYTES);
        }
        trailer.flip();
        if (trailer.remaining() < GZIP_TRAILER_BYTES
                || (trailer.getInt() & 0xffffffffL) != sum
                || (trailer.getInt() & 0xffffffffL) != (length & 0xffffffffL)) {
            throw bad(file, "want nothing after the gzip stream", "got other bytes");
        }
    }

    private static BadInputException bad(Path file, String wanted, String got) {
        return new BadInputException(
                "not a usable IDX file, " + file + ": " + wanted + ", " + got + "; fetch or copy the file again");
    }
}
