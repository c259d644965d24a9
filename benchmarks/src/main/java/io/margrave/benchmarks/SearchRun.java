package io.margrave.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.margrave.results.AuditPlan;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.margin.BreakSearch;
import io.margrave.vae.Engine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.bytedeco.javacpp.PointerScope;

/**
 * The product's break search over the first points of a test split, as an audit runs it: {@code SearchRun MODEL POINTS THREADS
 * [R] [OUT.csv]}. Full kind, boxed, with the audit's own defaults for effort, alpha, verdict draws and chunks.
 *
 * <p>Prints one line of JSON. {@code seconds} hold everything from images to verdicts, the Jacobian that gives the directions
 * included; {@code search_seconds} the searches alone, summed over threads. One chunk of other points is searched first and not
 * timed.
 */
public final class SearchRun {
    private SearchRun() {}

    private record Part(int first, List<Optional<BreakSearch.Found>> breaks) {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Engine.singleThreaded();
        AuditPlan plan = AuditPlan.defaults().resolved(1, Engine.searchPrecision());
        Subject subject = args[0].equals("-") ? Subject.fromEnvironment() : Subject.of(Path.of(args[0]));
        int points = Math.min(Integer.parseInt(args[1]), subject.images().size());
        int threads = Integer.parseInt(args[2]);
        double r = args.length > 3 ? Double.parseDouble(args[3]) : 6;
        LongAdder searching = new LongAdder();
        search(subject, plan, r, Math.max(0, subject.images().size() - plan.chunk()), plan.chunk(), new LongAdder());
        long start = System.nanoTime();
        long cpu = cpuNanos();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        List<Future<Part>> parts = new ArrayList<>();
        for (int first = 0; first < points; first += plan.chunk()) {
            int from = first;
            int count = Math.min(plan.chunk(), points - first);
            parts.add(workers.submit(() -> {
                Engine.singleThreaded();
                return search(subject, plan, r, from, count, searching);
            }));
        }
        List<Part> done = new ArrayList<>();
        for (Future<Part> part : parts) {
            done.add(part.get());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (cpuNanos() - cpu) / 1e9;
        workers.shutdown();

        StringBuilder rows = new StringBuilder("point,norm,p\n");
        double sum = 0;
        int found = 0;
        for (Part part : done) {
            for (int i = 0; i < part.breaks().size(); i++) {
                Optional<BreakSearch.Found> one = part.breaks().get(i);
                rows.append(part.first() + i)
                        .append(one.map(f -> String.format(
                                        Locale.ROOT,
                                        ",%.6f,%.3f%n",
                                        f.norm(),
                                        f.within().estimate()))
                                .orElse(",,\n"));
                sum += one.map(BreakSearch.Found::norm).orElse(0.0);
                found += one.isPresent() ? 1 : 0;
            }
        }
        if (args.length > 4) {
            Files.writeString(Path.of(args[4]), rows);
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("what", "break-search");
        line.put("side", "margrave");
        line.put("model", subject.name());
        line.put("latent", subject.vae().spec().latent());
        line.put("points", points);
        line.put("threads", threads);
        line.put("r", r);
        line.put("alpha", plan.alpha());
        line.put("verdict_draws", plan.verdictDraws());
        line.put("chunk", plan.chunk());
        line.put("precision", inBfloat16(plan) ? SearchEffort.BFLOAT16 : SearchEffort.FLOAT32);
        line.put("seconds", seconds);
        line.put("seconds_per_point", seconds / points);
        line.put("cpu_seconds", cpuSeconds);
        line.put("search_seconds", searching.sum() / 1e9);
        line.put("found", found);
        line.put("mean_norm", found == 0 ? null : sum / found);
        line.put("peak_rss_mib", peakMebibytes());
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    private static Part search(Subject subject, AuditPlan plan, double r, int first, int count, LongAdder searching) {
        int[] points = Subject.numbers(first, count);
        try (PointerScope scope = new PointerScope()) {
            Subject.Chunk chunk = subject.chunk(points, inBfloat16(plan));
            long start = System.nanoTime();
            List<Optional<BreakSearch.Found>> breaks = BreakSearch.run(
                            chunk.map(),
                            chunk.ball(),
                            Criterion.leavesBall(r),
                            points,
                            subject.noise(),
                            "full/boxed/r=" + r,
                            chunk.directions(),
                            new BreakSearch.Settings(plan.search(), plan.alpha(), plan.verdictDraws(), subject.limit()))
                    .breaks();
            searching.add(System.nanoTime() - start);
            return new Part(first, breaks);
        }
    }

    /** As the audit would choose on this processor, unless {@code MARGRAVE_SEARCH_PRECISION} says otherwise. */
    private static boolean inBfloat16(AuditPlan plan) {
        String asked = System.getenv("MARGRAVE_SEARCH_PRECISION");
        return asked == null ? plan.search().inBfloat16() : asked.equals(SearchEffort.BFLOAT16);
    }

    /** Processor time of the whole process, all threads; -1 where the machine does not say. */
    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : -1;
    }

    /** The most memory that this process has held; 0 where the system does not say. */
    static long peakMebibytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }
}
