package io.margrave.cli;

/** How the process ends. */
final class ExitCode {
    /** All is well. */
    static final int PASS = 0;
    /** The command did its work, and a gate or a check failed. */
    static final int FAILED = 1;
    /** The input, or a file, can't be used. */
    static final int BAD_INPUT = 2;
    /** A defect of Margrave. */
    static final int BUG = 70;
    /** Stopped by Ctrl-C or SIGTERM. */
    static final int STOPPED = 130;

    private ExitCode() {}
}
