package io.margrave.vae;

import org.jspecify.annotations.Nullable;

/** LibTorch refused an operation, or would. The message is one line: what was being done, and LibTorch's own first line. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EngineException(String message, @Nullable RuntimeException cause) {
        super(message, cause);
    }

    /**
     * Says that a number has no gradient.
     *
     * @param of what it was to be of, as in {@code input 0 of 1, of shape 16x64}
     */
    public static EngineException withoutGradient(String of) {
        return new EngineException("want a value that depends on " + of + ", got one that doesn't", null);
    }

    /**
     * Says what was being done when LibTorch failed. LibTorch's message carries a native backtrace: only its first line is
     * kept.
     *
     * @param doing which model, layer and shape, as in {@code layer 2 (Linear 512 -> 40) on an input of 8x784}
     * @param cause as it came from LibTorch
     */
    public static EngineException of(String doing, RuntimeException cause) {
        return new EngineException(doing + ": " + Engine.firstLine(cause), cause);
    }
}
