package io.margrave.results;

import org.jspecify.annotations.Nullable;

/**
 * One model, point, attack, target and weight: a stored {@link AttackFinding} without its images, beside the clean input.
 *
 * @param model name of the model within the run
 * @param point index of the input within its split
 * @param label class of the input, -1 where there is none
 * @param clean the input untouched
 * @param finding what was reached; its two arrays are empty
 */
public record AttackRow(String model, int point, int label, CleanQuality clean, AttackFinding finding) {

    /** (log p(x|z*) - log p(x|z)) / |log p(x|z)|, negative is worse; null where that is undefined. See {@link AttackOutcome}. */
    public @Nullable Double degradation(int pixels) {
        return AttackOutcome.degradation(clean.logLik(), finding.logLikAttacked(), pixels);
    }
}
