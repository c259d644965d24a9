package io.margrave.robustness.check;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * 12: several goals, the worst of each point: no other goal does more damage than the one that aims at damage.
 *
 * <p>Other goals are searched at the same radius, and all attacks of the plan's suite on single inputs at that radius stand beside
 * them. FAIL where the worst of them does over 10 % more damage on average than the attack under test, beyond measurement noise; WARN
 * over 2 %, or where it does over 2 % more at more than a twentieth of the points. Else PASS.
 */
record GoalsCheck() implements Examination {
    /** Share of points with more damage that is let pass. */
    static final double POINTS = 0.05;

    /** A suite's radius is the plan's to this share. */
    private static final double SAME = 1e-9;

    @Override
    public int number() {
        return 12;
    }

    @Override
    public String name() {
        return "several goals";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public boolean applies(CheckScene scene) {
        return !scene.attacks().goals().isEmpty();
    }

    @Override
    public Ruling examine(CheckScene scene) {
        Reached base = scene.base();
        Reached worst = null;
        List<String> each = new ArrayList<>();
        for (Map.Entry<String, io.margrave.robustness.attack.Attack> goal :
                scene.attacks().goals().entrySet()) {
            Reached reached = scene.attack("goal/" + goal.getKey(), goal.getValue(), scene.radius(), scene.effort(), 1);
            each.add(goal.getKey() + " " + Figures.of(reached.damage()));
            worst = worst == null ? reached : worst.orWorse(reached);
        }
        if (worst == null) {
            throw new IllegalStateException("want at least one other goal");
        }
        Gain gain = Gain.of(base, worst);
        Proportion ahead = new Proportion(gain.pointsAbove(Gain.SLIGHT), base.points());
        Suite suite = Suite.of(scene);
        Ruling ruling = new Ruling(
                Ruling.of(
                        gain.exceeds(Gain.LARGE) || suite.gain() > Gain.LARGE,
                        gain.exceeds(Gain.SLIGHT) || ahead.estimate() > POINTS || suite.gain() > Gain.SLIGHT),
                "Mean damage is " + Figures.of(base.damage()) + " by the attack under test and "
                        + Figures.of(base.orWorse(worst).damage()) + " with the worst of all goals at each point ("
                        + String.join(", ", each) + "); another goal does over " + Figures.percent(Gain.SLIGHT)
                        + " more at " + Figures.share(ahead) + "." + suite.sentence());
        return ruling;
    }

    /**
     * The suite's damage of the worst attack of each point, against the audit's own at the same points.
     *
     * @param gain as a share, 0 where there is nothing to compare
     */
    private record Suite(double gain, String sentence) {
        static Suite of(CheckScene scene) {
            Map<Integer, Double> own = scene.evaluation().reportedDamage();
            Map<Integer, Double> worst = new TreeMap<>();
            for (AttackRow row : scene.evaluation().findings()) {
                if (own.containsKey(row.point()) && comparable(scene, row)) {
                    worst.merge(row.point(), row.finding().damage(), Math::max);
                }
            }
            if (worst.isEmpty()) {
                return new Suite(0, "");
            }
            double there =
                    worst.values().stream().mapToDouble(Double::doubleValue).sum();
            double here = worst.keySet().stream().mapToDouble(own::get).sum();
            double gain = there / here - 1;
            return new Suite(
                    gain,
                    " The worst attack of the suite does " + Figures.percent(Math.abs(gain))
                            + (gain < 0 ? " less" : " more") + " damage than the audit's at " + worst.size()
                            + " points.");
        }

        private static boolean comparable(CheckScene scene, AttackRow row) {
            Double radius = row.finding().radius();
            AttackSpec spec = scene.evaluation().plan().suite().stream()
                    .filter(attack -> attack.name().equals(row.finding().attack()))
                    .findFirst()
                    .orElse(null);
            // What moves the mean or the variance alone was measured so, too.
            return spec != null
                    && !spec.equals(scene.evaluation().standIn())
                    && Remeasured.follows(spec) == Follows.MEAN_AND_VARIANCE
                    && spec.norm() == scene.norm()
                    && spec.variable() == Variable.INPUT
                    && radius != null
                    && Math.abs(radius - scene.radius()) <= SAME * scene.radius();
        }
    }
}
