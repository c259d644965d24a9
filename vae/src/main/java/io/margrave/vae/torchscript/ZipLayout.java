package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads where the files of a zip archive lie, and refuses every layout but the one that PyTorch writes: headers from the first
 * byte on, one after the other without gaps, in the order of the central directory, each followed by its data descriptor; then
 * the central directory, the zip64 end record and the end record, which ends the file.
 *
 * <p>Zip readers differ in what they make of anything else (prepended data, overlaps, a second directory, headers that
 * disagree), so what was checked here could be another file than the one that LibTorch loads.
 */
final class ZipLayout {
    private static final int LOCAL = 0x04034b50;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int DESCRIPTOR_BYTES = 16;
    private static final int LONGEST_NAME = 1000;
    private static final int FLAG_DESCRIPTOR = 1 << 3;
    private static final int FLAG_UTF8 = 1 << 11;
    /** PyTorch pads headers, so that tensors are aligned, with an extra field of this kind. */
    private static final short PADDING = 0x4246;

    private final ByteBuffer file;
    private final int size;

    private ZipLayout(ByteBuffer file) {
        this.file = file;
        this.size = file.limit();
    }

    /**
     * The entries, in the order in which they lie.
     *
     * @param file little-endian, from 0 to its limit; its position is not used
     * @throws UnfitArchiveException for any layout but PyTorch's
     */
    static List<ZipEntryLayout> read(ByteBuffer file, int mostEntries) {
        return new ZipLayout(file).read(mostEntries);
    }

    private List<ZipEntryLayout> read(int mostEntries) {
        int end = size - END_BYTES;
        if (end < 0 || file.getInt(end) != END || unsigned(end + 20) != 0) {
            throw corrupt("the end record of a zip archive in its last 22 bytes", "something else");
        }
        int entries = unsigned(end + 10);
        long directorySize = unsignedInt(end + 12);
        long directory = unsignedInt(end + 16);
        if (unsigned(end + 4) != 0 || unsigned(end + 6) != 0 || unsigned(end + 8) != entries) {
            throw corrupt("an archive in one part", "one of several parts");
        }
        if (entries == 0 || entries > mostEntries) {
            throw corrupt("1 to " + mostEntries + " files in the archive", String.valueOf(entries));
        }
        long directoryEnd = directory + directorySize;
        if (directoryEnd > end) {
            throw corrupt("a directory within " + end + " bytes", "one that ends at " + directoryEnd);
        }
        if (directoryEnd != end) {
            checkEnd64((int) directoryEnd, end, entries, directory, directorySize);
        }
        return readEntries((int) directory, (int) directoryEnd, entries);
    }

    /** PyTorch always writes the zip64 records. They must say what the end record says: readers differ in which they believe. */
    private void checkEnd64(int at, int end, int entries, long directory, long directorySize) {
        int locator = at + END_64_BYTES;
        boolean fits = end - at == END_64_BYTES + LOCATOR_64_BYTES
                && file.getInt(at) == END_64
                && file.getLong(at + 4) == END_64_BYTES - 12
                && file.getInt(at + 16) == 0
                && file.getInt(at + 20) == 0
                && file.getLong(at + 24) == entries
                && file.getLong(at + 32) == entries
                && file.getLong(at + 40) == directorySize
                && file.getLong(at + 48) == directory
                && file.getInt(locator) == LOCATOR_64
                && file.getInt(locator + 4) == 0
                && file.getLong(locator + 8) == at
                && file.getInt(locator + 16) == 1;
        if (!fits) {
            throw corrupt("zip64 records that agree with the end record", "others");
        }
    }

