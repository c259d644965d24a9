package io.margrave.store;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.data.TensorData;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.RunInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The images behind the numbers of one task: {@code perturbations/MODEL-CHUNK.safetensors}.
 *
 * <p>{@code inputs} and {@code reconstructions}, [n, c, h, w], are the task's points in audit order. Each break key and
 * {@code attack} has {@code KEY/perturbed} and {@code KEY/reconstructions}, [m, c, h, w], for the m points that have one, whose
 * places among the audited points and indices within the split are in {@code KEY/positions} and {@code KEY/points}, [m].
 *
 * <p>So has each attack of the suite, under {@code suite/NAME}, or {@code suite/NAME/weight=W} where its norm is a penalty;
 * one that has targets tells them in {@code KEY/targets}, [m], with a row a position and target. An attack on latents has
 * {@code KEY/perturbed} of shape [m, latent]. The targets themselves are {@code targets/images}, [t, c, h, w], with their
 * indices in {@code targets/points}, [t].
 */
final class Evidence {
    static final String ATTACK = "attack";

    private static final String INPUTS = "inputs";
    private static final String RECONSTRUCTIONS = "reconstructions";
    private static final String PERTURBED = "perturbed";
    private static final String POSITIONS = "positions";
    private static final String POINTS = "points";
    private static final String TARGETS = "targets";
    private static final String TARGET_IMAGES = TARGETS + "/images";
    private static final String TARGET_POINTS = TARGETS + "/" + POINTS;

    /** Floats count exactly up to here. */
    private static final int LARGEST_INDEX = 1 << 24;

    private static final long HEADER_BYTES = 16 << 20;

    private final Path file;
    private final SafetensorsFile tensors;
    private final int size;
    private final Map<String, Map<Integer, Integer>> rows = new HashMap<>();
    private final Map<String, Map<Aim, Integer>> aims = new HashMap<>();

    private Evidence(Path file, SafetensorsFile tensors, int size) {
        this.file = file;
        this.tensors = tensors;
        this.size = size;
    }

    /** One point's pair of images under a key. */
    private record Pair(PointAudit point, float[] perturbed, float[] reconstruction) {}

    /** An attacked point, and whom it was to become. */
    private record Aim(int position, @Nullable Integer target) {}

    /** Name of a finding's arrays. */
    static String key(AttackFinding found) {
        return "suite/" + found.attack() + (found.weight() == null ? "" : "/weight=" + found.weight());
    }

    /**
     * Writes the images of a task.
     *
     * @param images the audited split, for the targets of a suite; null where no attack has one
     */
    static void write(Path file, RunInfo info, AuditTask task, List<PointAudit> audits, @Nullable ImageSet images) {
        Map<String, TensorData> tensors = new HashMap<>();
        tensors.put(INPUTS, images(audits.stream().map(PointAudit::input).toList(), info));
        tensors.put(
                RECONSTRUCTIONS,
                images(audits.stream().map(PointAudit::reconstruction).toList(), info));
        tensors.put(POSITIONS, indices(audits.stream().map(PointAudit::position).toList()));
        tensors.put(POINTS, indices(audits.stream().map(PointAudit::point).toList()));
        pairs(audits).forEach((key, pairs) -> {
            tensors.put(
                    key + "/" + PERTURBED,
                    images(pairs.stream().map(Pair::perturbed).toList(), info));
            tensors.put(
                    key + "/" + RECONSTRUCTIONS,
                    images(pairs.stream().map(Pair::reconstruction).toList(), info));
            tensors.put(
                    key + "/" + POSITIONS,
                    indices(pairs.stream().map(pair -> pair.point.position()).toList()));
            tensors.put(
                    key + "/" + POINTS,
                    indices(pairs.stream().map(pair -> pair.point.point()).toList()));
        });
        suite(audits, info, tensors);
        targets(audits, info, images, tensors);
        Safetensors.write(
                file, tensors, Map.of("run", info.id(), "model", task.model(), "chunk", String.valueOf(task.chunk())));
    }

