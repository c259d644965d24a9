package io.margrave.results;

import io.margrave.theory.QuantileInterval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that an audit found for one model and one input.
 *
 * @param model name of the model within the run
 * @param position of the point among the audited points, from 0
 * @param point index of the input within its split
 * @param label class of the input, -1 where there is none
 * @param encoder the encoder around the input
 * @param smallestR interval for the smallest r for which the clean input is r-robust, each side at alpha
 * @param radii one a radius, ascending
 * @param attack the maximum-damage attack; null where not asked for
 * @param input the clean input, channels x height x width
 * @param reconstruction g(mu(x)), of the same shape
 */
public record PointAudit(
        String model,
        int position,
        int point,
        int label,
        EncoderNorms encoder,
        QuantileInterval smallestR,
        List<RadiusAudit> radii,
        @Nullable AttackOutcome attack,
        float[] input,
        float[] reconstruction) {}
