package io.margrave.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where data sets lie: the folder given, else {@code $MARGRAVE_DATA}, else {@code $XDG_CACHE_HOME/margrave}, else {@code
 * ~/.cache/margrave}.
 */
public final class DataLocation {
    private DataLocation() {}

    /** The folder, which need not exist. */
    public static Path resolve(@Nullable Path dataDir) {
        return resolve(dataDir, System.getenv(), System.getProperty("user.home", "."));
    }

    /** As {@link #resolve(Path)}, with the environment and the home folder passed in. */
    static Path resolve(@Nullable Path dataDir, Map<String, String> environment, String home) {
        if (dataDir != null) {
            return dataDir;
        }
        String own = environment.getOrDefault("MARGRAVE_DATA", "");
        if (!own.isBlank()) {
            return path("MARGRAVE_DATA", own);
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        return (cache.isBlank() ? Path.of(home, ".cache") : path("XDG_CACHE_HOME", cache)).resolve("margrave");
    }

    private static Path path(String variable, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new BadInputException("want a folder in $" + variable + ", got " + BadFile.quote(value), e);
        }
    }
}