    private static Map<String, List<Pair>> pairs(List<PointAudit> audits) {
        Map<String, List<Pair>> pairs = new LinkedHashMap<>();
        for (PointAudit audit : audits) {
            for (RadiusAudit radius : audit.radii()) {
                for (Break found : radius.breaks()) {
                    pairs.computeIfAbsent(found.key(), key -> new ArrayList<>())
                            .add(new Pair(audit, found.perturbed(), found.reconstruction()));
                }
            }
            AttackOutcome attack = audit.attack();
            if (attack != null) {
                pairs.computeIfAbsent(ATTACK, key -> new ArrayList<>())
                        .add(new Pair(audit, attack.perturbed(), attack.reconstruction()));
            }
        }
        return pairs;
    }

    /** One point's attack by the suite. */
    private record Attacked(PointAudit point, AttackFinding found) {}

    private static void suite(List<PointAudit> audits, RunInfo info, Map<String, TensorData> tensors) {
        Map<String, List<Attacked>> attacks = new LinkedHashMap<>();
        audits.forEach(audit -> audit.suite()
                .forEach(found -> attacks.computeIfAbsent(key(found), key -> new ArrayList<>())
                        .add(new Attacked(audit, found))));
        attacks.forEach((key, all) -> {
            List<float[]> perturbed =
                    all.stream().map(each -> each.found.perturbed()).toList();
            boolean latent = perturbed.get(0).length != size(info);
            tensors.put(key + "/" + PERTURBED, latent ? rows(perturbed) : images(perturbed, info));
            tensors.put(
                    key + "/" + RECONSTRUCTIONS,
                    images(all.stream().map(each -> each.found.reconstruction()).toList(), info));
            tensors.put(
                    key + "/" + POSITIONS,
                    indices(all.stream().map(each -> each.point.position()).toList()));
            tensors.put(
                    key + "/" + POINTS,
                    indices(all.stream().map(each -> each.point.point()).toList()));
            List<Integer> targets = all.stream()
                    .map(each -> each.found.target())
                    .filter(Objects::nonNull)
                    .toList();
            if (!targets.isEmpty()) {
                tensors.put(key + "/" + TARGETS, indices(targets));
            }
        });
    }

    private static void targets(
            List<PointAudit> audits, RunInfo info, @Nullable ImageSet images, Map<String, TensorData> tensors) {
        List<Integer> targets = audits.stream()
                .flatMap(audit -> audit.suite().stream())
                .map(AttackFinding::target)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
        if (targets.isEmpty()) {
            return;
        }
        if (images == null) {
            throw new IllegalStateException(
                    "want the images that targets are of before a commit with targets, got none");
        }
        tensors.put(TARGET_IMAGES, images(targets.stream().map(images::image).toList(), info));
        tensors.put(TARGET_POINTS, indices(targets));
    }

