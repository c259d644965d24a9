package io.margrave.robustness.sensitivity;

import io.margrave.data.ImageSet;
import io.margrave.results.Progress;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.robustness.audit.Workers;
import io.margrave.vae.model.ImageClassifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the sensitivity margins of a classifier at many points: bounds from below, verified breaks from above.
 *
 * <p>A chunk of points is measured whole by one thread with one LibTorch thread, so rows do not depend on how many threads there are.
 */
public final class SensitivityAudit {
    private SensitivityAudit() {}

    /**
     * Measures.
     *
     * @param plan what is measured
     * @param classifier the model, of the images' shape and range
     * @param name of the model: part of the name of its noise
     * @param images the split
     * @param points indices within it
     * @param threads chunks at a time, greater than zero
     * @param progress hears of finished searches: points x kinds
     * @return one row a point, in the order of {@code points}
     * @throws io.margrave.data.BadInputException where the model's numbers overflow
     * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
     */
    public static List<SensitivityRow> run(
            SensitivityPlan plan,
            ImageClassifier classifier,
            String name,
            ImageSet images,
            int[] points,
            int threads,
            Progress.Listener progress) {
        if (!classifier.shape().equals(images.shape()) || !classifier.range().equals(images.range())) {
            throw new IllegalArgumentException("model " + name + " takes images of " + classifier.shape() + " in "
                    + classifier.range() + ", but " + images.name() + " has " + images.shape() + " in "
                    + images.range());
        }
        Count count = new Count(
                name,
                (long) points.length * ChunkSensitivity.kinds(plan, classifier).size(),
                progress);
        List<Workers.Job<List<SensitivityRow>>> jobs = new ArrayList<>();
        for (int first = 0; first < points.length; first += plan.chunk()) {
            int[] some = Arrays.copyOfRange(points, first, Math.min(points.length, first + plan.chunk()));
            ChunkSensitivity chunk = new ChunkSensitivity(plan, classifier, name, images, some, () -> {
                Workers.stopIfInterrupted();
                count.add(some.length);
            });
            jobs.add(() -> {
                Workers.stopIfInterrupted();
                return chunk.rows();
            });
        }
        List<List<SensitivityRow>> chunks = new ArrayList<>();
        jobs.forEach(job -> chunks.add(List.of()));
        Workers.run(jobs, threads, chunks::set);
        return chunks.stream().flatMap(List::stream).toList();
    }

    /** Searches finished so far, by all threads. */
    private static final class Count {
        private final String stage;
        private final long total;
        private final Progress.Listener progress;
        private long done;

        Count(String model, long total, Progress.Listener progress) {
            this.stage = "sensitivity " + model;
            this.total = total;
            this.progress = progress;
            progress.on(new Progress(stage, 0, total, "searches", ""));
        }

        synchronized void add(int searches) {
            done += searches;
            progress.on(new Progress(stage, done, total, "searches", ""));
        }
    }
}