    private List<ZipEntryLayout> readEntries(int directory, int directoryEnd, int entries) {
        List<ZipEntryLayout> layouts = new ArrayList<>();
        int at = directory;
        int next = 0;
        for (int i = 0; i < entries; i++) {
            if (directoryEnd - at < CENTRAL_BYTES || file.getInt(at) != CENTRAL) {
                throw corrupt(entries + " entries in the directory", "only " + i);
            }
            int flags = unsigned(at + 8);
            int method = unsigned(at + 10);
            int nameLength = unsigned(at + 28);
            if ((flags & ~(FLAG_DESCRIPTOR | FLAG_UTF8)) != 0 || (method != 0 && method != 8)) {
                throw corrupt("files that are stored or deflated", "method " + method + ", flags " + flags);
            }
            int extra = unsigned(at + 30);
            if (nameLength == 0
                    || nameLength > LONGEST_NAME
                    || nameLength + extra > directoryEnd - at - CENTRAL_BYTES) {
                throw corrupt("names of 1 to " + LONGEST_NAME + " bytes", String.valueOf(nameLength));
            }
            if (!padding(at + CENTRAL_BYTES + nameLength, extra) || unsigned(at + 32) != 0 || unsigned(at + 34) != 0) {
                throw corrupt("directory entries with no more than PyTorch's padding", "more");
            }
            String name = name(at + CENTRAL_BYTES, nameLength);
            if (unsignedInt(at + 42) != next) {
                throw corrupt(
                        "files one after the other, from the first byte on",
                        quote(name) + " at " + unsignedInt(at + 42) + ", not " + next);
            }
            ZipEntryLayout layout = entry(at, name, nameLength, next, directory);
            layouts.add(layout);
            next = layout.position() + layout.compressed() + ((flags & FLAG_DESCRIPTOR) == 0 ? 0 : DESCRIPTOR_BYTES);
            at += CENTRAL_BYTES + nameLength + extra;
        }
        if (at != directoryEnd || next != directory) {
            throw corrupt("files, their directory and its end without gaps", "a gap");
        }
        return layouts;
    }

    /** The entry whose directory record is at {@code record} and whose own header is at {@code header}. */
    private ZipEntryLayout entry(int record, String name, int nameLength, int header, int directory) {
        int flags = unsigned(record + 8);
        int method = unsigned(record + 10);
        int crc = file.getInt(record + 16);
        long compressed = unsignedInt(record + 20);
        long bytes = unsignedInt(record + 24);
        boolean described = (flags & FLAG_DESCRIPTOR) != 0;
        if (directory - header < LOCAL_BYTES + nameLength
                || file.getInt(header) != LOCAL
                || unsigned(header + 6) != flags
                || unsigned(header + 8) != method
                || unsigned(header + 26) != nameLength
                || !sameBytes(header + LOCAL_BYTES, record + CENTRAL_BYTES, nameLength)) {
            throw corrupt("a header that agrees with the directory for " + quote(name), "another");
        }
        checkSizes(name, header, described, crc, compressed, bytes);
        int extra = unsigned(header + 28);
        int extraAt = header + LOCAL_BYTES + nameLength;
        long position = (long) extraAt + extra;
        long end = position + compressed + (described ? DESCRIPTOR_BYTES : 0);
        if (end > directory) {
            throw corrupt("all of " + quote(name) + " before the directory at " + directory, "an end at " + end);
        }
        if (!padding(extraAt, extra)) {
            throw corrupt("no extra field but PyTorch's padding for " + quote(name), "another");
        }
        if (method == 0 ? compressed != bytes : bytes > Integer.MAX_VALUE) {
            throw corrupt("a size that fits " + compressed + " stored bytes for " + quote(name), bytes + " bytes");
        }
        int descriptor = (int) (position + compressed);
        if (described
                && (file.getInt(descriptor) != DESCRIPTOR
                        || file.getInt(descriptor + 4) != crc
                        || unsignedInt(descriptor + 8) != compressed
                        || unsignedInt(descriptor + 12) != bytes)) {
            throw corrupt("a data descriptor that agrees with the directory for " + quote(name), "another");
        }
        return new ZipEntryLayout(name, method == 8, crc, (int) compressed, (int) bytes, (int) position);
    }

    /** Whether the extra field is absent or PyTorch's padding: a zip64 one would bring other sizes. */
    private boolean padding(int at, int length) {
        return length == 0 || (length >= 4 && file.getShort(at) == PADDING && unsigned(at + 2) == length - 4);
    }

    private void checkSizes(String name, int header, boolean described, int crc, long compressed, long bytes) {
        int headerCrc = file.getInt(header + 14);
        long headerCompressed = unsignedInt(header + 18);
        long headerBytes = unsignedInt(header + 22);
        boolean same = headerCrc == crc && headerCompressed == compressed && headerBytes == bytes;
        boolean left = described && headerCrc == 0 && headerCompressed == 0 && headerBytes == 0;
        if (!same && !left) {
            throw corrupt("sizes that agree with the directory for " + quote(name), "others");
        }
    }

    private boolean sameBytes(int one, int other, int length) {
        return file.slice(one, length).equals(file.slice(other, length));
    }

    private String name(int at, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(file.slice(at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw corrupt("names in UTF-8", "others");
        }
    }

    private int unsigned(int at) {
        return file.getShort(at) & 0xffff;
    }

    private long unsignedInt(int at) {
        return file.getInt(at) & 0xffffffffL;
    }
}
