package io.margrave.robustness.check;

import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Rows;
import io.margrave.theory.Proportion;
import java.util.Arrays;

/**
 * 8: bounded by the pixel range alone, the attack moves a reconstruction about as far as another input's lies away.
 *
 * <p>For each point, |g(mu(x+d)) - g(mu(x))| against 90 % of the largest distance from its reconstruction to those of up to 1,000 other
 * images, both without the posterior's noise: a perturbation that goes so far exists, as the other image itself is one. PASS where at least nine points in ten reach it,
 * FAIL where, beyond chance, under half of them do, else WARN.
 */
record UnboundedCheck() implements Examination {
    /** Share of the largest distance that is to be reached. */
    static final double REACH = 0.9;

    /** Share of points that are to reach it. */
    static final double MOST = 0.9;

    /** Share of points below which the attack is blind. */
    static final double FEW = 0.5;

    @Override
    public int number() {
        return 8;
    }

    @Override
    public String name() {
        return "unbounded attack succeeds";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        double diameter = Ball.diameter(
                scene.originals()[0].length, scene.evaluation().images().range(), scene.norm());
        Reached reached = scene.attack("unbounded", scene.attacks().tested(), diameter, scene.effort(), 1);
        float[][] moved = scene.reconstructed(reached.perturbed());
        int n = reached.points();
        double[] shares = new double[n];
        int successes = 0;
        for (int i = 0; i < n; i++) {
            double furthest = 0;
            for (float[] other : scene.sample().reconstructions()) {
                furthest = Math.max(furthest, Rows.distance(scene.reconstructions()[i], other));
            }
            shares[i] = Rows.distance(scene.reconstructions()[i], moved[i]) / Math.max(furthest, Double.MIN_NORMAL);
            successes += shares[i] >= REACH ? 1 : 0;
        }
        Arrays.sort(shares);
        Proportion share = new Proportion(successes, n);
        return new Ruling(
                Ruling.of(share.upper(Figures.ALPHA) < FEW, share.estimate() < MOST),
                "Bounded by the range alone, " + Figures.share(share) + " reach " + Figures.percent(REACH)
                        + " of the largest distance to another reconstruction; the median reaches "
                        + Figures.percent(shares[n / 2]) + ", the least " + Figures.percent(shares[0]) + ".");
    }
}
