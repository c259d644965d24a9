package io.margrave.robustness.measure;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Auddc;
import io.margrave.results.CleanQuality;
import io.margrave.results.Norm;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Prior;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Measures what attacks did to one batch of points, in float32 and on noise that no search has seen.
 *
 * <p>All attacks on a point are measured with the same draws, the clean input too: what differs is what the attacks did, not the noise;
 * and an attack that does nothing measures as the clean input to the last digit.
 */
public final class AttackMeasures {

    /** Draws that a point's damage is measured with. */
    public static final int DRAWS = 500;

    private static final Criterion DISTANCE = Criterion.leavesBall(0);
    /** Rows decoded at once. */
    private static final int ROWS = 512;
    /** Values decoded at once: bounds the memory of large images. */
    private static final int VALUES = 1 << 21;

    private final Reconstruction clean;
    private final Vae vae;
    private final Batch batch;
    private final List<Double> radii;
    private final @Nullable UnaryOperator<Tensor> probe;
    private final float[][] originals;
    private final float[][] reconstructions;

    private AttackMeasures(
            Reconstruction clean, Batch batch, List<Double> radii, @Nullable UnaryOperator<Tensor> probe) {
        this.clean = clean;
        this.vae = clean.vae();
        this.batch = batch;
        this.radii = radii;
        this.probe = probe;
        this.originals = Rows.arrays(batch.inputs());
        this.reconstructions = Rows.arrays(clean.reference());
    }

    /**
     * The points.
     *
     * @param inputs unperturbed, {@code [points, features]}
     * @param range of their values
     * @param points number of each within its split
     * @param noise names the run and the model
     */
    public record Batch(Tensor inputs, ValueRange range, int[] points, Noise noise) {}

    /**
     * One attack of a batch, as it was asked for and what came of it.
     *
     * @param spec of the attack
     * @param goal that it had
     * @param weight of the norm as a penalty; null where it was a constraint
     * @param radius that was allowed, in the attack's norm; null under a penalty
     * @param targets what was attacked for; null where the goal has none
     * @param attacked the attacked inputs, or the attacked latents, {@code [points, latent]}, where the attack is on these
     */
    public record Attempt(
            AttackSpec spec,
            GoalKind goal,
            @Nullable Double weight,
            @Nullable Double radius,
            @Nullable Targets targets,
            Attack.Attacked attacked) {}

    /**
     * One target a point.
     *
     * @param indices of the images within the split
     * @param images {@code [points, features]}
     */
    public record Targets(int[] indices, Tensor images) {}

    /**
     * Measures for a batch.
     *
     * @param clean the exact reconstructions around the points, mean and variance following
     * @param batch the same points; its tensor, like those of {@code clean}, must stay open as long as this is used
     * @param radii r that {@code within} is counted for
     * @param probe logits {@code [points, classes]} from latents {@code [points, latent]}; null for none
     */
    public static AttackMeasures of(
            Reconstruction clean, Batch batch, List<Double> radii, @Nullable UnaryOperator<Tensor> probe) {
        return new AttackMeasures(clean, batch, radii, probe);
    }

    /** How well the model does the untouched inputs; one a point. */
    public List<CleanQuality> clean() {
        Tensor latents = clean.anchor().mean();
        double[][] distances = distances(clean, batch.inputs());
        double[] logLik = LogLikelihood.of(vae, batch.inputs(), latents);
        Optional<double[]> elbo = elbo();
        int @Nullable [] predictions = predictions(latents);
        List<CleanQuality> all = new ArrayList<>();
        for (int i = 0; i < originals.length; i++) {
            all.add(new CleanQuality(
                    mean(distances[i]),
                    logLik[i],
                    at(elbo, i),
                    Norm.L2.distance(originals[i], reconstructions[i]),
                    at(predictions, i)));
        }
        return all;
    }

    /** What an attack reached; one a point. */
    public List<AttackFinding> findings(Attempt attempt) {
        try (PointerScope scope = new PointerScope()) {
            return measured(attempt, Effects.of(clean, attempt));
        }
    }

