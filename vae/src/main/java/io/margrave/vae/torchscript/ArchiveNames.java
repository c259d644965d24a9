package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which names the files of an archive may have: one top folder and, below it, what {@code torch.jit.save} writes. So there is no
 * {@code ..}, no absolute path, no file that an older or newer loader would prefer ({@code model.json},
 * {@code .data/ts_code}).
 */
final class ArchiveNames {
    static final String DATA = "data.pkl";
    static final String CONSTANTS = "constants.pkl";
    /** Shapes of a trace's inputs. LibTorch reads them only where it is asked to, which it is not. */
    static final String TRACED_INPUTS = "traced_inputs.pkl";

    private static final String VERSION = "version";
    static final String BYTE_ORDER = "byteorder";

    private static final String OTHER_VERSION = ".data/version";
    private static final String CODE_NAME = "code/__torch__(/[A-Za-z0-9_]{1,200}){0,30}\\.py";
    private static final Pattern CODE = Pattern.compile(CODE_NAME);
    private static final Pattern DEBUG = Pattern.compile(CODE_NAME + "\\.debug_pkl");
    private static final Pattern TENSOR = Pattern.compile("(data|constants|traced_inputs)/[0-9]{1,9}");
    private static final Pattern EXTRA = Pattern.compile("extra/[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");
    private static final Set<String> SINGLE = Set.of(
            DATA,
            CONSTANTS,
            TRACED_INPUTS,
            VERSION,
            OTHER_VERSION,
            BYTE_ORDER,
            ".data/serialization_id",
            ".format_version",
            ".storage_alignment");

    private ArchiveNames() {}

    /**
     * Entries by their name below the top folder.
     *
     * @throws UnfitArchiveException for names that are not from PyTorch, that appear twice (but for case), or that are missing
     */
    static Map<String, ZipEntryLayout> check(List<ZipEntryLayout> entries) {
        String top = top(entries.get(0).name());
        Map<String, ZipEntryLayout> byName = new LinkedHashMap<>();
        Map<String, String> folded = new HashMap<>();
        for (ZipEntryLayout entry : entries) {
            if (!entry.name().startsWith(top + "/")) {
                throw corrupt("all files below the folder " + quote(top), quote(entry.name()));
            }
            String name = entry.name().substring(top.length() + 1);
            if (!known(name)) {
                throw corrupt("only files that torch.jit.save writes", quote(name));
            }
            // LibTorch's reader does not tell upper from lower case: of two it would take either.
            String other = folded.put(name.toLowerCase(Locale.ROOT), name);
            if (other != null) {
                throw corrupt("names that differ by more than case", quote(other) + " and " + quote(name));
            }
            if (entry.deflated() && !isCode(name) && !isDebug(name)) {
                throw corrupt("nothing compressed but code", quote(name));
            }
            byName.put(name, entry);
        }
        if (byName.containsKey(DATA) && byName.keySet().stream().noneMatch(ArchiveNames::isCode)) {
            throw refused(
                    "a TorchScript archive",
                    "a pickle of torch.save, which has no code",
                    "export the model with torch.jit.trace and torch.jit.save, or margrave-export");
        }
        for (String wanted : List.of(DATA, CONSTANTS)) {
            if (!byName.containsKey(wanted)) {
                throw corrupt("a TorchScript archive with " + quote(wanted), "none");
            }
        }
        if (byName.containsKey(VERSION) == byName.containsKey(OTHER_VERSION)) {
            throw corrupt("one version of the format", byName.containsKey(VERSION) ? "two" : "none");
        }
        return byName;
    }

    /** The file that says the version of the format: PyTorch writes it in one of two places. */
    static ZipEntryLayout version(Map<String, ZipEntryLayout> entries) {
        ZipEntryLayout version = entries.get(VERSION);
        return version == null ? Objects.requireNonNull(entries.get(OTHER_VERSION)) : version;
    }

    static boolean isCode(String name) {
        return CODE.matcher(name).matches();
    }

    static boolean isDebug(String name) {
        return DEBUG.matcher(name).matches();
    }

    private static boolean known(String name) {
        return SINGLE.contains(name)
                || isCode(name)
                || isDebug(name)
                || TENSOR.matcher(name).matches()
                || EXTRA.matcher(name).matches();
    }

    private static String top(String name) {
        int slash = name.indexOf('/');
        String top = slash < 0 ? "" : name.substring(0, slash);
        boolean usable = !top.isEmpty()
                && !top.equals(".")
                && !top.equals("..")
                && top.codePoints().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c));
        if (!usable) {
            throw corrupt("one top folder", quote(name));
        }
        return top;
    }
}
