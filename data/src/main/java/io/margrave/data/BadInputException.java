package io.margrave.data;

import org.jspecify.annotations.Nullable;

/**
 * What the user gave can't be used. The message is one line: what was wanted, what came, what to do. The command line prints
 * it and exits 2.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
