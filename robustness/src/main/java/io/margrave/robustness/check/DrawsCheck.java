package io.margrave.robustness.check;

import io.margrave.results.SearchEffort;

/**
 * 10: twice the draws a step do no more damage.
 *
 * <p>PASS where the mean gain over points is at most 2 % of the damage beyond measurement noise ({@link Gain}), WARN up to 10 %, else
 * FAIL.
 */
record DrawsCheck() implements Examination {
    @Override
    public int number() {
        return 10;
    }

    @Override
    public String name() {
        return "enough draws a step";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        SearchEffort effort = scene.effort();
        SearchEffort more = new SearchEffort(effort.steps(), effort.draws() * 2, effort.restarts(), effort.precision());
        Reached base = scene.base();
        Reached reached = scene.attack("draws", scene.attacks().tested(), scene.radius(), more, 1);
        Gain gain = Gain.of(base, reached);
        return new Ruling(
                gain.outcome(),
                more.draws() + " draws a step instead of " + effort.draws() + " do " + gain.text() + ".");
    }
}
