package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The bytes of an archive's files. Nothing is given out whose checksum is wrong. */
final class ArchiveContents {
    private final ByteBuffer file;

    /**
     * Reads from an archive.
     *
     * @param file its bytes, from 0 to its limit
     */
    ArchiveContents(ByteBuffer file) {
        this.file = file;
    }

    /**
     * One file, inflated.
     *
     * @param most bytes that it may have: memory is taken for no more
     */
    byte[] read(ZipEntryLayout entry, long most) {
        if (entry.size() > most) {
            throw corrupt("at most " + most + " bytes in " + quote(entry.name()), String.valueOf(entry.size()));
        }
        byte[] bytes = new byte[entry.size()];
        ByteBuffer packed = file.slice(entry.position(), entry.compressed());
        if (entry.deflated()) {
            inflate(entry, packed, bytes);
        } else {
            packed.get(bytes);
        }
        CRC32 crc = new CRC32();
        crc.update(bytes);
        compare(entry, crc);
        return bytes;
    }

    /** Compares the checksum of a file that lies as it is. */
    void verify(ZipEntryLayout entry) {
        CRC32 crc = new CRC32();
        crc.update(file.slice(entry.position(), entry.compressed()));
        compare(entry, crc);
    }

    private static void compare(ZipEntryLayout entry, CRC32 crc) {
        if ((int) crc.getValue() != entry.crc()) {
            throw corrupt("the checksum " + hex(entry.crc()) + " of " + quote(entry.name()), hex((int) crc.getValue()));
        }
    }

    private static String hex(int crc) {
        return String.format("%08x", crc);
    }

    private static void inflate(ZipEntryLayout entry, ByteBuffer packed, byte[] bytes) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int filled = 0;
            while (filled < bytes.length && !inflater.finished()) {
                int read = inflater.inflate(bytes, filled, bytes.length - filled);
                if (read == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
                filled += read;
            }
            // The end of the stream may still have to be read; it may not bring more bytes.
            boolean more = !inflater.finished() && inflater.inflate(new byte[1]) > 0;
            if (filled != bytes.length || more || !inflater.finished() || inflater.getRemaining() != 0) {
                throw corrupt(
                        entry.size() + " bytes when " + quote(entry.name()) + " is inflated", more ? "more" : "others");
            }
        } catch (DataFormatException e) {
            throw corrupt("deflated bytes for " + quote(entry.name()), "others");
        } finally {
            inflater.end();
        }
    }
}
