package io.margrave.vae.model;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything about an imported TorchScript model but its archives: what {@code model.yaml} says.
 *
 * @param shape of one image
 * @param range of its values, as the data set has them, before any normalisation; [0, 1] unless the likelihood is Gaussian
 * @param latent latent dimension, greater than zero
 * @param prior that its owner says
 * @param posterior {@code DETERMINISTIC} exactly where the encoder gives a mean alone
 * @param encoder how it is called and what it gives
 * @param decoder how it is called and what it gives
 * @param normalization what the encoder's images go through first; null where nothing
 * @param family of p(x|z)
 * @param scale standard deviation of a Gaussian in pixel units; null of other families, and where the decoder gives it
 * @param source of the export, as text by key
 * @param training what its owner knows of it, as text by key
 */
public record ScriptSpec(
        ImageShape shape,
        ValueRange range,
        int latent,
        Prior prior,
        PosteriorFamily posterior,
        Encoder encoder,
        Decoder decoder,
        @Nullable Normalization normalization,
        LikelihoodSpec.Family family,
        @Nullable Double scale,
        Map<String, String> source,
        Map<String, String> training)
        implements VaeSpec {

    /** What an encoder's second output means. */
    public enum Spread {
        /** There is none. */
        NONE,
        /** log sigma^2. */
        LOG_VARIANCE,
        /** sigma. */
        STANDARD_DEVIATION,
        /** sigma^2. */
        VARIANCE;

        /** As model files spell it: {@code log-variance}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What a decoder gives. */
    public enum Gives {
        /** The mean of p(x|z). */
        MEAN,
        /** Logits of a Bernoulli or continuous Bernoulli. */
        LOGITS,
        /** Mean and standard deviation of every value. */
        MEAN_AND_SCALE;

        /** As model files spell it. */
        public List<String> ids() {
            return switch (this) {
                case MEAN -> List.of("mean");
                case LOGITS -> List.of("logits");
                case MEAN_AND_SCALE -> List.of("mean", "scale");
            };
        }
    }

    /**
     * The encoder.
     *
     * @param flat whether it takes {@code [batch, channels * height * width]} rather than images
     * @param spread what its second output means
     * @param keys of its outputs where they come as a dict: mean, then spread; else empty
     */
    public record Encoder(boolean flat, Spread spread, List<String> keys) {
        public Encoder {
            keys = List.copyOf(keys);
        }

        int outputs() {
            return spread == Spread.NONE ? 1 : 2;
        }
    }

    /**
     * The decoder.
     *
     * @param flat whether it gives {@code [batch, channels * height * width]} rather than images
     * @param gives what its outputs mean
     * @param keys of its outputs where they come as a dict; else empty
     */
    public record Decoder(boolean flat, Gives gives, List<String> keys) {
        public Decoder {
            keys = List.copyOf(keys);
        }
    }

    /**
     * The encoder is fed (x - mean) / std, channel by channel.
     *
     * @param mean one a channel
     * @param std one a channel, greater than zero
     * @param decoder whether the decoder's mean is normalised too, so that mean * std + mean is the image
     */
    public record Normalization(List<Double> mean, List<Double> std, boolean decoder) {
        public Normalization {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
            if (std.stream().anyMatch(each -> !(each > 0))) {
                throw new IllegalArgumentException("want normalization.std greater than zero, got " + std);
            }
        }
    }

    public ScriptSpec {
        if (latent <= 0) {
            throw new IllegalArgumentException("want a latent dimension > 0, got " + latent);
        }
        boolean deterministic = posterior == PosteriorFamily.DETERMINISTIC;
        if (deterministic != (encoder.spread() == Spread.NONE)) {
            throw new IllegalArgumentException(
                    deterministic
                            ? "want encoder.gives: [mean] of a deterministic posterior, got mean and "
                                    + encoder.spread().id()
                            : "want encoder.gives with a log-variance, standard-deviation or variance of a gaussian posterior,"
                                    + " got [mean]: say posterior: deterministic if it has none");
        }
        checkKeys("encoder", encoder.keys(), encoder.outputs());
        checkKeys("decoder", decoder.keys(), decoder.gives().ids().size());
        if (normalization != null
                && (normalization.mean().size() != shape.channels()
                        || normalization.std().size() != shape.channels())) {
            throw new IllegalArgumentException("want one normalization mean and std a channel, " + shape.channels()
                    + ", got " + normalization.mean().size() + " and "
                    + normalization.std().size());
        }
        checkLikelihood(range, family, scale, decoder.gives(), normalization);
        source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
        training = Collections.unmodifiableMap(new LinkedHashMap<>(training));
    }

    private static void checkKeys(String whose, List<String> keys, int outputs) {
        if (!keys.isEmpty() && keys.size() != outputs) {
            throw new IllegalArgumentException(
                    "want " + whose + ".keys in the order of " + whose + ".gives, " + outputs + ", got " + keys);
        }
    }

    private static void checkLikelihood(
            ValueRange range,
            LikelihoodSpec.Family family,
            @Nullable Double scale,
            Gives gives,
            @Nullable Normalization normalization) {
        if (family == LikelihoodSpec.Family.GAUSSIAN) {
            if (gives == Gives.LOGITS) {
                throw new IllegalArgumentException(
                        "want decoder.gives: [mean] or [mean, scale] of a gaussian likelihood, got [logits]");
            }
            if ((gives == Gives.MEAN) != (scale != null)) {
                throw new IllegalArgumentException(
                        "want one scale of a gaussian likelihood, as likelihood.scale or as the"
                                + " decoder's second output, got " + (scale == null ? "none" : "both"));
            }
            if (scale != null && !(scale > Gaussian.smallestScale(range) && scale < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("want a likelihood scale > " + Gaussian.smallestScale(range)
                        + " for this value range, got " + scale);
            }
            return;
        }
        if (!range.equals(ValueRange.UNIT)) {
            throw new IllegalArgumentException("want values in [0, 1] for likelihood " + family.id() + ", got ["
                    + range.low() + ", " + range.high() + "]: rescale the data, or say gaussian");
        }
        boolean continuous = family == LikelihoodSpec.Family.CONTINUOUS_BERNOULLI;
        if (gives == Gives.MEAN_AND_SCALE || (continuous && gives == Gives.MEAN)) {
            throw new IllegalArgumentException("want decoder.gives: " + (continuous ? "[logits]" : "[mean] or [logits]")
                    + " of likelihood " + family.id() + ", got " + gives.ids());
        }
        if (gives == Gives.LOGITS && normalization != null && normalization.decoder()) {
            throw new IllegalArgumentException(
                    "want normalization.decoder: false of a decoder that gives logits, got true");
        }
    }

    /** A phrase for tables: where the model came from. */
    public String phrase() {
        String model = source.get("model");
        String framework = source.get("framework");
        return "imported" + (model == null ? "" : " " + model) + (framework == null ? "" : " (" + framework + ")");
    }
}
