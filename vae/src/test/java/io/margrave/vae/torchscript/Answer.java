package io.margrave.vae.torchscript;

/**
 * What became of one archive in the other process.
 *
 * @param line what was said of it
 */
record Answer(Kind kind, String line) {
    enum Kind {
        /** Refused before LibTorch saw it. */
        REFUSED,
        /** Refused by LibTorch: it threw. */
        ENGINE,
        /** Loaded and run. */
        RAN,
        /** The check failed in another way than it may. */
        DEFECT,
        /** The process died. */
        CRASHED,
        /** No answer in time. */
        LATE
    }
}
