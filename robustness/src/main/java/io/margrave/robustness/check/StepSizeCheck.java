package io.margrave.robustness.check;

import io.margrave.results.EvaluationCheck.Curve;
import java.util.ArrayList;
import java.util.List;

/**
 * 15: no other step size does more damage.
 *
 * <p>All step sizes are multiplied with a quarter, a half, 1, 2 and 4. PASS where none of them does over 2 % more mean damage than 1,
 * beyond measurement noise ({@link Gain}), WARN up to 10 %, else FAIL. Its curve is damage against the factor.
 */
record StepSizeCheck() implements Examination {
    private static final double[] FACTORS = {0.25, 0.5, 1, 2, 4};

    @Override
    public int number() {
        return 15;
    }

    @Override
    public String name() {
        return "step size";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        Gain most = Gain.of(scene.base(), scene.base());
        double best = 1;
        for (double factor : FACTORS) {
            Reached reached = factor == 1
                    ? scene.base()
                    : scene.attack("base", scene.attacks().tested(), scene.radius(), scene.effort(), factor);
            Gain gain = Gain.of(scene.base(), reached);
            if (gain.share() > most.share()) {
                most = gain;
                best = factor;
            }
            x.add(factor);
            y.add(reached.damage());
        }
        return new Ruling(
                most.outcome(),
                best == 1
                        ? "Of steps from a quarter to four times as long, none does more damage than the plan's own."
                        : "Steps " + Figures.of(best) + " times as long do " + most.text() + ".",
                List.of(new Curve("damage", "step size factor", "damage", x, y)));
    }
}
