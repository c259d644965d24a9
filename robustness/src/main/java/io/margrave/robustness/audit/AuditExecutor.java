package io.margrave.robustness.audit;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.TaskSink;
import io.margrave.vae.Engine;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of an audit on local threads.
 *
 * <p>A task is run whole by one thread with one LibTorch thread, so its rows do not depend on how many threads there are, nor
 * on which other tasks were run.
 */
public final class AuditExecutor {

    private AuditExecutor() {}

    /** What a finished task found, and how long it took. */
    private record Finished(double seconds, List<PointAudit> audits) {}

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
     * Runs every task that is not done yet, of a plan that takes no training images: without a probe and universal attacks.
     *
     * @param images the audited split; the rest as in the other method
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
        run(plan, models, images, null, points, done, threads, sink, progress);
    }

    /**
     * Runs every task that is not done yet.
     *
     * @param plan resolved
     * @param models by name, in plan order; of the images' shape
     * @param data the plan's split is audited; a probe and universal perturbations are fitted on the training split
     * @param points indices of the audited points within the plan's split, in audit order
     * @param done tasks to leave out
     * @param threads tasks at a time, greater than zero
     * @param sink keeps finished tasks, in the order in which they finish; called by the calling thread
     * @param progress hears of restarts of universal perturbations, then of finished searches: points x radii x kinds, and points x attacks
     *     of the suite x targets x weights
     * @throws io.margrave.data.BadInputException where the suite makes no sense of a model, before any task is run
     * @throws CancellationException if the calling thread is interrupted; tasks committed by then stay
     */
    public static void run(
            AuditPlan plan,
            Map<String, Vae> models,
            DataSplits data,
            int[] points,
            Set<AuditTask> done,
            int threads,
            TaskSink sink,
            Progress.Listener progress) {
        run(plan, models, data.split(plan.split()), data, points, done, threads, sink, progress);
    }

    private static void run(
            AuditPlan plan,
            Map<String, Vae> models,
            ImageSet images,
            @Nullable DataSplits data,
            int[] points,
            Set<AuditTask> done,
            int threads,
            TaskSink sink,
            Progress.Listener progress) {
        if (!plan.r().resolved()) {
            throw new IllegalArgumentException("want a plan whose radii are resolved, got " + plan.r());
        }
        models.forEach((name, vae) -> {
            checkShape(name, vae, images);
            PreparedSuite.check(plan, vae);
        });
        List<AuditTask> all = tasks(plan, List.copyOf(models.keySet()), points.length);
        List<AuditTask> open = all.stream().filter(task -> !done.contains(task)).toList();
        Map<String, PreparedSuite> suites = suites(plan, models, data, open, threads, progress);
        Count count = new Count(plan.breaks() ? "audit" : "attack", ChunkAudit.searches(plan), all, open, progress);
        List<Workers.Job<Finished>> jobs = new ArrayList<>();
        for (AuditTask task : open) {
            Vae vae = model(models, task.model());
            PreparedSuite suite = suites.get(task.model());
            jobs.add(() -> {
                long start = System.nanoTime();
                List<PointAudit> audits = ChunkAudit.run(plan, task, vae, suite, images, points, searched -> {
                    Workers.stopIfInterrupted();
                    count.add(searched, task.model());
                });
                // What lies free between the tensors of one chunk is seldom in the right place for those of the next.
                Engine.releaseMemory();
                return new Finished((System.nanoTime() - start) / 1e9, audits);
            });
        }
        Workers.run(
                jobs,
                threads,
                (number, finished) -> sink.commit(open.get(number), finished.seconds(), finished.audits()));
    }

    /** The suite for each model that has work left; none where the plan has no suite. */
    private static Map<String, PreparedSuite> suites(
            AuditPlan plan,
            Map<String, Vae> models,
            @Nullable DataSplits data,
            List<AuditTask> open,
            int threads,
            Progress.Listener progress) {
        Map<String, PreparedSuite> suites = new HashMap<>();
        if (plan.suite().isEmpty()) {
            return suites;
        }
        List<String> names = open.stream().map(AuditTask::model).distinct().toList();
        List<Workers.Job<PreparedSuite>> jobs = new ArrayList<>();
        for (String name : names) {
            jobs.add(() -> PreparedSuite.of(plan, name, model(models, name), data, progress));
        }
        Workers.run(jobs, threads, (number, suite) -> suites.put(names.get(number), suite));
        return suites;
    }

    private static Vae model(Map<String, Vae> models, String name) {
        Vae vae = models.get(name);
        if (vae == null) {
            throw new IllegalArgumentException("no model is called " + name);
        }
        return vae;
    }

    private static void checkShape(String name, Vae vae, ImageSet images) {
        if (!vae.spec().shape().equals(images.shape())) {
            throw new IllegalArgumentException("model " + name + " takes images of "
                    + vae.spec().shape() + ", but " + images.name() + " has " + images.shape());
        }
    }

    /** Searches finished so far, by all threads. */
    private static final class Count {
        private final String name;
        private final Progress.Listener progress;
        private final long total;
        private long done;

        Count(String name, long perPoint, List<AuditTask> all, List<AuditTask> open, Progress.Listener progress) {
            this.name = name;
            this.progress = progress;
            total = perPoint * points(all);
            done = total - perPoint * points(open);
        }

        private static long points(List<AuditTask> tasks) {
            return tasks.stream().mapToLong(AuditTask::count).sum();
        }

        synchronized void add(int searched, String model) {
            done += searched;
            progress.on(new Progress(name, done, total, "searches", model));
        }
    }
}
