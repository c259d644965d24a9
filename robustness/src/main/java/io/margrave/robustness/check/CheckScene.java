package io.margrave.robustness.check;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Check.Outcome;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.results.Word;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attack.Attacked;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What checks work on: the first points of an evaluation, attacked and measured alike. Its tensors belong to the
 * {@code PointerScope} it was made in; what it gives is plain.
 */
final class CheckScene {
    /** Draws that damage is measured with. */
    static final int MEASURING_DRAWS = 400;

    /** Images whose reconstructions stand for the data set's. */
    private static final int SAMPLE = 1_000;

    private static final int SAMPLE_BATCH = 250;
    /** Values of the sampled reconstructions at most, so that large images take little memory. */
    private static final int MOST_VALUES = 1 << 23;

    /** Stored inputs measured at once. */
    private static final int TOGETHER = 64;

    private static final Criterion DISTANCE = Criterion.leavesBall(0);
    /** The attack radius, as a share of the median distance between inputs, where the plan has none: as plans have it by default. */
    private static final double DEFAULT_RADIUS = 0.1;

    private final Evaluation evaluation;
    private final boolean thorough;
    private final @Nullable AttackSpec standIn;
    private final int[] points;
    private final Tensor inputs;
    private final float[][] originals;
    private final Reconstruction clean;
    private final float[][] reconstructions;
    private final Noise noise;
    private final Map<String, Reached> noises = new HashMap<>();
    private @Nullable List<Remeasured> remeasured;
    private @Nullable Sample sample;
    private @Nullable Double usualRadius;
    private @Nullable Reached base;
    private float @Nullable [][] start;

    /** Some images of the split, mu(x) and g(mu(x)) of each: {@code [images][values]}. */
    record Sample(float[][] images, float[][] means, float[][] reconstructions) {}

    private CheckScene(Evaluation evaluation, boolean thorough, int[] points, Tensor inputs, Reconstruction clean) {
        this.evaluation = evaluation;
        this.thorough = thorough;
        this.standIn = evaluation.standIn();
        this.points = points;
        this.inputs = inputs;
        this.originals = Rows.arrays(inputs);
        this.clean = clean;
        this.reconstructions = Rows.arrays(clean.reference());
        this.noise = new Noise(evaluation.plan().seed(), evaluation.model());
    }

    static CheckScene of(Evaluation evaluation, int mostPoints) {
        return of(evaluation, mostPoints, false);
    }

    /**
     * The first points of an evaluation.
     *
     * @param thorough whether all checks are run on it, not the quick ones alone
     */
    static CheckScene of(Evaluation evaluation, int mostPoints, boolean thorough) {
        int[] points = evaluation.first(mostPoints);
        ImageSet images = evaluation.images();
        Tensor inputs = TensorCopies.tensor(
                images.images(points), points.length, images.shape().size());
        return new CheckScene(
                evaluation,
                thorough,
                points,
                inputs,
                Reconstruction.of(evaluation.vae(), inputs, Follows.MEAN_AND_VARIANCE));
    }

    Evaluation evaluation() {
        return evaluation;
    }

    AttackPanel attacks() {
        return evaluation.attacks();
    }

    /** Indices of the points within their split. */
    int[] points() {
        return points.clone();
    }

    /** {@code [points][features]}. */
    float[][] originals() {
        return originals;
    }

    /** Names the run and the model. */
    Noise noise() {
        return noise;
    }

    /** That of the attack under test. */
    SearchEffort effort() {
        return standIn == null ? evaluation.plan().attack() : standIn.effort();
    }

    /** That bounds the attack under test. */
    Norm norm() {
        return standIn == null ? Norm.L2 : standIn.norm();
    }

    /** That by which the attack under test climbs. */
    private Method method() {
        return standIn == null ? Method.GRADIENT : standIn.method();
    }

    /** Radius of the attack under test, in its norm; where the run has no such attack, that of its suite in L2, or as by default. */
    double radius() {
        if (standIn != null) {
            return evaluation.radius(standIn);
        }
        Double planned = evaluation.plan().attackRadius();
        if (planned != null && planned > 0) {
            return planned;
        }
        return evaluation.plan().suite().stream()
                .filter(spec -> spec.norm() == Norm.L2 && spec.variable() == Variable.INPUT)
                .filter(spec -> spec.method() != Method.MINIMAL_NORM)
                .mapToDouble(evaluation::radius)
                .filter(radius -> radius > 0)
                .findFirst()
                .orElseGet(this::usualRadius);
    }

