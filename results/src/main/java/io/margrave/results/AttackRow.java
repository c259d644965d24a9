package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * One model, point, attack, target and weight: a stored {@link AttackFinding} without its images, beside the clean input.
 *
 * <p>A model that an attack drives to what is no number is not robust: of such, each measure here is the worst there is.
 *
 * @param model name of the model within the run
 * @param point index of the input within its split
 * @param label class of the input, -1 where there is none
 * @param clean the input untouched
 * @param finding what was reached; its two arrays are empty
 */
public record AttackRow(String model, int point, int label, CleanQuality clean, AttackFinding finding) {

    /** The damage; positive infinity where it is no number, as where one draw is none. */
    public double damage() {
        return worst(finding.damage(), Double.POSITIVE_INFINITY);
    }

    /** The damage without a perturbation; likewise. */
    public double damageClean() {
        return worst(clean.damage(), Double.POSITIVE_INFINITY);
    }

    /** |g(mu(x)) - x| without a perturbation; likewise. */
    public double reconstructionErrorClean() {
        return worst(clean.reconstructionError(), Double.POSITIVE_INFINITY);
    }

    /** The ELBO without a perturbation, in nats; negative infinity where it is no number, null where the model has none. */
    public @Nullable Double elboClean() {
        Double elbo = clean.elbo();
        return elbo == null ? null : Double.valueOf(worst(elbo, Double.NEGATIVE_INFINITY));
    }

    /** log p(x|z) - log p(x|z*), in nats, positive is worse; positive infinity where it is no number. */
    public double natsLost() {
        return worst(clean.logLik() - finding.logLikAttacked(), Double.POSITIVE_INFINITY);
    }

    /**
     * (log p(x|z*) - log p(x|z)) / |log p(x|z)|, negative is worse; negative infinity where it is no number, null where it is undefined.
     * See {@link AttackOutcome}.
     */
    public @Nullable Double degradation(int pixels) {
        Double degradation = AttackOutcome.degradation(clean.logLik(), finding.logLikAttacked(), pixels);
        return degradation == null ? null : Double.valueOf(worst(degradation, Double.NEGATIVE_INFINITY));
    }

    /** Whether the damage is no number. */
    public boolean unmeasured() {
        return Double.isNaN(finding.damage());
    }

    private static double worst(double measured, double worst) {
        return Double.isNaN(measured) ? worst : measured;
    }
}
