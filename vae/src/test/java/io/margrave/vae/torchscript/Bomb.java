package io.margrave.vae.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** A zip bomb that is otherwise an archive of the right layout: one file of zeros and three that an archive must have. */
final class Bomb {
    private Bomb() {}

    static byte[] archive(String name, int zeros) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        add(out, directory, name, new byte[zeros], true);
        int entries = 1;
        for (String other : new String[] {"data.pkl", "constants.pkl", "version", "code/__torch__.py"}) {
            if (!name.endsWith(other)) {
                add(out, directory, "archive/" + other, new byte[] {'1'}, false);
                entries++;
            }
        }
        int begin = out.size();
        out.writeBytes(directory.toByteArray());
        out.writeBytes(little(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) entries)
                .putShort((short) entries)
                .putInt(directory.size())
                .putInt(begin)
                .array());
        return out.toByteArray();
    }

    private static void add(
            ByteArrayOutputStream out, ByteArrayOutputStream directory, String name, byte[] bytes, boolean deflated) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] packed = deflated ? deflate(bytes) : bytes;
        CRC32 crc = new CRC32();
        crc.update(bytes);
        byte[] common = little(22)
                .putShort((short) (deflated ? 8 : 0))
                .putInt(0)
                .putInt((int) crc.getValue())
                .putInt(packed.length)
                .putInt(bytes.length)
                .putShort((short) text.length)
                .array();
        directory.writeBytes(little(10).putInt(0x02014b50).array());
        directory.writeBytes(common);
        directory.writeBytes(little(14).putInt(10, out.size()).array());
        directory.writeBytes(text);
        out.writeBytes(little(8).putInt(0x04034b50).array());
        out.writeBytes(common);
        out.writeBytes(text);
        out.writeBytes(packed);
    }

    private static byte[] deflate(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream stream = new DeflaterOutputStream(packed, new Deflater(9, true))) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return packed.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
