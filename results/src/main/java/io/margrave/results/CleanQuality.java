package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * How well a model does one input that nobody touched: shown beside every attack, so that a collapsed model can't look robust.
 *
 * @param damage mean of |g(mu(x) + eta sigma(x)) - g(mu(x))|: what the posterior's own noise does
 * @param logLik log p(x | mu(x)), in nats
 * @param elbo in nats; null where the prior is not a standard normal
 * @param reconstructionError |g(mu(x)) - x|, in input units
 * @param prediction class that a probe predicts from mu(x); null where there is no probe
 */
public record CleanQuality(
        double damage,
        double logLik,
        @Nullable Double elbo,
        double reconstructionError,
        @Nullable Integer prediction) {}
