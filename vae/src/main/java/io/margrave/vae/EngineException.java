package io.margrave.vae;

/** LibTorch refused an operation. The message is one line: what was being done, and LibTorch's own first line. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EngineException(String message, RuntimeException cause) {
        super(message, cause);
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