    private static TensorData rows(List<float[]> rows) {
        int width = rows.get(0).length;
        float[] values = new float[Math.multiplyExact(rows.size(), width)];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, values, i * width, width);
        }
        return TensorData.of(values, rows.size(), width);
    }

    private static TensorData images(List<float[]> images, RunInfo info) {
        int size = size(info);
        float[] values = new float[Math.multiplyExact(images.size(), size)];
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i).length != size) {
                throw new IllegalArgumentException(
                        "want images of shape " + info.shape() + ", got one of " + images.get(i).length + " values");
            }
            System.arraycopy(images.get(i), 0, values, i * size, size);
        }
        List<Long> shape = new ArrayList<>(List.of((long) images.size()));
        info.shape().forEach(side -> shape.add((long) side));
        return new TensorData(shape, values);
    }

    private static TensorData indices(List<Integer> indices) {
        float[] values = new float[indices.size()];
        for (int i = 0; i < values.length; i++) {
            int index = indices.get(i);
            if (index < 0 || index > LARGEST_INDEX) {
                throw new IllegalArgumentException("want an index of 0 to " + LARGEST_INDEX + ", got " + index);
            }
            values[i] = index;
        }
        return TensorData.of(values, values.length);
    }

    /**
     * Reads the images of a task.
     *
     * @param latent of the task's model
     * @throws BadInputException where the file is missing, corrupt, or not that of the task
     */
    static Evidence read(Path file, AuditPlan plan, RunInfo info, int latent, AuditTask task) {
        int size = size(info);
        // Clean and attacked pairs, one a kind, box and radius, and one an attack of the suite with its target.
        long images = 2L * (2 + 4L * plan.r().values().size())
                + plan.suite().stream().mapToLong(spec -> 3L * spec.variants()).sum();
        long largest = Math.max(size, latent);
        Evidence evidence = new Evidence(
                file, Safetensors.read(file, HEADER_BYTES + task.count() * images * Float.BYTES * (largest + 3)), size);
        Map<String, String> metadata = evidence.tensors.metadata();
        if (!task.model().equals(metadata.get("model"))
                || !String.valueOf(task.chunk()).equals(metadata.get("chunk"))) {
            throw evidence.bad("want the images of " + task.model() + ", chunk " + task.chunk());
        }
        return evidence;
    }

    /** x. */
    float[] input(int position) {
        return image(POSITIONS, INPUTS, position);
    }

    /** g(mu(x)). */
    float[] reconstruction(int position) {
        return image(POSITIONS, RECONSTRUCTIONS, position);
    }

    /** x + delta of a break key or {@link #ATTACK}. */
    float[] perturbed(String key, int position) {
        return image(key + "/" + POSITIONS, key + "/" + PERTURBED, position);
    }

    /** g(mu(x + delta)). */
    float[] attackedReconstruction(String key, int position) {
        return image(key + "/" + POSITIONS, key + "/" + RECONSTRUCTIONS, position);
    }

    /** x + d of an attack of the suite, or the latent that it perturbed to. */
    float[] perturbed(String key, int position, @Nullable Integer target) {
        return row(key + "/" + PERTURBED, aimed(key, position, target));
    }

    /** g(mu(x + d)) of an attack of the suite. */
    float[] attackedReconstruction(String key, int position, @Nullable Integer target) {
        return row(key + "/" + RECONSTRUCTIONS, aimed(key, position, target));
    }

    /** x_t, by its index within the split. */
    float[] target(int point) {
        return image(TARGET_POINTS, TARGET_IMAGES, point);
    }

    private int aimed(String key, int position, @Nullable Integer target) {
        Integer row = aims.computeIfAbsent(key, this::aimsOf).get(new Aim(position, target));
        if (row == null) {
            throw bad("want a row of " + key + " for position " + position
                    + (target == null ? "" : " and target " + target));
        }
        return row;
    }

    private Map<Aim, Integer> aimsOf(String key) {
        float[] positions = tensor(key + "/" + POSITIONS).values();
        TensorData targets = tensors.tensors().get(key + "/" + TARGETS);
        if (targets != null && targets.values().length != positions.length) {
            throw bad("want as many targets as positions of " + key);
        }
        Map<Aim, Integer> rows = new HashMap<>();
        for (int i = 0; i < positions.length; i++) {
            rows.put(new Aim((int) positions[i], targets == null ? null : (int) targets.values()[i]), i);
        }
        return rows;
    }

    private float[] row(String name, int row) {
        TensorData tensor = tensor(name);
        long rows = tensor.shape().isEmpty() ? 0 : tensor.shape().get(0);
        if (row >= rows) {
            throw bad("want a row " + row + " of " + name);
        }
        int width = (int) (tensor.values().length / rows);
        return Arrays.copyOfRange(tensor.values(), row * width, (row + 1) * width);
    }

    private float[] image(String positions, String name, int position) {
        Integer row = rows.computeIfAbsent(positions, this::rowsOf).get(position);
        float[] values = tensor(name).values();
        if (row == null || (row + 1L) * size > values.length) {
            throw bad("want a row of " + name + " for position " + position);
        }
        float[] image = new float[size];
        System.arraycopy(values, row * size, image, 0, size);
        return image;
    }

    private Map<Integer, Integer> rowsOf(String positions) {
        float[] values = tensor(positions).values();
        Map<Integer, Integer> rows = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            rows.put((int) values[i], i);
        }
        return rows;
    }

    private TensorData tensor(String name) {
        TensorData tensor = tensors.tensors().get(name);
        if (tensor == null) {
            throw bad("want a tensor " + name);
        }
        return tensor;
    }

    private BadInputException bad(String wanted) {
        return new BadInputException("evidence file " + file + " does not fit its run: " + wanted
                + "; restore a copy of the run folder, or audit again");
    }

    private static int size(RunInfo info) {
        return info.shape().stream().reduce(1, Math::multiplyExact);
    }
}