    /**
     * The model at the attacked inputs. An attack through the mean alone, or through the variance alone, is measured as it is meant: the
     * other parameter stays at the clean input's.
     *
     * @param posterior q(z|x+d), or around the attacked latent
     * @param map what is sampled at {@code perturbed}
     * @param decoded g of the posterior's mean, {@code [points, channels, height, width]}
     */
    private record Effects(Tensor perturbed, GaussianPosterior posterior, StochasticMap map, Tensor decoded) {
        static Effects of(Reconstruction clean, Attempt attempt) {
            Vae vae = clean.vae();
            Tensor perturbed = attempt.attacked().perturbed();
            boolean onLatents = attempt.spec().variable() == Variable.LATENT;
            try (NoGradGuard guard = new NoGradGuard()) {
                if (onLatents) {
                    return new Effects(
                            perturbed,
                            new GaussianPosterior(perturbed, clean.anchor().stdDev()),
                            new LatentMap(clean),
                            vae.decode(perturbed));
                }
                Reconstruction map =
                        attempt.goal() instanceof MaximumDamageGoal damage ? clean.following(damage.follows()) : clean;
                GaussianPosterior posterior = map.posterior(perturbed);
                return new Effects(perturbed, posterior, map, vae.decode(posterior.mean()));
            }
        }
    }

    private List<AttackFinding> measured(Attempt attempt, Effects effects) {
        AttackSpec spec = attempt.spec();
        boolean onLatents = spec.variable() == Variable.LATENT;
        Tensor latents = effects.posterior().mean();
        float[][] from = onLatents ? Rows.arrays(clean.anchor().mean()) : originals;
        float[][] perturbed = Rows.arrays(effects.perturbed());
        float[][] decoded = Rows.arrays(effects.decoded());
        double[][] distances = distances(effects.map(), effects.perturbed());
        double[] objective = objective(attempt, effects);
        double[] logLik = LogLikelihood.of(vae, batch.inputs(), latents);
        Optional<double[]> divergence = symmetricKl(effects.posterior());
        Optional<double[]> likeInputs = onLatents
                ? Optional.empty()
                : MsSsim.of(images(batch.inputs()), images(effects.perturbed()), batch.range());
        Optional<double[]> likeReconstructions = MsSsim.of(images(clean.reference()), effects.decoded(), batch.range());
        int @Nullable [] predictions = predictions(latents);
        Targets targets = attempt.targets();
        Optional<double[]> logLikTarget =
                targets == null ? Optional.empty() : Optional.of(LogLikelihood.of(vae, targets.images(), latents));
        float[] @Nullable [] wanted = targets == null ? null : Rows.arrays(targets.images());
        float[] @Nullable [] reached = targets == null ? null : Reconstruction.ofMeans(vae, targets.images());
        List<AttackFinding> findings = new ArrayList<>();
        for (int i = 0; i < originals.length; i++) {
            double[] distance = distances[i];
            double apart = wanted == null ? 0 : Norm.L2.distance(originals[i], wanted[i]);
            double l2 = Norm.L2.distance(from[i], perturbed[i]);
            findings.add(new AttackFinding(
                    spec.name(),
                    targets == null ? null : Integer.valueOf(targets.indices()[i]),
                    attempt.weight(),
                    attempt.radius(),
                    spec.norm().distance(from[i], perturbed[i]),
                    l2,
                    objective[i],
                    mean(distance),
                    radii.stream()
                            .map(r -> RobustnessEstimator.within(distance, r))
                            .toList(),
                    logLik[i],
                    at(logLikTarget, i),
                    at(divergence, i),
                    at(likeInputs, i),
                    at(likeReconstructions, i),
                    at(predictions, i),
                    attempt.attacked().forwards(),
                    attempt.attacked().backwards(),
                    perturbed[i],
                    decoded[i],
                    onLatents || apart == 0 ? null : Double.valueOf(l2 / apart),
                    wanted == null || reached == null
                            ? null
                            : Auddc.relativeDistance(
                                    Norm.L2.distance(decoded[i], wanted[i]),
                                    Norm.L2.distance(reconstructions[i], wanted[i]),
                                    Norm.L2.distance(reached[i], wanted[i]),
                                    apart)));
        }
        return findings;
    }

