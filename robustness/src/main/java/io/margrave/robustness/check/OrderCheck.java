package io.margrave.robustness.check;

import io.margrave.results.AttackSpec;
import io.margrave.results.Check.Outcome;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.List;

/**
 * 6: at each point many steps do at least the damage of one step, and one step at least that of random noise of the same norm.
 *
 * <p>A point is out of order where the weaker attack does more damage by over 1 %, beyond measurement noise. FAIL where, beyond
 * chance, more than a tenth of the points are out of order between many steps and one step or noise; where one step or noise
 * does more damage on average; or where the attack does not exceed the clean damage. WARN where more than a twentieth are
 * out of order, or one step does less than noise on average. Else PASS.
 *
 * <p>Each attack of the suite that is after damage is held against noise of its own norm and radius likewise, as the run stored it:
 * where noise is stronger, FAIL of one that searches, WARN of one step or of chance. What of the suite no check has tried with more
 * effort is said.
 */
record OrderCheck() implements Examination {
    /** Share of damage that is let pass at a point. */
    static final double ALLOWANCE = 0.01;

    /** Share of points that must not be out of order. */
    static final double FAILING = 0.1;

    /** Share of points that is worth a look. */
    static final double WARNING = 0.05;

    @Override
    public int number() {
        return 6;
    }

    @Override
    public String name() {
        return "iterated, one step, noise";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        SearchEffort once =
                new SearchEffort(1, scene.effort().draws(), 1, scene.effort().precision());
        Reached many = scene.base();
        Reached one = scene.attack("one-step", scene.attacks().oneStep(), scene.radius(), once, 1);
        Reached noise = scene.attackBlindly("random", scene.attacks().random(), once);
        Reached clean = scene.untouched();
        Gain oneOverMany = Gain.of(many, one);
        Gain noiseOverMany = Gain.of(many, noise);
        Gain noiseOverOne = Gain.of(one, noise);
        Gain manyOverClean = Gain.of(clean, many);
        int n = many.points();
        int beatenPoints = 0;
        for (int i = 0; i < n; i++) {
            beatenPoints += oneOverMany.above(i, ALLOWANCE) || noiseOverMany.above(i, ALLOWANCE) ? 1 : 0;
        }
        Proportion beaten = new Proportion(beatenPoints, n);
        Proportion oneBeaten = new Proportion(noiseOverOne.pointsAbove(ALLOWANCE), n);
        boolean still = !(manyOverClean.share() - Gain.SIGNIFICANT * manyOverClean.error() > 0);
        boolean fails = beaten.lower(Figures.ALPHA) > FAILING
                || oneOverMany.exceeds(ALLOWANCE)
                || noiseOverMany.exceeds(ALLOWANCE)
                || still;
        boolean warns = beaten.estimate() > WARNING || oneBeaten.estimate() > WARNING || noiseOverOne.exceeds(0);
        Suite suite = Suite.of(scene);
        return new Ruling(
                Ruling.worse(Ruling.of(fails, warns), suite.outcome()),
                "Mean damage is " + Figures.of(many.damage()) + " after "
                        + scene.effort().steps() + " steps, "
                        + Figures.of(one.damage()) + " after one, " + Figures.of(noise.damage())
                        + " under noise of the same norm and " + Figures.of(clean.damage())
                        + " untouched" + (still ? ": the attack does nothing" : "") + "; many steps are beaten at "
                        + Figures.share(beaten) + ", one step by noise at " + Figures.share(oneBeaten) + "."
                        + suite.sentence()
                        + scene.untried());
    }

    /** The suite's attacks after damage, as the run stored them, each against noise of its norm and radius. */
    private record Suite(Outcome outcome, String sentence) {
        static Suite of(CheckScene scene) {
            Outcome outcome = Outcome.PASS;
            int compared = 0;
            List<String> weak = new ArrayList<>();
            for (Remeasured stored : scene.remeasured()) {
                AttackSpec spec = stored.rivalOfNoise().orElse(null);
                if (spec == null) {
                    continue;
                }
                compared++;
                Gain gain = Gain.of(stored.reached(), scene.noiseLike(stored, spec));
                Proportion beaten = new Proportion(gain.pointsAbove(ALLOWANCE), stored.rows().length);
                boolean weaker = beaten.lower(Figures.ALPHA) > FAILING || gain.exceeds(ALLOWANCE);
                Outcome each = Ruling.of(weaker && Remeasured.searches(spec), weaker || beaten.estimate() > WARNING);
                if (each != Outcome.PASS) {
                    weak.add(stored.title() + " at " + Figures.share(beaten) + " and does " + gain.text());
                }
                outcome = Ruling.worse(outcome, each);
            }
            String text = compared == 0
                    ? ""
                    : " Of the suite, " + compared + (compared == 1 ? " attack" : " attacks")
                            + " after damage stood against noise of the same norm and radius: "
                            + (weak.isEmpty() ? "none is weaker." : "noise beats " + String.join("; ", weak) + ".");
            return new Suite(outcome, text);
        }
    }
}
