package io.margrave.robustness.check;

import io.margrave.results.AttackSpec.Method;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction.Follows;
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

    /** Those of maximum damage, as audits run it: projected ascent. */
    public static AttackPanel ofMaximumDamage() {
        MaximumDamageGoal damage = new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE);
        return new AttackPanel(
                Attacks.of(Method.GRADIENT, damage),
                Attacks.of(Method.ONE_STEP, damage),
                Attacks.of(Method.RANDOM, damage),
                Attacks.of(Method.SQUARE, damage),
                Map.of());
    }

    /** The same with another attack under test. */
    public AttackPanel testing(Attack other) {
        return new AttackPanel(other, oneStep, random, gradientFree, goals);
    }
}
