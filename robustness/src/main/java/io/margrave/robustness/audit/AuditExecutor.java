package io.margrave.robustness.audit;

import io.margrave.data.ImageSet;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.TaskSink;
import io.margrave.vae.Engine;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the tasks of an audit on local threads.
 *
 * <p>A task is run whole by one thread with one LibTorch thread, so its rows do not depend on how many threads there are, nor
 * on which other tasks were run.
 */
public final class AuditExecutor {

    private AuditExecutor() {}

    /** A finished task and what it found. */
    private record Finished(AuditTask task, double seconds, List<PointAudit> audits) {}

    /**
     * The tasks of a plan, model by model.
     *
     * @param plan resolved
     * @param models names of the models, in plan order
     * @param points number of audited points
     */
    public static List<AuditTask> tasks(AuditPlan plan, List<String> models, int points) {
        List<AuditTask> tasks = new ArrayList<>();
        for (String model : models) {
            for (int chunk = 0, first = 0; first < points; chunk++, first += plan.chunk()) {
                tasks.add(new AuditTask(model, chunk, first, Math.min(plan.chunk(), points - first)));
            }
        }
        return tasks;
    }

    /**
     * Runs every task that is not done yet.
     *
     * @param plan resolved
     * @param models by name, in plan order; of the images' shape
     * @param images the audited split
     * @param points indices of the audited points within it, in audit order
     * @param done tasks to leave out
     * @param threads tasks at a time, greater than zero
     * @param sink keeps finished tasks, in the order in which they finish; called by the calling thread
     * @param progress hears of finished searches, in points x radii x kinds
     * @throws CancellationException if the calling thread is interrupted; tasks committed by then stay
     */
    public static void run(
            AuditPlan plan,
            Map<String, Vae> models,
            ImageSet images,
            int[] points,
            Set<AuditTask> done,
            int threads,
            TaskSink sink,
            Progress.Listener progress) {
        List<AuditTask> all = tasks(plan, List.copyOf(models.keySet()), points.length);
        List<AuditTask> open = all.stream().filter(task -> !done.contains(task)).toList();
        long perPoint = ChunkAudit.searches(plan);
        long total = perPoint * all.stream().mapToLong(AuditTask::count).sum();
        AtomicLong finished = new AtomicLong(
                total - perPoint * open.stream().mapToLong(AuditTask::count).sum());
        Engine.singleThreaded();
        ExecutorService workers = Executors.newFixedThreadPool(Math.max(1, threads), work -> {
            Thread thread = new Thread(work, "audit");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Finished> completion = new ExecutorCompletionService<>(workers);
            for (AuditTask task : open) {
                Vae vae = models.get(task.model());
                if (vae == null) {
                    throw new IllegalArgumentException("no model is called " + task.model());
                }
                completion.submit(() -> {
                    Engine.singleThreaded();
                    long start = System.nanoTime();
                    List<PointAudit> audits = ChunkAudit.run(plan, task, vae, images, points, count -> {
                        stopIfInterrupted();
                        report(progress, task, finished.addAndGet(count), total);
                    });
                    return new Finished(task, (System.nanoTime() - start) / 1e9, audits);
                });
            }
            for (int i = 0; i < open.size(); i++) {
                Finished result = await(completion.take());
                sink.commit(result.task(), result.seconds(), result.audits());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("audit stopped");
        } finally {
            workers.shutdownNow();
        }
    }

    private static void report(Progress.Listener progress, AuditTask task, long done, long total) {
        synchronized (progress) {
            progress.on(new Progress("audit", done, total, "searches", task.model()));
        }
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("audit stopped");
        }
    }

    private static Finished await(Future<Finished> future) throws InterruptedException {
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
