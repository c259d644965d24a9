package io.margrave.robustness.audit;

import io.margrave.data.Noise;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AttackSpec;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.MaximumDamage;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.measure.AttackMeasures;
import io.margrave.robustness.measure.LogLikelihood;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The maximum-damage attacks on a batch of points, measured: what they did to reconstructions and to the likelihood. */
final class DamageAttack {

    /**
     * How to attack.
     *
     * @param radius L2 radius, in input units, at least 0
     * @param effort of each attack
     * @param apart whether attacks on the mean alone and on the variance alone are run beside the one on both
     */
    record Settings(double radius, SearchEffort effort, boolean apart) {}

    /** Attacked inputs, {@code [points, features]}, and the damage of each, on draws that are used for nothing else. */
    private record Attacked(Tensor perturbed, double[] damage) {}

    private DamageAttack() {}

    /**
     * Attacks a batch.
     *
     * @param clean the reconstructions around the points
     * @param ball the points, {@code [points, features]}, and their range
     * @param starts directions to start from
     * @param points number of each point within its split
     * @return one a point
     */
    static List<AttackOutcome> of(
            Vae vae,
            Reconstruction clean,
            Ball ball,
            List<Tensor> starts,
            int[] points,
            Noise noise,
            Settings settings) {
        Tensor inputs = ball.centers();
        Attacked both = attack(clean, Follows.MEAN_AND_VARIANCE, ball, starts, points, noise, settings);
        double @Nullable [] meanOnly = null;
        double @Nullable [] varianceOnly = null;
        if (settings.apart()) {
            meanOnly = attack(clean, Follows.MEAN, ball, starts, points, noise, settings)
                    .damage();
            varianceOnly = attack(clean, Follows.VARIANCE, ball, starts, points, noise, settings)
                    .damage();
        }
        double[] still = MaximumDamage.means(
                clean, inputs, new PointNoise(noise, points, "damage/clean", 0), AttackMeasures.DRAWS);
        double[] logLikClean = LogLikelihood.ofMeans(vae, inputs, inputs);
        double[] logLikAttacked = LogLikelihood.ofMeans(vae, inputs, both.perturbed());
        float[][] originals = Rows.arrays(inputs);
        float[][] perturbed = Rows.arrays(both.perturbed());
        float[][] reconstructions = Reconstruction.ofMeans(vae, both.perturbed());
        List<AttackOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            outcomes.add(new AttackOutcome(
                    settings.radius(),
                    Rows.distance(perturbed[i], originals[i]),
                    both.damage()[i],
                    meanOnly == null ? null : Double.valueOf(meanOnly[i]),
                    varianceOnly == null ? null : Double.valueOf(varianceOnly[i]),
                    still[i],
                    logLikClean[i],
                    logLikAttacked[i],
                    perturbed[i],
                    reconstructions[i]));
        }
        return outcomes;
    }

    private static Attacked attack(
            Reconstruction clean,
            Follows follows,
            Ball ball,
            List<Tensor> starts,
            int[] points,
            Noise noise,
            Settings settings) {
        double[] radii = new double[points.length];
        Arrays.fill(radii, settings.radius());
        String name = "damage/" + follows;
        Tensor perturbed = Attacks.of(AttackSpec.Method.GRADIENT, new MaximumDamageGoal(follows))
                .perturb(new Attack.Request(
                        clean, ball, radii, null, null, starts, points, noise, name, settings.effort(), 1))
                .perturbed();
        return new Attacked(
                perturbed,
                MaximumDamage.means(
                        clean.following(follows),
                        perturbed,
                        new PointNoise(noise, points, name + "/measure", 0),
                        AttackMeasures.DRAWS));
    }
}
