package io.margrave.robustness.check;

import io.margrave.results.EvaluationCheck.Curve;
import io.margrave.results.SearchEffort;
import java.util.ArrayList;
import java.util.List;

/**
 * 4: twice the steps do no more damage.
 *
 * <p>PASS where the mean gain over points is at most 2 % of the damage beyond measurement noise ({@link Gain}), WARN up to 10 %, else
 * FAIL. Other norms, methods and efforts of the suite are asked the same. Its curves are the mean objective of the search at each step.
 */
record StepsCheck() implements Examination {
    @Override
    public int number() {
        return 4;
    }

    @Override
    public String name() {
        return "converged";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        SearchEffort effort = scene.effort();
        SearchEffort more = new SearchEffort(effort.steps() * 2, effort.draws(), effort.restarts(), effort.precision());
        Reached base = scene.base();
        Reached reached = scene.attack("steps", scene.attacks().tested(), scene.radius(), more, 1);
        Gain gain = Gain.of(base, reached);
        Ruling ruling = new Ruling(
                gain.outcome(),
                more.steps() + " steps instead of " + effort.steps() + " do " + gain.text() + ".",
                List.of(curve(effort.steps() + " steps", base), curve(more.steps() + " steps", reached)));
        return scene.withOthers(
                ruling,
                "steps",
                each -> new SearchEffort(each.steps() * 2, each.draws(), each.restarts(), each.precision()));
    }

    private static Curve curve(String name, Reached reached) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int step = 0; step < reached.trace().length; step++) {
            x.add((double) step);
            y.add(reached.trace()[step]);
        }
        return new Curve(name, "step", "objective", x, y);
    }
}
