package io.margrave.robustness.check;

import io.margrave.results.AuditRow;
import java.util.HashMap;
import java.util.Map;

/**
 * 11: what was chosen on one stream of noise is reported from another.
 *
 * <p>The optimism of an attack is the mean objective of its chosen restarts on the noise that they were chosen on, over the mean damage
 * on fresh noise, less 1. PASS where it is at most 2 %, WARN up to 10 %, else FAIL. The damage that the run reports for these points is
 * held against fresh noise likewise: over 10 % more than is measured here fails, too.
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
        return new Ruling(Ruling.of(fails, optimism > Gain.SLIGHT), evidence);
    }

    /** Damage that the run reports over what is measured, less 1; NaN where it reports none. */
    private static double reported(CheckScene scene, Reached base) {
        Map<Integer, Double> reported = new HashMap<>();
        Double radius = scene.evaluation().plan().attackRadius();
        for (AuditRow row : scene.evaluation().rows()) {
            if (row.damage() != null && radius != null && radius.equals(row.attackRadius())) {
                reported.put(row.point(), row.damage());
            }
        }
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
