package io.margrave.results;

import io.margrave.theory.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One model, point and r: the default row of an export. Null where not asked for. See {@link Margin} for what each bound
 * means; the bounds are null where they are withheld, as of a deterministic encoder, whose {@code minStdDev} is 0 and whose
 * {@code jacobianWhitened} is infinite; {@code marginUpper} is full and boxed, {@code marginUpperUnboxed} full, {@code marginUpperMeanOnly} boxed, each
 * null where censored; {@code marginCensored} tells of {@code marginUpper}. {@code samples} are clean draws.
 * {@code logLikClean}, {@code logLikAttacked} in nats; {@code degradation} as in {@link AttackOutcome#degradation}.
 */
public record AuditRow(
        String model,
        String data,
        String split,
        int point,
        int label,
        double beta,
        double r,
        long samples,
        double alpha,
        double pClean,
        double pCleanLower,
        Verdict verdictClean,
        double rMinLow,
        double rMinHigh,
        double minStdDev,
        double jacobianFrobenius,
        double jacobianSpectral,
        double jacobianWhitened,
        @Nullable Double boundFrobenius,
        @Nullable Double boundSpectral,
        @Nullable Double boundWhitened,
        @Nullable Double marginUpper,
        @Nullable Double marginUpperUnboxed,
        @Nullable Double marginUpperMeanOnly,
        @Nullable Double marginUpperMeanOnlyUnboxed,
        boolean marginCensored,
        @Nullable Double attackRadius,
        @Nullable Double damage,
        @Nullable Double damageMeanOnly,
        @Nullable Double damageVarianceOnly,
        @Nullable Double damageClean,
        @Nullable Double logLikClean,
        @Nullable Double logLikAttacked,
        @Nullable Double degradation,
        long seed) {}
