package io.margrave.report;

import io.margrave.data.BadInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there whole or not at all. */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * Writes beside the file, then renames.
     *
     * @throws BadInputException where the folder can't be written or is full; an older file stays as it was
     */
    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same of bytes. */
    static void write(Path file, byte[] bytes) {
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new BadInputException("want a file to write, got " + file);
        }
        Path draft = folder.resolve("." + target.getFileName() + ".part");
        try {
            Files.createDirectories(folder);
            Files.write(draft, bytes);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            discard(draft);
            throw new BadInputException(
                    "want to write " + file + ", got " + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check permissions and free space",
                    e);
        }
    }

    private static void discard(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            // The first failure says more than this one.
            return;
        }
    }
}