    /** How far inputs are moved to look at gradients, L2. */
    double reach() {
        return norm() == Norm.L2 ? radius() : usualRadius();
    }

    private double usualRadius() {
        Double known = usualRadius;
        if (known == null) {
            float[][] images = sample().images();
            double[] distances = IntStream.range(0, images.length - 1)
                    .mapToDouble(i -> Rows.distance(images[i], images[i + 1]))
                    .sorted()
                    .toArray();
            known = DEFAULT_RADIUS * distances[distances.length / 2];
            usualRadius = known;
        }
        return known;
    }

    /** The attack under test as the plan runs it. */
    Reached base() {
        Reached known = base;
        if (known == null) {
            known = attack("base", attacks().tested(), radius(), effort(), 1);
            base = known;
        }
        return known;
    }

    /** The points as they are, measured as attacked ones are. */
    Reached untouched() {
        return new Reached(originals, new double[0], new double[0], measure(inputs));
    }

    /**
     * Attacks the points.
     *
     * @param name part of the name of its noise
     * @param radius of every point, in the norm of the attack under test
     * @param stepScale that step sizes are multiplied with
     */
    Reached attack(String name, Attack attack, double radius, SearchEffort effort, double stepScale) {
        return attackIn(norm(), name, attack, radius, effort, stepScale);
    }

    private Reached attackIn(
            Norm norm, String name, Attack attack, double radius, SearchEffort effort, double stepScale) {
        return attackOn(clean, start(evaluation.vae(), true), name, attack, norm, radius, effort, stepScale);
    }

    /** Attacks the points without a direction to begin with, for that would come from a gradient. */
    Reached attackBlindly(String name, Attack attack, SearchEffort effort) {
        return attackOn(clean, null, name, attack, norm(), radius(), effort, 1);
    }

    /** Attacks another model and measures this one at what came of it. */
    Reached transferredFrom(Vae other) {
        try (PointerScope scope = new PointerScope()) {
            return attackOn(
                    Reconstruction.of(other, inputs, Follows.MEAN_AND_VARIANCE),
                    start(other, false),
                    "transfer",
                    attacks().tested(),
                    norm(),
                    radius(),
                    effort(),
                    1);
        }
    }

    @SuppressWarnings("try") // The scope acts by being open.
    private Reached attackOn(
            Reconstruction map,
            float @Nullable [][] direction,
            String name,
            Attack attack,
            Norm norm,
            double radius,
            SearchEffort effort,
            double stepScale) {
        double[] radii = new double[points.length];
        Arrays.fill(radii, radius);
        try (PointerScope scope = new PointerScope()) {
            Attacked attacked = attack.perturb(new Attack.Request(
                    map.searched(effort.inBfloat16()),
                    new Ball(inputs, evaluation.images().range(), norm),
                    radii,
                    null,
                    null,
                    direction == null ? List.of() : List.of(Rows.stacked(Arrays.asList(direction))),
                    points,
                    noise,
                    "check/" + name,
                    effort,
                    stepScale));
            return new Reached(
                    Rows.arrays(attacked.perturbed()),
                    attacked.chosen(),
                    attacked.trace(),
                    measure(attacked.perturbed()));
        }
    }

    /** Where audits start from: the direction that moves the posterior most, in its own standard deviations. */
    @SuppressWarnings("try") // The scope acts by being open.
    private float[][] start(Vae vae, boolean own) {
        float[][] known = start;
        if (own && known != null) {
            return known;
        }
        try (PointerScope scope = new PointerScope()) {
            known = Rows.arrays(EncoderJacobian.of(vae, inputs).whitenedDirections());
        }
        if (own) {
            start = known;
        }
        return known;
    }

    /** |Delta| of each draw, {@code [points][draws]}: on the same noise for all inputs. */
    private double[][] measure(Tensor perturbed) {
        return Excess.sample(
                clean, perturbed, DISTANCE, new PointNoise(noise, points, "check/measure", 0), MEASURING_DRAWS);
    }

