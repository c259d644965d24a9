package io.margrave.robustness.check;

import io.margrave.results.SearchEffort;

/**
 * 5: twice the restarts do no more damage.
 *
 * <p>PASS where the mean gain over points is at most 2 % of the damage beyond measurement noise ({@link Gain}), WARN up to 10 %, else
 * FAIL. Other norms, methods and efforts of the suite are asked the same.
 */
record RestartsCheck() implements Examination {
    @Override
    public int number() {
        return 5;
    }

    @Override
    public String name() {
        return "enough restarts";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        SearchEffort effort = scene.effort();
        SearchEffort more = new SearchEffort(effort.steps(), effort.draws(), effort.restarts() * 2, effort.precision());
        Reached base = scene.base();
        Reached reached = scene.attack("restarts", scene.attacks().tested(), scene.radius(), more, 1);
        Gain gain = Gain.of(base, reached);
        Ruling ruling = new Ruling(
                gain.outcome(),
                more.restarts() + " restarts instead of " + effort.restarts() + " do " + gain.text() + ".");
        return scene.withOthers(
                ruling,
                "restarts",
                each -> new SearchEffort(each.steps(), each.draws(), each.restarts() * 2, each.precision()));
    }
}
