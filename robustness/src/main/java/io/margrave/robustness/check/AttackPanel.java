package io.margrave.robustness.check;

import io.margrave.results.AttackSpec.Method;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.goal.GoalKinds;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.suite.FirstOrderAttack;
import io.margrave.robustness.suite.FirstOrderAttack.Direction;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.VaeSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The attack that an evaluation rests on, and those that it is held against. All but {@code goals} aim at damage: the mean of
 * |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))|.
 *
 * @param tested the one that figures were made with
 * @param oneStep one full step along the gradient
 * @param random the best of random perturbations
 * @param gradientFree without gradients
 * @param goals other goals by id, searched as the tested one is
 */
public record AttackPanel(
        Attack tested, Attack oneStep, Attack random, Attack gradientFree, Map<String, Attack> goals) {

    public AttackPanel {
        goals = Collections.unmodifiableMap(new LinkedHashMap<>(goals));
    }

    /**
     * Those of maximum damage, as audits run it: projected ascent. Beside them stand the largest change of the posterior and the
     * direction in which the reconstruction moves most, to first order.
     *
     * @param spec of the model that is attacked
     */
    public static AttackPanel ofMaximumDamage(VaeSpec spec) {
        MaximumDamageGoal damage = new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE);
        Map<String, Attack> goals = new LinkedHashMap<>();
        // Between posteriors of no width a divergence is infinite.
        String latent =
                spec.posterior() == PosteriorFamily.DETERMINISTIC ? "untargeted-mean" : "untargeted-symmetric-kl";
        goals.put(latent, Attacks.of(Method.GRADIENT, GoalKinds.named(latent)));
        for (Direction direction : Direction.values()) {
            goals.put(direction.id(), new FirstOrderAttack(direction));
        }
        return new AttackPanel(
                Attacks.of(Method.GRADIENT, damage),
                Attacks.of(Method.ONE_STEP, damage),
                Attacks.of(Method.RANDOM, damage),
                Attacks.of(Method.SQUARE, damage),
                goals);
    }

    /** Maximum damage, searched for by another method. */
    static Attack damage(Method method) {
        return Attacks.of(method, new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE));
    }

    /** The same with another attack under test. */
    public AttackPanel testing(Attack other) {
        return new AttackPanel(other, oneStep, random, gradientFree, goals);
    }
}
