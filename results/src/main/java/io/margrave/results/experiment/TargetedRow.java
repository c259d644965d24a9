package io.margrave.results.experiment;

import org.jspecify.annotations.Nullable;

/**
 * One targeted attack on one point.
 *
 * @param model name of the {@link ExperimentModel}
 * @param point index of the source within the test split
 * @param target index of the target within the same split
 * @param goal id of the goal: {@code latent-kl}, {@code output-reconstruction}, ...
 * @param radius L2 radius that was allowed, in input units
 * @param norm L2 norm that was used
 * @param relativeDistortion |d| / |x - x_t|
 * @param relativeDistance (|g(mu(x+d)) - x_t| - |g(mu(x_t)) - x_t|) / (|g(mu(x)) - x_t| - |g(mu(x_t)) - x_t|): 1 where d does nothing, 0 where
 *     the target itself would do no better; null where undefined
 * @param logLikClean log p(x | mu(x)), in nats
 * @param logLikAttacked log p(x | mu(x+d)), in nats
 * @param logLikTarget log p(x_t | mu(x+d)), in nats
 * @param nearerTarget whether the attacked reconstruction g(mu(x+d)) is nearer, in L2, to the target's reconstruction g(mu(x_t)) than to the
 *     source's g(mu(x))
 */
public record TargetedRow(
        String model,
        int point,
        int target,
        String goal,
        double radius,
        double norm,
        double relativeDistortion,
        @Nullable Double relativeDistance,
        double logLikClean,
        double logLikAttacked,
        double logLikTarget,
        boolean nearerTarget) {}
