package io.margrave.cli;

import java.time.Duration;

/**
 * What a sandboxed command may use.
 *
 * @param heapMegabytes of Java
 * @param nativeMegabytes of tensors, beyond what Java and LibTorch take for themselves
 * @param time from its start to its end
 */
record SandboxLimits(int heapMegabytes, int nativeMegabytes, Duration time) {
    SandboxLimits {
        if (heapMegabytes < 64 || nativeMegabytes < 64 || time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("want 64 MB of each memory and some time at least");
        }
    }

    /** 1 GiB of heap, 2 GiB of tensors, 10 minutes: enough to import a VAE of some 100 million parameters with CelebA. */
    static SandboxLimits defaults() {
        return new SandboxLimits(1024, 2048, Duration.ofMinutes(10));
    }
}