    /** The same of some of the points, with what follows the perturbation chosen. */
    private double[][] measure(Follows follows, int[] rows, List<float[]> perturbed) {
        double[][] all = new double[rows.length][];
        for (int first = 0; first < rows.length; first += TOGETHER) {
            int end = Math.min(rows.length, first + TOGETHER);
            int[] some = Arrays.copyOfRange(rows, first, end);
            try (PointerScope scope = new PointerScope()) {
                double[][] distances = Excess.sample(
                        clean.following(follows).select(some),
                        Rows.stacked(perturbed.subList(first, end)),
                        DISTANCE,
                        new PointNoise(
                                noise,
                                Arrays.stream(some).map(row -> points[row]).toArray(),
                                "check/measure",
                                0),
                        MEASURING_DRAWS);
                System.arraycopy(distances, 0, all, first, distances.length);
            }
        }
        return all;
    }

    /** What the run stored of these points with a damage, by attack: the audit's own first, then in suite order. */
    List<Remeasured> remeasured() {
        List<Remeasured> known = remeasured;
        if (known == null) {
            known = new ArrayList<>();
            add(known, null);
            for (AttackSpec spec : evaluation.plan().suite()) {
                add(known, spec);
            }
            remeasured = known;
        }
        return known;
    }

    private void add(List<Remeasured> all, @Nullable AttackSpec spec) {
        String name = spec == null ? null : spec.name();
        List<Integer> rows = new ArrayList<>();
        List<Double> reported = new ArrayList<>();
        List<float[]> perturbed = new ArrayList<>();
        double radius = 0;
        for (int row = 0; row < points.length; row++) {
            for (Claim claim : evaluation.claims()) {
                Double damage = claim.damage();
                if (claim.point() == points[row] && damage != null && Objects.equals(claim.attack(), name)) {
                    rows.add(row);
                    reported.add(damage);
                    perturbed.add(claim.perturbed());
                    radius = claim.limit();
                }
            }
        }
        if (!rows.isEmpty()) {
            int[] places = rows.stream().mapToInt(Integer::intValue).toArray();
            all.add(new Remeasured(
                    spec,
                    radius,
                    places,
                    reported.stream().mapToDouble(Double::doubleValue).toArray(),
                    new Reached(
                            perturbed.toArray(float[][]::new),
                            new double[0],
                            new double[0],
                            measure(Remeasured.follows(spec), places, perturbed))));
        }
    }

    /** One random perturbation of the norm and radius of a stored attack, at its points, measured as it is. */
    Reached noiseLike(Remeasured stored, AttackSpec spec) {
        Reached drawn = noises.computeIfAbsent(
                Word.of(spec.norm()) + " " + stored.radius(),
                key -> attackOn(
                        clean,
                        null,
                        "random",
                        attacks().random(),
                        spec.norm(),
                        stored.radius(),
                        new SearchEffort(1, effort().draws(), 1, effort().precision()),
                        1));
        List<float[]> perturbed = Arrays.stream(stored.rows())
                .mapToObj(row -> drawn.perturbed()[row])
                .toList();
        return new Reached(
                perturbed.toArray(float[][]::new),
                new double[0],
                new double[0],
                measure(Remeasured.follows(spec), stored.rows(), perturbed));
    }

    /**
     * What is tried harder besides the attack under test where checks are thorough: of each norm, method and effort that the suite climbs to
     * damage with, the first attack, as its results were stored.
     */
    List<Remeasured> others() {
        List<Remeasured> others = new ArrayList<>();
        for (Remeasured stored : remeasured()) {
            AttackSpec spec = stored.spec();
            if (thorough
                    && spec != null
                    && Remeasured.climbsToDamage(spec)
                    && stored.radius() > 0
                    && stored.rows().length == points.length
                    && !tested(spec)
                    && others.stream().noneMatch(other -> alike(Objects.requireNonNull(other.spec()), spec))) {
                others.add(stored);
            }
        }
        return others;
    }

    private boolean tested(AttackSpec spec) {
        return Remeasured.maximumDamage(spec)
                && spec.norm() == norm()
                && spec.method() == method()
                && spec.effort().equals(effort());
    }

    private static boolean alike(AttackSpec a, AttackSpec b) {
        return Remeasured.climbsToDamage(b)
                && a.norm() == b.norm()
                && a.method() == b.method()
                && a.effort().equals(b.effort());
    }

