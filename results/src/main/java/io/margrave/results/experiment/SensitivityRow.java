package io.margrave.results.experiment;

import io.margrave.theory.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One classifier and one point: the sensitivity margin, that is the norm of the smallest perturbation after which the prediction of the clean
 * input no longer holds with a probability of more than one half.
 *
 * @param model name of the {@link ExperimentModel}
 * @param point index of the input within the test split
 * @param label class of the input
 * @param predicted class with the largest logit at mu(x)
 * @param pClean share of clean draws that are given that class
 * @param pCleanLower its lower confidence bound
 * @param clean whether the prediction holds without a perturbation
 * @param boundFrobenius min sigma Phi^-1(p) / |J|_F, FIRST_ORDER; null of a deterministic encoder, likewise the next
 * @param boundWhitened Phi^-1(p) / |diag(1/sigma) J|_2, FIRST_ORDER
 * @param boundLinear smallest logit difference over the norm of its gradient at mu(x), FIRST_ORDER; null of a random encoder
 * @param margin norm of the smallest verified break, inside the value range; null where censored
 * @param marginMeanOnly likewise with sigma kept; null also where it was not searched
 */
public record SensitivityRow(
        String model,
        int point,
        int label,
        int predicted,
        double pClean,
        double pCleanLower,
        Verdict clean,
        @Nullable Double boundFrobenius,
        @Nullable Double boundWhitened,
        @Nullable Double boundLinear,
        @Nullable Double margin,
        @Nullable Double marginMeanOnly) {}
