package io.margrave.results;

/**
 * An event of long work, for bars, plain lines and pages.
 *
 * @param stage what is being done: {@code train sprites-b1}, {@code audit}
 * @param done units finished, at least zero
 * @param total units in all
 * @param unit of {@code done}: {@code epochs}, {@code points}
 * @param detail a short phrase with the newest figures; may be empty
 */
public record Progress(String stage, long done, long total, String unit, String detail) {

    /** Hears of progress; called from any thread, one call at a time for one stage. */
    @FunctionalInterface
    public interface Listener {
        /** Called after each unit of work. */
        void on(Progress progress);

        /** Hears nothing. */
        static Listener none() {
            return progress -> {};
        }
    }
}
