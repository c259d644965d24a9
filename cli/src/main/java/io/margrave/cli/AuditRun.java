package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.data.PairwiseDistances;
import io.margrave.results.AuditPlan;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.RunInfo;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.robustness.suite.Probe;
import io.margrave.store.RunStore;
import io.margrave.vae.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An audit in its run folder: everything between a plan and committed rows.
 *
 * @param plan resolved
 * @param models by name
 * @param data of the plan: its training split is what a probe and universal perturbations are fitted on
 * @param images the audited split
 * @param points indices of the audited points within it, in audit order
 */
record AuditRun(AuditPlan plan, Models models, DataSplits data, ImageSet images, int[] points) {

    /**
     * Opens a plan's data and models, resolves its radii and draws its points. The plan becomes good from any folder: its paths are
     * made absolute.
     *
     * @param plan with models
     */
    static AuditRun prepare(AuditPlan plan, Models models, Console console) {
        return prepare(plan, models, null, console);
    }

    /**
     * The same at points that somebody named.
     *
     * @param named indices within the split, as many as the plan has points; null for a random sample
     */
    static AuditRun prepare(AuditPlan plan, Models models, int @Nullable [] named, Console console) {
        DataSplits data = open(plan, console);
        ImageSet images = data.split(plan.split());
        models.checkTake(images);
        int[] points = named == null ? sample(images, plan.points(), plan.seed()) : checked(named, images);
        return new AuditRun(placed(resolve(plan, data), console), models, data, images, points);
    }

    private static int[] checked(int[] named, ImageSet images) {
        for (int index : named) {
            if (index < 0 || index >= images.size()) {
                throw new BadInputException(
                        "want --indices from 0 to " + (images.size() - 1) + " of " + images.name() + ", got " + index);
            }
        }
        return named;
    }

    /** The same run of a plan that differs in its attacks. */
    AuditRun withPlan(AuditPlan other) {
        return new AuditRun(other, models, data, images, points);
    }

    /**
     * The points that are audited or attacked where none are named: a seeded random sample, the same for both.
     *
     * @throws BadInputException where {@code points} is not from 1 to as many as there are
     */
    static int[] sample(ImageSet images, int points, long seed) {
        if (points < 1 || points > images.size()) {
            throw new BadInputException(
                    "want --points from 1 to the " + images.size() + " of " + images.name() + ", got " + points);
        }
        return new Noise(seed, "audit").stream(0, "points", 0).sample(images.size(), points);
    }

    /** The plan with its radii made concrete: one median for the whole run, shared by all its models. */
    static AuditPlan resolve(AuditPlan plan, DataSplits data) {
        if (plan.concrete()) {
            return plan;
        }
        boolean known = plan.r().resolved() && plan.attackRadius() != null;
        double median = known ? Double.NaN : PairwiseDistances.median(data.validation(), plan.seed());
        return plan.resolved(median, Engine.searchPrecision());
    }

    /** The plan's data set. */
    static DataSplits open(AuditPlan plan, Console console) {
        return open(plan, null, console);
    }

    private static DataSplits open(AuditPlan plan, @Nullable Path moved, Console console) {
        String said = plan.dataDir();
        Path dataDir = moved == null && said != null ? Path.of(said) : moved;
        return Datasets.open(new DataRequest(
                plan.data(),
                dataDir == null ? null : console.resolve(dataDir),
                plan.imageSize(),
                plan.imageSize() != null));
    }

    /** Makes the run folder. */
    RunStore create(Path folder, Console console) {
        return RunStore.create(folder, plan, info(String.valueOf(folder.getFileName())), models.cards());
    }

