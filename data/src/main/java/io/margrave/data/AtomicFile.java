package io.margrave.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a file whole or not at all: a reader sees the old bytes or the new ones, even after a crash. */
public final class AtomicFile {
    private static final AtomicLong SERIAL = new AtomicLong();

    private AtomicFile() {}

    /** Puts the bytes of a file into an open channel. */
    @FunctionalInterface
    public interface Content {
        /** Called once, with the channel at its beginning. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes beside the file, forces the bytes to the disk, then renames.
     *
     * @throws BadInputException where the folder can't be written or the disk is full; the old file is still there
     */
    public static void write(Path file, Content content) {
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new BadInputException("want a file to write, got the folder " + target + ": name a file inside it");
        }
        Path beside = folder.resolve("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder(folder);
        } catch (IOException e) {
            throw BadFile.unwritable(target, e);
        } finally {
            deleteQuietly(beside);
        }
    }

    /** The rename itself must reach the disk; systems that can't open a folder don't need it. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every file system lets a folder be forced; the file's own bytes are safe already.
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The error that led here, if any, is the one to hear of.
        }
    }
}
