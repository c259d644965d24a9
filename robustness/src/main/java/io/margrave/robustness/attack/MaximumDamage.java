package io.margrave.robustness.attack;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The maximum-damage attack: E |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| made large inside a ball and the value range (Camuto
 * et al. 2021). The expectation is of the norm, not the norm of an expectation.
 *
 * @param perturbed attacked inputs, {@code [points, features]}, in the caller's {@code PointerScope}
 * @param damage mean distance of each point, on noise used neither by the ascent nor to choose among restarts
 */
public record MaximumDamage(Tensor perturbed, double[] damage) {

    private static final Criterion DISTANCE = Criterion.leavesBall(0);
    private static final Ascent.StepSize STEP = new Ascent.StepSize(0.5, 0.01);
    private static final int CHOOSING_DRAWS = 64;
    private static final int SIGN_DRAWS = 8;

    /**
     * Attacks a batch.
     *
     * @param map the model around its anchors; what follows the perturbation is the map's affair
     * @param ball centres and range
     * @param radius L2 radius for every point, at least 0
     * @param directions starts tried first, each {@code [points, features]}; restarts beyond them start at random
     * @param points number of each point within its split
     * @param noise names the run and the model
     * @param name of the attack, part of the name of its noise
     * @param effort steps, draws a step and restarts
     * @param measuringDraws fresh draws that the damage is measured with
     */
    public static MaximumDamage of(
            StochasticMap map,
            Ball ball,
            double radius,
            List<Tensor> directions,
            int[] points,
            Noise noise,
            String name,
            SearchEffort effort,
            int measuringDraws) {
        double[] best = new double[points.length];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        Tensor chosen = ball.centers().clone();
        for (int restart = 0; restart < effort.restarts(); restart++) {
            try (PointerScope scope = new PointerScope()) {
                double[] radii = new double[points.length];
                Arrays.fill(radii, radius);
                Tensor direction = restart < directions.size()
                        ? directions.get(restart)
                        : new PointNoise(noise, points, name + "/start", restart)
                                .next(1, (int) ball.centers().size(1))
                                .squeeze(1);
                Tensor start = betterSign(map, ball, direction, radii, points, noise, name);
                PointNoise ascentNoise = new PointNoise(noise, points, name + "/ascent", restart);
                StochasticMap searched = map.forSearch();
                AttackGoal goal = (inputs, step) -> DISTANCE.excess(
                                searched.at(inputs).outputs(ascentNoise.next(effort.draws(), searched.noiseSize())),
                                searched.reference())
                        .mean(1);
                Tensor attacked = Ascent.maximise(
                        ball, start, radii, false, goal, effort.steps(), STEP, Ascent.RadiusRule.fixed());
                double[] reached =
                        means(map, attacked, new PointNoise(noise, points, name + "/choose", 0), CHOOSING_DRAWS);
                boolean[] better = new boolean[points.length];
                for (int i = 0; i < points.length; i++) {
                    better[i] = reached[i] > best[i];
                    if (better[i]) {
                        best[i] = reached[i];
                    }
                }
                chosen.copy_(torch.where(Rows.flags(better), attacked, chosen));
            }
        }
        return new MaximumDamage(
                chosen, means(map, chosen, new PointNoise(noise, points, name + "/measure", 0), measuringDraws));
    }

    /** The start along a direction or against it, whichever does more damage: near a limit of the range only one has room. */
    private static Tensor betterSign(
            StochasticMap map, Ball ball, Tensor direction, double[] radii, int[] points, Noise noise, String name) {
        Tensor along = ball.reach(direction, radii);
        Tensor against = ball.reach(direction.neg(), radii);
        double[] first = means(map, along, new PointNoise(noise, points, name + "/sign", 0), SIGN_DRAWS);
        double[] second = means(map, against, new PointNoise(noise, points, name + "/sign", 0), SIGN_DRAWS);
        boolean[] turn = new boolean[points.length];
        for (int i = 0; i < turn.length; i++) {
            turn[i] = second[i] > first[i];
        }
        return torch.where(Rows.flags(turn), against, along);
    }

    /** Mean distance of each point's draws from the reference. */
    public static double[] means(StochasticMap map, Tensor inputs, PointNoise noise, int draws) {
        return Arrays.stream(Excess.sample(map, inputs, DISTANCE, noise, draws))
                .mapToDouble(distances -> Arrays.stream(distances).average().orElseThrow())
                .toArray();
    }
}
