package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What a file is that is no zip archive at all: people pass the wrong one of two files. */
final class WrongKind {
    private static final String EXPORT = "export the model with torch.jit.trace and torch.jit.save, or margrave-export";

    private WrongKind() {}

    /** Refuses a file that does not begin like a zip archive, by what it is where that shows. */
    static void check(ByteBuffer file) {
        byte[] start = new byte[Math.min(16, file.limit())];
        file.slice(0, start.length).get(start);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("PK\u0003\u0004")) {
            return;
        }
        throw refused("a TorchScript archive", kind(text, start), EXPORT);
    }

    private static String kind(String text, byte[] start) {
        if (text.isEmpty()) {
            return "an empty file";
        }
        if (text.startsWith("\u0080\u0002")) {
            return "a pickle (torch.save in its old form), which is never opened";
        }
        if (text.startsWith("\u0080")) {
            return "a pickle, which is never opened";
        }
        if (text.startsWith("\u0089PNG")) {
            return "a PNG image";
        }
        if (text.startsWith("\u0089HDF")) {
            return "an HDF5 file";
        }
        if (text.length() > 8 && text.charAt(8) == '{') {
            return "a safetensors file";
        }
        if (text.startsWith("\b")) {
            return "what may be an ONNX model";
        }
        return "a file that begins with " + HexFormat.of().formatHex(start, 0, Math.min(4, start.length));
    }
}
