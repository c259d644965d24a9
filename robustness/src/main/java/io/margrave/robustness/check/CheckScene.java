package io.margrave.robustness.check;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
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
import java.util.Arrays;
import java.util.List;
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

    private static final Criterion DISTANCE = Criterion.leavesBall(0);
    /** The attack radius, as a share of the median distance between inputs, where the plan has none: as plans have it by default. */
    private static final double DEFAULT_RADIUS = 0.1;

    private final Evaluation evaluation;
    private final int[] points;
    private final Tensor inputs;
    private final float[][] originals;
    private final Reconstruction clean;
    private final float[][] reconstructions;
    private final Noise noise;
    private @Nullable Sample sample;
    private @Nullable Reached base;
    private float @Nullable [][] start;

    /** Some images of the split, mu(x) and g(mu(x)) of each: {@code [images][values]}. */
    record Sample(float[][] images, float[][] means, float[][] reconstructions) {}

    private CheckScene(Evaluation evaluation, int[] points, Tensor inputs, Reconstruction clean) {
        this.evaluation = evaluation;
        this.points = points;
        this.inputs = inputs;
        this.originals = Rows.arrays(inputs);
        this.clean = clean;
        this.reconstructions = Rows.arrays(clean.reference());
        this.noise = new Noise(evaluation.plan().seed(), evaluation.model());
    }

    static CheckScene of(Evaluation evaluation, int mostPoints) {
        int[] points = evaluation.first(mostPoints);
        ImageSet images = evaluation.images();
        Tensor inputs = TensorCopies.tensor(
                images.images(points), points.length, images.shape().size());
        return new CheckScene(
                evaluation, points, inputs, Reconstruction.of(evaluation.vae(), inputs, Follows.MEAN_AND_VARIANCE));
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

    /** That of the plan's attack. */
    SearchEffort effort() {
        return evaluation.plan().attack();
    }

    /** L2 radius of the plan's attack; as by default where the plan has none. */
    double radius() {
        Double planned = evaluation.plan().attackRadius();
        if (planned != null && planned > 0) {
            return planned;
        }
        float[][] images = sample().images();
        double[] distances = IntStream.range(0, images.length - 1)
                .mapToDouble(i -> Rows.distance(images[i], images[i + 1]))
                .sorted()
                .toArray();
        return DEFAULT_RADIUS * distances[distances.length / 2];
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
     * @param radius L2, of every point
     * @param stepScale that step sizes are multiplied with
     */
    Reached attack(String name, Attack attack, double radius, SearchEffort effort, double stepScale) {
        return attackOn(clean, start(evaluation.vae(), true), name, attack, radius, effort, stepScale);
    }

    /** Attacks the points without a direction to begin with, for that would come from a gradient. */
    Reached attackBlindly(String name, Attack attack, SearchEffort effort) {
        return attackOn(clean, null, name, attack, radius(), effort, 1);
    }

    /** Attacks another model and measures this one at what came of it. */
    Reached transferredFrom(Vae other) {
        try (PointerScope scope = new PointerScope()) {
            return attackOn(
                    Reconstruction.of(other, inputs, Follows.MEAN_AND_VARIANCE),
                    start(other, false),
                    "transfer",
                    attacks().tested(),
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
            double radius,
            SearchEffort effort,
            double stepScale) {
        double[] radii = new double[points.length];
        Arrays.fill(radii, radius);
        try (PointerScope scope = new PointerScope()) {
            Attacked attacked = attack.perturb(new Attack.Request(
                    map.searched(effort.inBfloat16()),
                    new Ball(inputs, evaluation.images().range()),
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
