package io.margrave.vae.model;

import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;

/**
 * Which likelihood a model has, without its tensors.
 *
 * @param family of p(x|z)
 * @param scale standard deviation of a Gaussian in pixel units: fixed, or where learning starts; finite, greater than zero;
 *     1 for the other families
 * @param learnedScale whether a Gaussian's scale is a parameter
 * @param link how a Gaussian's mean comes out of the decoder; SIGMOID for the other families
 */
public record LikelihoodSpec(Family family, double scale, boolean learnedScale, Link link) {

    /** A family of p(x|z). */
    public enum Family {
        /** {@link Bernoulli}. */
        BERNOULLI,
        /** {@link ContinuousBernoulli}. */
        CONTINUOUS_BERNOULLI,
        /** {@link Gaussian}. */
        GAUSSIAN;

        /** As plans and model files spell it: {@code continuous-bernoulli}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How a Gaussian's mean comes out of the decoder. */
    public enum Link {
        /** low + (high - low) * sigmoid(parameter): the mean stays in the value range. */
        SIGMOID,
        /** The parameter itself. */
        IDENTITY;

        /** As model files spell it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LikelihoodSpec {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("want a finite likelihood scale > 0, got " + scale);
        }
        if (family != Family.GAUSSIAN && (scale != 1 || learnedScale || link != Link.SIGMOID)) {
            throw new IllegalArgumentException("want scale and link for a Gaussian only, got them for " + family.id());
        }
    }

    /** {@link Bernoulli}. */
    public static LikelihoodSpec bernoulli() {
        return new LikelihoodSpec(Family.BERNOULLI, 1, false, Link.SIGMOID);
    }

    /** {@link ContinuousBernoulli}. */
    public static LikelihoodSpec continuousBernoulli() {
        return new LikelihoodSpec(Family.CONTINUOUS_BERNOULLI, 1, false, Link.SIGMOID);
    }

    /** {@link Gaussian} of a fixed scale, its mean in the value range. */
    public static LikelihoodSpec gaussian(double scale) {
        return new LikelihoodSpec(Family.GAUSSIAN, scale, false, Link.SIGMOID);
    }

    /** {@link Gaussian} of one learned scale, its mean in the value range. */
    public static LikelihoodSpec gaussianWithLearnedScale(double firstScale) {
        return new LikelihoodSpec(Family.GAUSSIAN, firstScale, true, Link.SIGMOID);
    }

    /**
     * The likelihood itself, a learned scale at its first value. A Gaussian's scale must exceed
     * {@link Gaussian#SMALLEST_SCALE} of the range.
     *
     * @param range of the data; [0, 1] unless Gaussian
     */
    public Likelihood open(ValueRange range) {
        return switch (family) {
            case BERNOULLI -> new Bernoulli();
            case CONTINUOUS_BERNOULLI -> new ContinuousBernoulli();
            case GAUSSIAN -> new Gaussian(range, link, logScale(range));
        };
    }

    private Tensor logScale(ValueRange range) {
        double added = scale - Gaussian.smallestScale(range);
        if (!(added > 0)) {
            throw new IllegalArgumentException("want a likelihood scale > " + Gaussian.smallestScale(range)
                    + " (a thousandth of the range), got " + scale);
        }
        return TensorCopies.tensor(new float[] {(float) Math.log(added)}, 1);
    }
}
