package io.margrave.robustness.goal;

import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;

/**
 * Maximum damage: E |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| made large (Camuto et al. 2021). The expectation is of the norm, not
 * the norm of an expectation.
 *
 * @param follows which of the posterior's parameters the perturbation moves
 */
public record MaximumDamageGoal(Follows follows) implements GoalKind {

    private static final Criterion DISTANCE = Criterion.leavesBall(0);

    @Override
    public String id() {
        return switch (follows) {
            case MEAN_AND_VARIANCE -> "max-damage";
            case MEAN -> "max-damage-mean";
            case VARIANCE -> "max-damage-variance";
        };
    }

    @Override
    public String title() {
        return switch (follows) {
            case MEAN_AND_VARIANCE -> "move the reconstruction as far as possible from that of the input";
            case MEAN -> "move the reconstruction as far as possible through the posterior's mean alone";
            case VARIANCE -> "move the reconstruction as far as possible through the posterior's variance alone";
        };
    }

    @Override
    public AttackGoal of(Scene scene) {
        Reconstruction map = scene.map().following(follows);
        return (inputs, step) -> DISTANCE.excess(
                        map.at(inputs).outputs(scene.noise().get()), map.reference())
                .mean(1);
    }
}
