package io.margrave.robustness.check;

import io.margrave.results.EvaluationCheck.Curve;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;

/**
 * 7: a larger budget does more damage.
 *
 * <p>The attack runs at half its radius, at it and at twice it. FAIL where the mean falls from one to the next by
 * over 2 % beyond measurement noise, where beyond chance more than a tenth of the points fall so between any two, or where even
 * the largest radius does not exceed the clean damage. WARN where any point falls, or the
 * largest radius does not do 2 % more than the clean damage. Else PASS. Its curve is damage against radius.
 */
record GrowthCheck() implements Examination {
    /** Share of points that must not fall. */
    static final double FAILING = 0.1;

    private static final double[] SHARES = {0.5, 1, 2};

    @Override
    public int number() {
        return 7;
    }

    @Override
    public String name() {
        return "damage grows with budget";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        double radius = scene.radius();
        Reached before = scene.untouched();
        Reached clean = before;
        List<Double> x = new ArrayList<>(List.of(0.0));
        List<Double> y = new ArrayList<>(List.of(before.damage()));
        boolean meanFalls = false;
        boolean[] falls = new boolean[clean.points()];
        Gain fromClean = Gain.of(clean, before);
        for (double share : SHARES) {
            Reached reached = share == 1
                    ? scene.base()
                    : scene.attack("radius", scene.attacks().tested(), share * radius, scene.effort(), 1);
            Gain loss = Gain.of(reached, before);
            meanFalls |= loss.exceeds(Gain.SLIGHT);
            for (int i = 0; i < falls.length; i++) {
                falls[i] |= loss.above(i, Gain.SLIGHT);
            }
            fromClean = Gain.of(clean, reached);
            before = reached;
            x.add(share * radius);
            y.add(reached.damage());
        }
        boolean still = !(fromClean.share() - Gain.SIGNIFICANT * fromClean.error() > 0);
        int fallen = 0;
        for (boolean fell : falls) {
            fallen += fell ? 1 : 0;
        }
        Proportion falling = new Proportion(fallen, falls.length);
        return new Ruling(
                Ruling.of(
                        meanFalls || still || falling.lower(Figures.ALPHA) > FAILING,
                        fallen > 0 || !fromClean.exceeds(Gain.SLIGHT)),
                "From radius 0 to " + Figures.of(x.get(x.size() - 1)) + " the mean damage goes "
                        + String.join(", ", y.stream().map(Figures::of).toList())
                        + "; " + Figures.share(falling) + " fall from some radius to the next.",
                List.of(new Curve("damage", "radius", "damage", x, y)));
    }
}
