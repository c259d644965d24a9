package io.margrave.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.results.AttackSpec;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;

/**
 * The product's maximum-damage attack on the first points of a test split: {@code AttackRun MODEL POINTS RADIUS STEPS DRAWS
 * THREADS CHUNK PRECISION OUT.f32}. L2, inside the value range, one start a point: what {@code peers/attacks.py} does with other
 * tools.
 *
 * <p>Prints one line of JSON and writes the perturbed images as float32 in native order. One chunk of other points is attacked first
 * and not timed.
 */
public final class AttackRun {
    private AttackRun() {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Engine.singleThreaded();
        Subject subject = Subject.of(Path.of(args[0]));
        int points = Math.min(Integer.parseInt(args[1]), subject.images().size());
        double radius = Double.parseDouble(args[2]);
        int threads = Integer.parseInt(args[5]);
        int chunk = Integer.parseInt(args[6]);
        String precision = args[7].equals(SearchEffort.AUTO) ? Engine.searchPrecision() : args[7];
        SearchEffort effort = new SearchEffort(Integer.parseInt(args[3]), Integer.parseInt(args[4]), 1, precision);
        attack(subject, Subject.numbers(subject.images().size() - chunk, chunk), radius, effort);
        long start = System.nanoTime();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        List<Future<float[]>> parts = new ArrayList<>();
        for (int first = 0; first < points; first += chunk) {
            int[] some = Subject.numbers(first, Math.min(chunk, points - first));
            parts.add(workers.submit(() -> {
                Engine.singleThreaded();
                return attack(subject, some, radius, effort);
            }));
        }
        List<float[]> done = new ArrayList<>();
        for (Future<float[]> part : parts) {
            done.add(part.get());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        workers.shutdown();
        write(Path.of(args[8]), done);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("what", "attack");
        line.put("side", "margrave");
        line.put("points", points);
        line.put("radius", radius);
        line.put("steps", effort.steps());
        line.put("draws", effort.draws());
        line.put("precision", precision);
        line.put("threads", threads);
        line.put("batch", chunk);
        line.put("seconds", seconds);
        line.put("seconds_per_point", seconds / points);
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    private static float[] attack(Subject subject, int[] points, double radius, SearchEffort effort) {
        try (PointerScope scope = new PointerScope()) {
            Subject.Clean clean = subject.clean(points, effort.inBfloat16());
            double[] radii = new double[points.length];
            Arrays.fill(radii, radius);
            return TensorCopies.floats(Attacks.of(
                            AttackSpec.Method.GRADIENT, new MaximumDamageGoal(Reconstruction.Follows.MEAN_AND_VARIANCE))
                    .perturb(new Attack.Request(
                            clean.map(),
                            clean.ball(),
                            radii,
                            null,
                            null,
                            List.of(),
                            points,
                            subject.noise(),
                            "damage",
                            effort,
                            1))
                    .perturbed());
        }
    }

    private static void write(Path file, List<float[]> parts) throws IOException {
        int size = parts.stream().mapToInt(part -> part.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.nativeOrder());
        parts.forEach(part -> {
            for (float value : part) {
                bytes.putFloat(value);
            }
        });
        Files.write(file, bytes.array());
    }
}
