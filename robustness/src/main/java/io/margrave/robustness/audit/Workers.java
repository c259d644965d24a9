package io.margrave.robustness.audit;

import io.margrave.vae.Engine;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Java threads with one LibTorch thread each: what a job computes does not depend on how many there are.
 *
 * <p>Results are taken by the calling thread, one at a time, as they come.
 */
public final class Workers {

    /** Work that gives a result. */
    @FunctionalInterface
    public interface Job<T> {
        T run();
    }

    /** Takes the result of job {@code number}, from 0. */
    @FunctionalInterface
    public interface Taker<T> {
        void take(int number, T result);
    }

    private static final int PATIENCE_SECONDS = 20;

    private Workers() {}

    private record Numbered<T>(int number, T result) {}

    /**
     * Runs jobs, some at a time.
     *
     * @throws CancellationException if the calling thread is interrupted
     */
    public static <T> void run(List<? extends Job<T>> jobs, int threads, Taker<? super T> taker) {
        if (threads <= 0) {
            throw new IllegalArgumentException("want threads > 0, got " + threads);
        }
        Engine.singleThreaded();
        ExecutorService workers = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "audit");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Numbered<T>> completion = new ExecutorCompletionService<>(workers);
            for (int i = 0; i < jobs.size(); i++) {
                int number = i;
                completion.submit(() -> {
                    Engine.singleThreaded();
                    return new Numbered<>(number, jobs.get(number).run());
                });
            }
            for (int i = 0; i < jobs.size(); i++) {
                Numbered<T> finished = await(completion.take());
                taker.take(finished.number(), finished.result());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("stopped");
        } finally {
            workers.shutdownNow();
            awaitEnd(workers);
        }
    }

    /** Native code must not be left running behind a process that may be about to end; jobs end at their next part. */
    private static void awaitEnd(ExecutorService workers) {
        boolean interrupted = Thread.interrupted();
        try {
            workers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** For a job to call between its parts: ends it where its pool was shut down. */
    public static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("stopped");
        }
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
