package io.margrave.robustness.attack;

import io.margrave.results.AttackSpec;

/** The attacks that plans can name. */
public final class Attacks {
    private Attacks() {}

    /**
     * A goal, searched for by a method. Its {@link Attack} may be used any number of times, by several threads.
     *
     * @param method how it searches
     * @param goal what the adversary wants
     */
    public static Attack of(AttackSpec.Method method, GoalKind goal) {
        return new RestartedAttack(
                goal,
                switch (method) {
                    case GRADIENT -> new CosineSteps();
                    case ADAM -> new AdamSteps();
                    case APGD -> new AutoSteps();
                    case ONE_STEP -> new OneStep();
                    case SQUARE -> new SquareSearch();
                    case RANDOM -> new RandomSearch();
                    case MINIMAL_NORM ->
                        throw new IllegalArgumentException(
                                "want a method that keeps to a radius, got MINIMAL_NORM: it is a break search");
                });
    }
}
