package io.margrave.results.experiment;

import org.jspecify.annotations.Nullable;

/**
 * One maximum-damage attack on one point, measured on fresh noise.
 *
 * @param model name of the {@link ExperimentModel}
 * @param point index of the input within the test split
 * @param radius L2 radius that was allowed, in input units
 * @param through {@code both}, {@code mean} (sigma(x) kept) or {@code variance} (mu(x) kept)
 * @param norm L2 norm that was used
 * @param damage mean of |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))|
 * @param damageClean the same without a perturbation
 * @param logLikClean log p(x | mu(x)), in nats
 * @param logLikAttacked log p(x | mu(x+d)), in nats; null where only the damage was measured
 * @param degradation (attacked - clean) / |clean|, negative is worse; null where undefined or not measured
 */
public record DamageRow(
        String model,
        int point,
        double radius,
        String through,
        double norm,
        double damage,
        double damageClean,
        double logLikClean,
        @Nullable Double logLikAttacked,
        @Nullable Double degradation) {}
