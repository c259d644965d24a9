package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import io.margrave.data.BadInputException;
import io.margrave.data.Sha256;
import io.margrave.vae.torchscript.PickleValue.Instance;
import io.margrave.vae.torchscript.PickleValue.Row;
import io.margrave.vae.torchscript.PickleValue.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A TorchScript archive that was looked at before LibTorch sees it: an {@code encoder.pt} or {@code decoder.pt} that somebody
 * else made.
 *
 * <p>Such a file is a zip archive with code for LibTorch's interpreter, a pickle that describes objects, and tensors. What
 * passes is exactly of the form that {@code torch.jit.save} writes, holds no more than it says, and its code calls nothing but
 * operators that networks need. It does not follow that loading or running it is safe: LibTorch has defects, and code may run
 * for ever or ask for more memory than there is. See SECURITY.md.
 */
public final class ScriptArchive {
    private final Path file;
    private final String sha256;
    private final String mainClass;
    private final long parameters;
    private final long storedValues;
    private final int entries;

    private ScriptArchive(Path file, String sha256, Instance main, long constants, int entries) {
        Count count = new Count();
        count.add(main);
        this.file = file;
        this.sha256 = sha256;
        this.mainClass = main.declaration().name();
        this.parameters = count.parameters;
        this.storedValues = count.values + constants;
        this.entries = entries;
    }

    /**
     * Checks a file, within the {@linkplain ArchiveLimits#defaults() default limits}.
     *
     * @throws BadInputException where it can't be read, is no TorchScript archive or not one to load: one line
     */
    public static ScriptArchive check(Path file) {
        return check(file, ArchiveLimits.defaults());
    }

    /**
     * Checks a file.
     *
     * @throws BadInputException where it can't be read, is no TorchScript archive or not one to load: one line
     */
    public static ScriptArchive check(Path file, ArchiveLimits limits) {
        if (Files.isDirectory(file)) {
            throw new BadInputException(
                    "can't read " + file + ": want a TorchScript archive, got a folder; name the file");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size > limits.fileBytes()) {
                throw corrupt("at most " + limits.fileBytes() + " bytes", String.valueOf(size));
            }
            ByteBuffer bytes =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
            return check(file, bytes, limits);
        } catch (UnfitArchiveException e) {
            throw new BadInputException("not a usable TorchScript archive, " + file + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't read " + file + ": " + reason(e) + "; check the path and its permissions", e);
        }
    }

    private static ScriptArchive check(Path file, ByteBuffer bytes, ArchiveLimits limits) {
        WrongKind.check(bytes);
        Map<String, ZipEntryLayout> entries = ArchiveNames.check(ZipLayout.read(bytes, limits.entries()));
        ArchiveReader reader = new ArchiveReader(entries, new ArchiveContents(bytes), limits);
        reader.checkSmallFiles();
        Map<String, ClassDeclaration> classes =
                CodeCheck.check(reader.sources()).classes();
        Map<String, PickleValue> pickles = reader.pickles(classes);
        if (!(pickles.get(ArchiveNames.DATA) instanceof Instance main)) {
            throw corrupt("a module in data.pkl", "something else");
        }
        if (!(pickles.get(ArchiveNames.CONSTANTS) instanceof Row constants)) {
            throw corrupt("a tuple of constants in constants.pkl", "something else");
        }
        long constantValues = 0;
        for (PickleValue constant : constants.elements()) {
            if (!(constant instanceof Tensor tensor)) {
                throw corrupt("tensors in constants.pkl", quote(constant.typeName()));
            }
            constantValues += tensor.values();
        }
        return new ScriptArchive(file, Sha256.of(file), main, constantValues, entries.size());
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        String message = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("unknown error");
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** Checksum of the file, in lower-case hex. */
    public String sha256() {
        return sha256;
    }

    /** Class of the module, as in {@code __torch__.Encoder}. */
    public String mainClass() {
        return mainClass;
    }

    /** Values of all tensors that the code calls parameters. Zero for a frozen module, whose parameters are constants. */
    public long parameters() {
        return parameters;
    }

    /** Values of all tensors: parameters, buffers, constants. */
    public long storedValues() {
        return storedValues;
    }

    /** Files in the archive. */
    public int entries() {
        return entries;
    }

    @Override
    public String toString() {
        return file + " (" + mainClass + ", " + parameters + " parameters, sha256 " + sha256 + ")";
    }

    /** Counts each object and each tensor once, however often it is used. */
    private static final class Count {
        private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private long parameters;
        private long values;

        void add(Instance instance) {
            if (!seen.add(instance)) {
                return;
            }
            new TreeMap<>(instance.attributes()).forEach((name, value) -> {
                if (value instanceof Instance inner) {
                    add(inner);
                } else if (value instanceof Tensor tensor && seen.add(tensor)) {
                    values += tensor.values();
                    parameters += instance.declaration().parameters().contains(name) ? tensor.values() : 0;
                }
            });
        }
    }
}
