package io.margrave.data;

/**
 * What the user gave can't be used. The message is one line: what was wanted, what came, what to do. The command line prints
 * it and exits 2.
 */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadInputException(String message) {
        super(message);
    }

    public BadInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
