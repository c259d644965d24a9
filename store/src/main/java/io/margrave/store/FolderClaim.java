package io.margrave.store;

import io.margrave.data.BadInputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps one process from opening a run folder twice: any number of readers, or one writer.
 *
 * <p>The database's own lock belongs to the process, so it refuses other processes but not this one.
 */
final class FolderClaim implements AutoCloseable {
    private static final int WRITER = -1;

    /** Readers of each folder, or {@link #WRITER}. */
    private static final Map<Path, Integer> OPEN = new HashMap<>();

    private final Path folder;
    private boolean closed;

    private FolderClaim(Path folder) {
        this.folder = folder;
    }

    /**
     * Claims a folder.
     *
     * @param folder as a real path
     * @throws BadInputException where this process has it open in a way that excludes this one
     */
    static FolderClaim of(Path folder, boolean writer) {
        synchronized (OPEN) {
            int readers = OPEN.getOrDefault(folder, 0);
            if (readers == WRITER || (writer && readers > 0)) {
                throw new BadInputException("run folder " + folder
                        + " is in use by this process: close it first, or choose another run folder");
            }
            OPEN.put(folder, writer ? WRITER : readers + 1);
            return new FolderClaim(folder);
        }
    }

    @Override
    public void close() {
        synchronized (OPEN) {
            if (!closed) {
                closed = true;
                OPEN.compute(folder, (key, readers) -> readers == null || readers <= 1 ? null : readers - 1);
            }
        }
    }
}
