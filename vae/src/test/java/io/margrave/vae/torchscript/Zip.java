package io.margrave.vae.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Zip archives taken apart and put together again in the layout that PyTorch writes, so that what is changed lies deeper. */
final class Zip {
    private Zip() {}

    /** Contents by name, in order; for archives that are whole. */
    static Map<String, byte[]> entries(byte[] archive) {
        ByteBuffer file = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        ArchiveContents contents = new ArchiveContents(file);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        List<ZipEntryLayout> layouts = ZipLayout.read(file, 1000);
        layouts.forEach(layout -> entries.put(layout.name(), contents.read(layout, 1 << 20)));
        return entries;
    }

    /** An archive with these contents and right checksums, everything stored. */
    static byte[] archive(Map<String, byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        entries.forEach((name, bytes) -> {
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            CRC32 crc = new CRC32();
            crc.update(bytes);
            // Time, date, checksum, sizes and lengths are the same in both records.
            byte[] common = little(20)
                    .putInt(0)
                    .putInt((int) crc.getValue())
                    .putInt(bytes.length)
                    .putInt(bytes.length)
                    .putShort((short) text.length)
                    .array();
            directory.writeBytes(little(12).putInt(0x02014b50).array());
            directory.writeBytes(common);
            directory.writeBytes(little(14).putInt(10, out.size()).array());
            directory.writeBytes(text);
            out.writeBytes(little(10).putInt(0x04034b50).array());
            out.writeBytes(common);
            out.writeBytes(text);
            out.writeBytes(bytes);
        });
        int begin = out.size();
        out.writeBytes(directory.toByteArray());
        out.writeBytes(little(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) entries.size())
                .putShort((short) entries.size())
                .putInt(directory.size())
                .putInt(begin)
                .array());
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
