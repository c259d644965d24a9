package io.margrave.vae.training;

import io.margrave.data.BadInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One training a folder: two would overwrite each other's checkpoints. The operating system lets go of the lock when its
 * process ends, however it ends.
 */
final class FolderLock implements AutoCloseable {
    private static final String NAME = ".training.lock";

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws BadInputException where another training has it, or the folder can't be written
     */
    static FolderLock take(Path folder) {
        Path file = folder.resolve(NAME);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) != null) {
                return new FolderLock(file, channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new BadInputException(
                    "can't write to the folder " + folder + " (" + e.getClass().getSimpleName()
                            + "): choose another --out or make room",
                    e);
        }
        throw new BadInputException(
                folder + " is in use by another training: wait until it ends, or choose another --out");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } catch (IOException e) {
            throw new BadInputException("can't remove " + file + ": delete it by hand", e);
        }
    }
}
