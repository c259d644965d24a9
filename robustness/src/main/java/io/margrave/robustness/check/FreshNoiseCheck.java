package io.margrave.robustness.check;

import java.util.Map;

/**
 * 11: what was chosen on one stream of noise is reported from another.
 *
 * <p>The optimism of an attack is the mean objective of its chosen restarts on the noise that they were chosen on, over the mean damage
 * on fresh noise, less 1. PASS where it is at most 2 %, WARN up to 10 %, else FAIL. The damage that the run reports for these points is
 * held against fresh noise likewise: over 10 % more than is measured here fails, too. So are the inputs that its attacks stored, each
 * attack by itself: WARN where the damage that it reports lies over 5 standard errors from what the same inputs do here, FAIL where it
 * is over 10 % off, besides.
 */
record FreshNoiseCheck() implements Examination {
    @Override
    public int number() {
        return 11;
    }

    @Override
    public String name() {
        return "measured on fresh noise";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        Reached base = scene.base();
        double measured = base.damage();
        double optimism = Reached.mean(base.chosen()) / Math.max(measured, Double.MIN_NORMAL) - 1;
        double reported = reported(scene, base);
        String evidence = "On the noise it was chosen on the attack does a mean damage of "
                + Figures.of(Reached.mean(base.chosen())) + ", on fresh noise " + Figures.of(measured)
                + ": an optimism of "
                + Figures.percent(optimism) + ".";
        if (!Double.isNaN(reported)) {
            evidence += " The run reports " + Figures.percent(Math.abs(reported)) + (reported < 0 ? " less" : " more")
                    + " at these points than this attack reaches on fresh noise.";
        }
        boolean fails = !(optimism <= Gain.LARGE) || reported > Gain.LARGE;
        boolean warns = optimism > Gain.SLIGHT;
        int inputs = 0;
        Remeasured furthest = null;
        for (Remeasured stored : scene.remeasured()) {
            inputs += stored.rows().length;
            // Written so that what is not a number fails.
            boolean off = !(stored.apart() <= ZeroBudgetCheck.APART);
            warns |= off;
            fails |= off && !(Math.abs(stored.more()) <= Gain.LARGE);
            furthest = furthest == null || !(stored.apart() <= furthest.apart()) ? stored : furthest;
        }
        if (furthest != null) {
            int attacks = scene.remeasured().size();
            evidence += " " + inputs + " stored inputs of " + attacks + (attacks == 1 ? " attack" : " attacks")
                    + " were measured again; the report of " + furthest.title() + " lies furthest away, with "
                    + Figures.percent(Math.abs(furthest.more())) + (furthest.more() < 0 ? " less" : " more")
                    + " damage (" + Figures.of(furthest.apart()) + " standard errors).";
        }
        return new Ruling(Ruling.of(fails, warns), evidence);
    }

    /** Damage that the run reports over what is measured, less 1; NaN where it reports none. */
    private static double reported(CheckScene scene, Reached base) {
        Map<Integer, Double> reported = scene.evaluation().reportedDamage();
        double there = 0;
        double here = 0;
        int[] points = scene.points();
        for (int i = 0; i < points.length; i++) {
            Double damage = reported.get(points[i]);
            if (damage != null) {
                there += damage;
                here += base.damage(i);
            }
        }
        return here == 0 ? Double.NaN : there / here - 1;
    }
}