    /**
     * Tries other attacks of the suite harder, too.
     *
     * @param ruling on the attack under test
     * @param what is more of
     * @param harder an effort made greater
     * @return the worse outcome, with the gain of each
     */
    Ruling withOthers(Ruling ruling, String what, UnaryOperator<SearchEffort> harder) {
        Outcome outcome = ruling.outcome();
        StringBuilder evidence = new StringBuilder(ruling.evidence());
        for (Remeasured stored : others()) {
            AttackSpec spec = Objects.requireNonNull(stored.spec());
            Gain gain = Gain.of(
                    stored.reached(),
                    attackIn(
                            spec.norm(),
                            what + "/" + spec.name(),
                            AttackPanel.damage(spec.method()),
                            stored.radius(),
                            harder.apply(spec.effort()),
                            1));
            outcome = Ruling.worse(outcome, gain.outcome());
            evidence.append(" Twice the ")
                    .append(what)
                    .append(" of ")
                    .append(stored.title())
                    .append(" do ")
                    .append(gain.text())
                    .append('.');
        }
        return new Ruling(outcome, evidence.toString(), ruling.curves());
    }

    /** The attacks of the suite that no check has tried with more effort, as a sentence; empty where there are none. */
    String untried() {
        List<Remeasured> harder = others();
        Map<String, List<String>> names = new LinkedHashMap<>();
        for (AttackSpec spec : evaluation.plan().suite()) {
            boolean tried = tested(spec)
                    || harder.stream().anyMatch(other -> alike(Objects.requireNonNull(other.spec()), spec));
            if (!tried) {
                names.computeIfAbsent(Remeasured.kind(spec), kind -> new ArrayList<>())
                        .add(spec.name());
            }
        }
        return names.isEmpty()
                ? ""
                : " Not tried harder: "
                        + names.entrySet().stream()
                                .map(entry -> String.join(", ", entry.getValue()) + " (" + entry.getKey() + ")")
                                .collect(Collectors.joining(", "))
                        + ".";
    }

    /**
     * The mean of |Delta| over a few draws, the same for all inputs: a smooth function of them.
     *
     * @param perturbed {@code [points, features]}
     * @param draws first ones of a stream of their own
     * @return {@code [points, draws]}, with its gradient
     */
    Tensor distances(Tensor perturbed, int draws) {
        return DISTANCE.excess(
                clean.at(perturbed)
                        .outputs(new PointNoise(noise, points, "check/objective", 0).next(draws, clean.noiseSize())),
                clean.reference());
    }

    /** g(mu(x)) of each point, {@code [points][values]}. */
    float[][] reconstructions() {
        return reconstructions;
    }

    /** g(mu(x')) of other inputs {@code [points][features]}. */
    float[][] reconstructed(float[][] others) {
        try (PointerScope scope = new PointerScope()) {
            return Reconstruction.ofMeans(evaluation.vae(), Rows.stacked(Arrays.asList(others)));
        }
    }

    /** Random images of the split, the checked ones perhaps among them. */
    Sample sample() {
        Sample known = sample;
        if (known == null) {
            known = draw();
            sample = known;
        }
        return known;
    }

    @SuppressWarnings("try") // The scope and the guard act by being open.
    private Sample draw() {
        ImageSet images = evaluation.images();
        int size = images.shape().size();
        int count = Math.min(images.size(), Math.min(SAMPLE, Math.max(2, MOST_VALUES / size)));
        int[] indices = new Noise(evaluation.plan().seed(), images.name())
                .stream(0, "check/sample", 0).sample(images.size(), count);
        float[][] drawn = new float[count][];
        float[][] means = new float[count][];
        float[][] reconstructed = new float[count][];
        Vae vae = evaluation.vae();
        for (int first = 0; first < count; first += SAMPLE_BATCH) {
            int[] some = Arrays.copyOfRange(indices, first, Math.min(count, first + SAMPLE_BATCH));
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor batch = TensorCopies.tensor(images.images(some), some.length, size);
                Tensor mean = vae.encode(Reconstruction.asImages(vae, batch)).mean();
                System.arraycopy(Rows.arrays(batch), 0, drawn, first, some.length);
                System.arraycopy(Rows.arrays(mean), 0, means, first, some.length);
                System.arraycopy(Rows.arrays(vae.decode(mean)), 0, reconstructed, first, some.length);
            }
        }
        return new Sample(drawn, means, reconstructed);
    }
}
