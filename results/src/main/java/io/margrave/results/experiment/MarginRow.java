package io.margrave.results.experiment;

import io.margrave.theory.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One model that reconstructs, one point and one r. Margins are of inputs inside the value range, L2; bounds are FIRST_ORDER
 * estimates of the mean-only margin.
 *
 * @param model name of the {@link ExperimentModel}
 * @param point index of the input within the test split
 * @param label class of the input, -1 where there is none
 * @param r radius of r-robustness, in output units
 * @param pClean share of clean draws within r
 * @param pCleanLower its lower confidence bound
 * @param clean whether the clean input is r-robust
 * @param minStdDev smallest posterior standard deviation; 0 of a deterministic encoder
 * @param jacobianFrobenius |J|_F
 * @param jacobianSpectral |J|_2
 * @param jacobianWhitened |diag(1/sigma) J|_2; infinite of a deterministic encoder
 * @param boundFrobenius the bound of Camuto et al. 2021; null where withheld, likewise the other two
 * @param boundSpectral with the spectral norm
 * @param boundWhitened with the whitened norm
 * @param margin norm of the smallest verified break of the full margin; null where censored
 * @param marginMeanOnly likewise with sigma kept; null also where it was not searched
 */
public record MarginRow(
        String model,
        int point,
        int label,
        double r,
        double pClean,
        double pCleanLower,
        Verdict clean,
        double minStdDev,
        double jacobianFrobenius,
        double jacobianSpectral,
        double jacobianWhitened,
        @Nullable Double boundFrobenius,
        @Nullable Double boundSpectral,
        @Nullable Double boundWhitened,
        @Nullable Double margin,
        @Nullable Double marginMeanOnly) {}