    /**
     * Makes the run folder in one step: whatever stops the process, there is a whole run without a task or none.
     *
     * @param folder that does not exist, or holds no run
     */
    void begin(Path folder) {
        String name = String.valueOf(folder.getFileName());
        Path draft = folder.resolveSibling("." + name + ".new");
        try {
            delete(draft);
            RunStore.create(draft, plan, info(name), models.cards()).close();
            delete(folder);
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static AuditPlan placed(AuditPlan plan, Console console) {
        String dataDir = plan.dataDir();
        return new AuditPlan(
                plan.models().stream()
                        .map(model -> console.resolve(Path.of(model)).toString())
                        .toList(),
                plan.data(),
                dataDir == null ? null : console.resolve(Path.of(dataDir)).toString(),
                plan.imageSize(),
                plan.split(),
                plan.points(),
                plan.r(),
                plan.alpha(),
                plan.draws(),
                plan.verdictDraws(),
                plan.meanOnly(),
                plan.unboxed(),
                plan.attackRadius(),
                plan.attack(),
                plan.search(),
                plan.curvePoints(),
                plan.seed(),
                plan.chunk(),
                plan.breaks(),
                plan.suite(),
                placed(plan.probe(), console),
                plan.checks());
    }

    private static @Nullable String placed(@Nullable String probe, Console console) {
        if (probe == null || probe.equals(Probe.LOGISTIC)) {
            return probe;
        }
        Path file = console.resolve(Path.of(probe));
        if (!Files.isRegularFile(file)) {
            throw new BadInputException(
                    "want a probe: logistic, or a TorchScript file, got " + file + ", which is no file");
        }
        return file.toString();
    }

    /** Where the run comes from. */
    RunInfo info(String id) {
        return new RunInfo(
                id,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Version.current(),
                Engine.version(),
                machine(),
                images.checksum(),
                List.of(
                        images.shape().channels(),
                        images.shape().height(),
                        images.shape().width()),
                images.range().low(),
                images.range().high(),
                Arrays.stream(points).boxed().toList(),
                0);
    }

    private static String machine() {
        return String.format(
                Locale.ROOT,
                "%d cores, %s, %s %s, Java %s",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.arch"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version());
    }

    /**
     * Opens the data and models that a run was begun with.
     *
     * @param moved folders of the models, in plan order; null where they still are where they were
     * @param dataDir where the data lies; null where it still is where it was
     * @throws BadInputException where data or weights have changed since
     */
    static AuditRun reopen(RunStore store, @Nullable List<String> moved, @Nullable Path dataDir, Console console) {
        AuditPlan plan = store.plan();
        Models models = Models.again(store.models(), moved, console);
        DataSplits data = open(plan, dataDir, console);
        ImageSet images = data.split(plan.split());
        models.checkTake(images);
        if (!images.checksum().equals(store.info().dataChecksum())) {
            throw new BadInputException("the data have changed since the run: want " + images.name() + " with checksum "
                    + store.info().dataChecksum() + ", got " + images.checksum());
        }
        int[] points =
                store.info().points().stream().mapToInt(Integer::intValue).toArray();
        return new AuditRun(plan, models, data, images, points);
    }

    /** Runs what the store lacks; a stop between two commits loses nothing that was committed. */
    void run(RunStore store, int threads, Console console, Progress.Listener progress) {
        run(store, threads, resumeHint(store, console), console, progress);
    }

    /** The same where a stop is followed by another hint. */
    void run(RunStore store, int threads, String hint, Console console, Progress.Listener progress) {
        store.targetsFrom(images);
        try (StopGuard guard = new StopGuard(console, hint)) {
            AuditExecutor.run(plan, models.vaes(), data, points, store.done(), threads, guard.guard(store), progress);
        }
    }

    /** Runs all of it, and keeps it in memory. */
    List<PointAudit> run(int threads, Progress.Listener progress) {
        List<PointAudit> all = new ArrayList<>();
        AuditExecutor.run(
                plan,
                models.vaes(),
                data,
                points,
                Set.of(),
                threads,
                (task, seconds, audits) -> all.addAll(audits),
                progress);
        List<String> names = List.copyOf(models.vaes().keySet());
        all.sort(Comparator.comparingInt((PointAudit audit) -> names.indexOf(audit.model()))
                .thenComparingInt(PointAudit::position));
        return all;
    }

    /** What to do to go on after a stop. */
    String resumeHint(RunStore store, Console console) {
        return "finished points are kept; go on with: margrave " + (plan.breaks() ? "audit" : "attack") + " --resume "
                + shortest(store.folder(), console);
    }

    /** A path as the user would type it. */
    static String shortest(Path path, Console console) {
        return path.startsWith(console.directory())
                ? console.directory().relativize(path).toString()
                : path.toString();
    }

    /** A run folder named after the time, which does not exist yet. */
    static Path fresh(Path runs, LocalDateTime now) {
        String name = now.format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        Path folder = runs.resolve(name);
        for (int i = 2; Files.exists(folder); i++) {
            folder = runs.resolve(name + "-" + i);
        }
        return folder;
    }
}
