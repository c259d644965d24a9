package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * What the maximum-damage attack reached for one input.
 *
 * @param radius L2 radius it was allowed, in input units
 * @param norm L2 norm it used
 * @param damage mean of |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| on fresh noise, mean and variance attacked
 * @param damageMeanOnly the same with sigma(x) kept, of an attack that knows so; null where not asked for
 * @param damageVarianceOnly the same with mu(x) kept; null where not asked for
 * @param damageClean the same without a perturbation
 * @param logLikClean log p(x | mu(x)), in nats
 * @param logLikAttacked log p(x | mu(x+d)), in nats
 * @param perturbed the attacked input, channels x height x width
 * @param reconstruction g(mu(x+d)), of the same shape
 */
public record AttackOutcome(
        double radius,
        double norm,
        double damage,
        @Nullable Double damageMeanOnly,
        @Nullable Double damageVarianceOnly,
        double damageClean,
        double logLikClean,
        double logLikAttacked,
        float[] perturbed,
        float[] reconstruction) {

    /** Below this share of a nat a pixel the clean log-likelihood is too near zero to divide by. */
    public static final double SMALLEST_NAT_PER_PIXEL = 1e-3;

    /**
     * Relative likelihood degradation: (log p(x|z*) - log p(x|z)) / |log p(x|z)|; negative is worse (Camuto et al. 2021).
     *
     * @return null where |log p(x|z)| is under {@link #SMALLEST_NAT_PER_PIXEL} a pixel
     */
    public @Nullable Double degradation() {
        return degradation(logLikClean, logLikAttacked, perturbed.length);
    }

    static @Nullable Double degradation(double clean, double attacked, int pixels) {
        if (Math.abs(clean) < SMALLEST_NAT_PER_PIXEL * pixels) {
            return null;
        }
        return (attacked - clean) / Math.abs(clean);
    }
}
