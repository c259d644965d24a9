package io.margrave.robustness.audit;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackOutcome;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The maximum-damage attack on many points of one model, without an audit around it. */
public final class AttackExecutor {

    private static final int FINITE_DRAWS = 8;

    private AttackExecutor() {}

    /**
     * Attacks in chunks, several at a time.
     *
     * @param name of the model: part of the name of its noise
     * @param vae of the images' shape
     * @param images the attacked split
     * @param points indices within it
     * @param radius L2 radius, in input units, at least 0
     * @param effort of each attack
     * @param seed of every noise stream
     * @param chunk points a chunk, greater than zero
     * @param threads chunks at a time, greater than zero
     * @param progress hears of finished chunks, in points
     * @return one a point, in the order of {@code points}; on mean and variance, with the damage of attacks on either alone
     */
    public static List<AttackOutcome> run(
            String name,
            Vae vae,
            ImageSet images,
            int[] points,
            double radius,
            SearchEffort effort,
            long seed,
            int chunk,
            int threads,
            Progress.Listener progress) {
        List<Workers.Job<List<AttackOutcome>>> jobs = new ArrayList<>();
        for (int first = 0; first < points.length; first += chunk) {
            int[] some = Arrays.copyOfRange(points, first, Math.min(points.length, first + chunk));
            jobs.add(() ->
                    attack(vae, images, some, new Noise(seed, name), new DamageAttack.Settings(radius, effort, true)));
        }
        List<List<AttackOutcome>> finished = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            finished.add(List.of());
        }
        int[] done = {0};
        Workers.run(jobs, threads, (number, outcomes) -> {
            finished.set(number, outcomes);
            done[0] += outcomes.size();
            progress.on(new Progress("attack " + name, done[0], points.length, "points", ""));
        });
        return finished.stream().flatMap(List::stream).toList();
    }

    private static List<AttackOutcome> attack(
            Vae vae, ImageSet images, int[] points, Noise noise, DamageAttack.Settings settings) {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = TensorCopies.tensor(
                    images.images(points), points.length, images.shape().size());
            Reconstruction clean = Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE);
            EncoderJacobian jacobian = EncoderJacobian.of(vae, inputs);
            double[][] distances = Excess.sample(
                    clean, inputs, Criterion.leavesBall(0), new PointNoise(noise, points, "finite", 0), FINITE_DRAWS);
            FiniteCheck.of(
                    noise.model(),
                    images,
                    points,
                    jacobian.norms(),
                    distances,
                    vae.spec().posterior());
            List<Tensor> starts = List.of(jacobian.whitenedDirections());
            return DamageAttack.of(vae, clean, new Ball(inputs, images.range()), starts, points, noise, settings);
        }
    }
}
