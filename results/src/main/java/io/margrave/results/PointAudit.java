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
 * @param clean how well the model does it; null where the plan has no suite
 * @param suite what the attacks of the suite found, in plan, target and weight order
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
        float[] reconstruction,
        @Nullable CleanQuality clean,
        List<AttackFinding> suite) {

    public PointAudit {
        suite = List.copyOf(suite);
    }

    /** Of a plan without a suite. */
    public PointAudit(
            String model,
            int position,
            int point,
            int label,
            EncoderNorms encoder,
            QuantileInterval smallestR,
            List<RadiusAudit> radii,
            @Nullable AttackOutcome attack,
            float[] input,
            float[] reconstruction) {
        this(model, position, point, label, encoder, smallestR, radii, attack, input, reconstruction, null, List.of());
    }
}
