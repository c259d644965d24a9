package io.margrave.results;

import io.margrave.theory.Proportion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one attack of a suite reached for one input, and one target and weight where it has such. All that is measured is measured on
 * noise that neither the search nor the choice among restarts has seen.
 *
 * @param attack name of the {@link AttackSpec}
 * @param target index of the target image within the split; null where the goal has none
 * @param weight of the norm as a penalty; null where it is a constraint
 * @param radius that was allowed, in the attack's norm; null under a penalty
 * @param norm of the perturbation, in the attack's norm, measured again in double precision
 * @param normL2 its L2 norm; that of the latent perturbation where the attack is on latents
 * @param objective what the goal came to
 * @param damage mean of |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))|
 * @param within draws of |Delta(x, d)| &lt;= r, one a radius r of the plan
 * @param logLikAttacked log p(x | mu(x+d)), in nats
 * @param logLikTarget log p(x_t | mu(x+d)), in nats; null without a target
 * @param symmetricKl KL(q(z|x) || q(z|x+d)) + KL(q(z|x+d) || q(z|x)), in nats; null where an encoder is deterministic
 * @param msSsimInputs MS-SSIM of x and x+d; null where no scale fits
 * @param msSsimReconstructions MS-SSIM of g(mu(x)) and g(mu(x+d)); likewise
 * @param prediction class that a probe predicts from mu(x+d); null where there is no probe
 * @param forwards encodings and decodings of this input that the search took, each counted once; of a universal perturbation also those
 *     of its fit, as the mean over the images that it was fitted on
 * @param backwards gradients of this input that it took; likewise
 * @param perturbed the attacked input, channels x height x width; the attacked latent where the attack is on latents
 * @param reconstruction g(mu(x+d)), channels x height x width
 * @param relativeDistortion |d| / |x - x_t|, L2: the abscissa of {@link Auddc}; null without a target, or where the attack is on latents
 * @param relativeDistance (|g(mu(x+d)) - x_t| - |g(mu(x_t)) - x_t|) / (|g(mu(x)) - x_t| - |g(mu(x_t)) - x_t|), its ordinate: 1 where d
 *     does nothing, 0 where the target itself would do no better; null without a target, or where that is undefined
 */
public record AttackFinding(
        String attack,
        @Nullable Integer target,
        @Nullable Double weight,
        @Nullable Double radius,
        double norm,
        double normL2,
        double objective,
        double damage,
        List<Proportion> within,
        double logLikAttacked,
        @Nullable Double logLikTarget,
        @Nullable Double symmetricKl,
        @Nullable Double msSsimInputs,
        @Nullable Double msSsimReconstructions,
        @Nullable Integer prediction,
        long forwards,
        long backwards,
        float[] perturbed,
        float[] reconstruction,
        @Nullable Double relativeDistortion,
        @Nullable Double relativeDistance) {

    public AttackFinding {
        within = List.copyOf(within);
    }

    /** Without a target, or without what is relative to it. */
    public AttackFinding(
            String attack,
            @Nullable Integer target,
            @Nullable Double weight,
            @Nullable Double radius,
            double norm,
            double normL2,
            double objective,
            double damage,
            List<Proportion> within,
            double logLikAttacked,
            @Nullable Double logLikTarget,
            @Nullable Double symmetricKl,
            @Nullable Double msSsimInputs,
            @Nullable Double msSsimReconstructions,
            @Nullable Integer prediction,
            long forwards,
            long backwards,
            float[] perturbed,
            float[] reconstruction) {
        this(
                attack,
                target,
                weight,
                radius,
                norm,
                normL2,
                objective,
                damage,
                within,
                logLikAttacked,
                logLikTarget,
                symmetricKl,
                msSsimInputs,
                msSsimReconstructions,
                prediction,
                forwards,
                backwards,
                perturbed,
                reconstruction,
                null,
                null);
    }
}
