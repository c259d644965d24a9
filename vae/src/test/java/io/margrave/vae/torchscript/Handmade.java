package io.margrave.vae.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Archives written by hand, as somebody would who means harm: well-formed but for one thing. */
final class Handmade {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    /** A module without attributes whose method forward returns its input. */
    Handmade() {
        body("return x");
        data(object("__torch__", "M"));
        entry("constants.pkl", "\u0080\u0002).");
        entry("version", "3\n");
        entry("byteorder", "little");
    }

    /** Another body of forward, line by line. */
    Handmade body(String... lines) {
        return code(
                "", "def forward(self: __torch__.M, x: Tensor) -> Tensor:\n      " + String.join("\n      ", lines));
    }

    /** Attributes, one a line, and a method of the module. */
    Handmade code(String attributes, String method) {
        StringBuilder code = new StringBuilder("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        attributes.lines().forEach(line -> code.append("  ").append(line).append('\n'));
        code.append("  ").append(method).append('\n');
        return entry("code/__torch__.py", code.toString().replace("\n      ", "\n    "));
    }

    Handmade entry(String name, String latin1) {
        return entry(name, latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    Handmade entry(String name, byte[] bytes) {
        entries.put("m/" + name, bytes);
        return this;
    }

    Handmade data(String value) {
        return entry("data.pkl", "\u0080\u0002" + value + ".");
    }

    byte[] archive() {
        return Zip.archive(entries);
    }

    /** Pickled object of a class, with attributes as pickled names and values. */
    static String object(String module, String name, String... attributes) {
        return "c" + module + "\n" + name + "\n)\u0081}(" + String.join("", attributes) + "ub";
    }

    static String text(String text) {
        return "X"
                + latin1(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length())) + text;
    }

    static String integer(long value) {
        return "\u008a\u0008"
                + latin1(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value));
    }

    /** Pickled float tensor that lies in {@code data/0}. */
    static String tensor(long stored, long offset, long side, long stride) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0")
                + text("cpu") + integer(stored) + "tQ" + integer(offset) + "(" + integer(side) + "t(" + integer(stride)
                + "t\u0089ccollections\nOrderedDict\n)RtR";
    }

    private static String latin1(ByteBuffer bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes.array());
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
