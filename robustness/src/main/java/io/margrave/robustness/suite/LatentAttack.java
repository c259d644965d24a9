package io.margrave.robustness.suite;

import io.margrave.results.AttackSpec;
import io.margrave.results.Norm;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Reconstruction;

/**
 * An attack on the decoder alone: z = mu(x) is perturbed, in plain latent units. The ball of its requests is one around latents,
 * {@link #ball}; what comes back are latents, {@code [points, latent]}.
 *
 * @param search the attack on latents, as the engine runs it
 */
public record LatentAttack(Attack search) implements Attack {

    /**
     * An attack on the reconstruction of each latent.
     *
     * @param method how it searches
     * @param targeted whether g(z+d) is to be a target's reconstruction ({@code output-reconstruction}), else to be far from g(z)
     *     ({@code max-damage})
     */
    public static LatentAttack of(AttackSpec.Method method, boolean targeted) {
        return new LatentAttack(Attacks.of(method, new DecoderGoal(targeted)));
    }

    /** Balls around the latents mu(x) of some points; latents have no range. */
    public static Ball ball(Reconstruction clean, Norm norm) {
        return new Ball(clean.anchor().mean(), null, norm);
    }

    @Override
    public Attacked perturb(Request request) {
        long latent = request.clean().noiseSize();
        long width = request.ball().centers().size(1);
        if (width != latent) {
            throw new IllegalArgumentException("want a ball around latents of " + latent + " numbers, got one of "
                    + width + ": see LatentAttack.ball");
        }
        return search.perturb(request);
    }
}
