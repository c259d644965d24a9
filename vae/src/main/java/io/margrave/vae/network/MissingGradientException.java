package io.margrave.vae.network;

/** A gradient was asked for that there is not: nothing of the value depends on the tensor, or its graph was cut. The message is one line. */
public final class MissingGradientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingGradientException(String message) {
        super(message);
    }
}
