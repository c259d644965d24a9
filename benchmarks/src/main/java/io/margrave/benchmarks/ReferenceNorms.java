package io.margrave.benchmarks;

import io.margrave.robustness.map.Criterion;
import io.margrave.vae.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;

/**
 * Writes the reference search's norms as CSV, chunk by chunk: {@code ReferenceNorms MODEL POINTS OUT.csv [R]}. Stopped and
 * started again, it goes on where it stopped.
 *
 * <p>Columns: point within the test split; norm of its verified break, empty where there is none; p, the share of fresh draws
 * within r at it; median, the norm along the same direction at which search noise has P at one half.
 */
public final class ReferenceNorms {
    static final String HEADER = "point,norm,p,median";
    private static final int CHUNK = 50;

    private ReferenceNorms() {}

    public static void main(String[] args) throws IOException {
        Engine.singleThreaded();
        Subject subject = Subject.of(Path.of(args[0]));
        int points = Integer.parseInt(args[1]);
        Path out = Path.of(args[2]);
        double r = args.length > 3 ? Double.parseDouble(args[3]) : 6;
        int done = Files.exists(out) ? Files.readAllLines(out).size() - 1 : 0;
        if (done <= 0) {
            Files.writeString(out, HEADER + "\n");
            done = 0;
        }
        for (int first = done; first < points; first += CHUNK) {
            long start = System.nanoTime();
            int[] numbers = Subject.numbers(first, Math.min(CHUNK, points - first));
            List<Optional<ReferenceSearch.Found>> found;
            try (PointerScope scope = new PointerScope()) {
                Subject.Chunk chunk = subject.chunk(numbers, false);
                found = ReferenceSearch.run(
                        chunk.map(),
                        chunk.ball(),
                        Criterion.leavesBall(r),
                        numbers,
                        subject.noise(),
                        "full/boxed/r=" + r,
                        chunk.singular(),
                        ReferenceSearch.Settings.thorough(subject.limit()));
            }
            StringBuilder rows = new StringBuilder();
            for (int i = 0; i < numbers.length; i++) {
                rows.append(row(numbers[i], found.get(i)));
            }
            Files.writeString(out, rows, StandardOpenOption.APPEND);
            System.err.printf(
                    Locale.ROOT,
                    "%d points, %.2f s a point, mean %.4f%n",
                    first + numbers.length,
                    (System.nanoTime() - start) / 1e9 / numbers.length,
                    found.stream()
                            .flatMap(Optional::stream)
                            .collect(Collectors.averagingDouble(ReferenceSearch.Found::norm)));
        }
    }

    private static String row(int point, Optional<ReferenceSearch.Found> found) {
        Function<ReferenceSearch.Found, String> columns = f -> String.format(
                Locale.ROOT, "%.6f,%.3f,%.6f", f.norm(), f.within().estimate(), f.median());
        return point + "," + found.map(columns).orElse(",,") + "\n";
    }
}
