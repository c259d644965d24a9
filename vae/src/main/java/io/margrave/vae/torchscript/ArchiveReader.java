package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads the sources and pickles of an archive, each file once, within limits, its checksum compared. */
final class ArchiveReader {
    private static final int SMALL = 1000;

    private final Map<String, ZipEntryLayout> entries;
    private final ArchiveContents contents;
    private final ArchiveLimits limits;
    private long inflated;

    ArchiveReader(Map<String, ZipEntryLayout> entries, ArchiveContents contents, ArchiveLimits limits) {
        this.entries = entries;
        this.contents = contents;
        this.limits = limits;
    }

    /** Version, byte order, and the checksums of all files that are not read. */
    void checkSmallFiles() {
        String version = small(ArchiveNames.version(entries));
        if (!version.matches("[0-9]{1,2}\n?")) {
            throw corrupt("a version of the format, as in 10", quote(version));
        }
        ZipEntryLayout order = entries.get(ArchiveNames.BYTE_ORDER);
        if (order != null && !small(order).equals("little")) {
            throw UnfitArchiveException.refused(
                    "little-endian tensors",
                    quote(small(order)),
                    "export the model on a little-endian machine, which nearly all are");
        }
        entries.forEach((name, entry) -> {
            if (!entry.deflated()) {
                contents.verify(entry);
            }
        });
    }

    private String small(ZipEntryLayout entry) {
        return new String(contents.read(entry, SMALL), StandardCharsets.ISO_8859_1);
    }

    /** Code by its name in the archive. */
    Map<String, String> sources() {
        Map<String, String> sources = new TreeMap<>();
        long left = limits.codeBytes();
        for (Map.Entry<String, ZipEntryLayout> each : entries.entrySet()) {
            if (ArchiveNames.isCode(each.getKey())) {
                byte[] source = read(each.getValue(), left);
                left -= source.length;
                sources.put(each.getKey(), new String(source, StandardCharsets.ISO_8859_1));
            }
        }
        return sources;
    }

    /** What each pickle describes. Tables for debugging are checked, too, and not returned. */
    Map<String, PickleValue> pickles(Map<String, ClassDeclaration> classes) {
        Map<String, PickleValue> pickles = new HashMap<>();
        entries.forEach((name, entry) -> {
            if (ArchiveNames.isDebug(name)) {
                DebugTable.check(pickle(entry, "none", Map.of()));
            } else if (name.endsWith(".pkl") && !name.equals(ArchiveNames.TRACED_INPUTS)) {
                pickles.put(name, pickle(entry, name.substring(0, name.length() - 4), classes));
            }
        });
        return pickles;
    }

    private PickleValue pickle(ZipEntryLayout entry, String folder, Map<String, ClassDeclaration> classes) {
        byte[] bytes = read(entry, limits.pickleBytes());
        return PickleMachine.read(bytes, folder, entries, classes, limits.tensorValues());
    }

    private byte[] read(ZipEntryLayout entry, long most) {
        inflated += entry.deflated() ? entry.size() : 0;
        if (inflated > limits.inflatedBytes()) {
            throw corrupt("at most " + limits.inflatedBytes() + " bytes inflated", "more");
        }
        return contents.read(entry, most);
    }
}