    private double[][] distances(StochasticMap map, Tensor inputs) {
        return Excess.sample(map, inputs, DISTANCE, noise("measure"), DRAWS);
    }

    private PointNoise noise(String purpose) {
        return new PointNoise(batch.noise(), batch.points(), "suite/" + purpose, 0);
    }

    private Tensor images(Tensor inputs) {
        return Reconstruction.asImages(vae, inputs);
    }

    /** What the goal comes to: with as many draws an evaluation as its search had, and {@link #DRAWS} in all. */
    private double[] objective(Attempt attempt, Effects effects) {
        PointNoise fresh = noise("objective");
        int draws = attempt.spec().effort().draws();
        boolean[] drawn = {false};
        Targets targets = attempt.targets();
        AttackGoal goal = attempt.goal()
                .of(new GoalKind.Scene(clean, batch.inputs(), targets == null ? null : targets.images(), () -> {
                    drawn[0] = true;
                    return fresh.next(draws, clean.noiseSize());
                }));
        double[] sum = new double[originals.length];
        int evaluations = 0;
        do {
            try (PointerScope scope = new PointerScope()) {
                double[] once = TensorCopies.doubles(goal.objective(effects.perturbed(), evaluations));
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += once[i];
                }
            }
            evaluations++;
        } while (drawn[0] && evaluations * draws < DRAWS);
        int count = evaluations;
        return Arrays.stream(sum).map(value -> value / count).toArray();
    }

    private Optional<double[]> symmetricKl(GaussianPosterior attacked) {
        return vae.spec().posterior() == PosteriorFamily.DETERMINISTIC
                ? Optional.empty()
                : Optional.of(TensorCopies.doubles(clean.anchor().symmetricKl(attacked)));
    }

    /** E log p(x|z) over {@link #DRAWS} draws, minus KL; empty where there is no KL to a standard normal. */
    private Optional<double[]> elbo() {
        if (vae.spec().prior() != Prior.STANDARD_NORMAL || vae.spec().posterior() == PosteriorFamily.DETERMINISTIC) {
            return Optional.empty();
        }
        int points = originals.length;
        int block = Math.max(1, Math.min(ROWS, VALUES / originals[0].length) / points);
        PointNoise fresh = noise("elbo");
        double[] sum = new double[points];
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            double[] kl = TensorCopies.doubles(clean.anchor().klToStandardNormal());
            for (int first = 0; first < DRAWS; first += block) {
                addLogLikelihood(sum, fresh, Math.min(block, DRAWS - first));
            }
            for (int i = 0; i < points; i++) {
                sum[i] = sum[i] / DRAWS - kl[i];
            }
        }
        return Optional.of(sum);
    }

    private void addLogLikelihood(double[] sum, PointNoise fresh, int draws) {
        try (PointerScope scope = new PointerScope()) {
            Tensor latents =
                    clean.anchor().sample(fresh.next(draws, clean.noiseSize())).flatten(0, 1);
            Tensor repeated = batch.inputs().repeat_interleave(draws, new LongOptional(0), new LongOptional());
            double[] logLik = LogLikelihood.of(vae, repeated, latents);
            for (int i = 0; i < logLik.length; i++) {
                sum[i / draws] += logLik[i];
            }
        }
    }

    /** The class with the largest logit, the first of equals; null without a probe. */
    private int @Nullable [] predictions(Tensor latents) {
        if (probe == null) {
            return null;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Arrays.stream(TensorCopies.doubles(probe.apply(latents).argmax(new LongOptional(1), false)))
                    .mapToInt(value -> (int) value)
                    .toArray();
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static @Nullable Double at(Optional<double[]> values, int i) {
        return values.isPresent() ? Double.valueOf(values.get()[i]) : null;
    }

    private static @Nullable Integer at(int @Nullable [] values, int i) {
        return values == null ? null : Integer.valueOf(values[i]);
    }
}
