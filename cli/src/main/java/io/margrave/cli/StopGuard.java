package io.margrave.cli;

import io.margrave.results.TaskSink;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Between Ctrl-C and work that must not be torn: a commit that is under way ends first, then the user is told how to go on,
 * and the process ends with 130.
 */
final class StopGuard implements AutoCloseable {
    private final ReentrantLock committing = new ReentrantLock();
    private final Thread hook;

    /**
     * Guards until closed.
     *
     * @param hint what to do to go on; one line
     */
    StopGuard(Console console, String hint) {
        hook = new Thread(() -> stop(console, hint), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop(Console console, String hint) {
        // Never given back: after this no commit begins.
        committing.lock();
        console.err().println();
        console.err().println("margrave: stopped; " + hint);
        console.err().flush();
        Runtime.getRuntime().halt(ExitCode.STOPPED);
    }

    /** A sink whose commits are whole even when the process is stopped. */
    TaskSink guard(TaskSink sink) {
        return (task, seconds, audits) -> whole(() -> sink.commit(task, seconds, audits));
    }

    /** Does something that a stop waits for. */
    void whole(Runnable work) {
        committing.lock();
        try {
            work.run();
        } finally {
            committing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is stopping already: the hook has the last word, and this thread waits for it.
            park();
        }
    }

    private static void park() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
