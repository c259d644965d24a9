package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.torchscript.ScriptModule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Vae} made of two TorchScript archives. What comes out of them is checked at every call: shapes, types and number of
 * tensors; what is not as {@link ScriptSpec} says is a {@link BadInputException} of one line.
 */
public final class TorchScriptVae implements Vae {
    private final ScriptSpec spec;
    private final ScriptModule encoder;
    private final ScriptModule decoder;
    private final Likelihood likelihood;
    private final @Nullable Tensor mean;
    private final @Nullable Tensor std;

    /**
     * A model of loaded archives.
     *
     * @param spec what they are
     */
    public TorchScriptVae(ScriptSpec spec, ScriptModule encoder, ScriptModule decoder) {
        this.spec = spec;
        this.encoder = encoder;
        this.decoder = decoder;
        ScriptSpec.Normalization normalization = spec.normalization();
        try (PointerScope scope = new PointerScope()) {
            this.likelihood = open(spec);
            this.mean = normalization == null ? null : channels(normalization.mean());
            this.std = normalization == null ? null : channels(normalization.std());
        }
    }

    private static Likelihood open(ScriptSpec spec) {
        return switch (spec.family()) {
            case BERNOULLI -> spec.decoder().gives() == ScriptSpec.Gives.LOGITS ? new Bernoulli() : new MeanBernoulli();
            case CONTINUOUS_BERNOULLI -> new ContinuousBernoulli();
            case GAUSSIAN -> {
                if (spec.decoder().gives() == ScriptSpec.Gives.MEAN_AND_SCALE) {
                    yield new PixelwiseGaussian();
                }
                double added = Objects.requireNonNull(spec.scale()) - Gaussian.smallestScale(spec.range());
                Tensor logScale = TensorCopies.tensor(new float[] {(float) Math.log(added)}, 1);
                yield new Gaussian(spec.range(), LikelihoodSpec.Link.IDENTITY, logScale.retainReference());
            }
        };
    }

    /** {@code [channels, 1, 1]}, retained. */
    private static Tensor channels(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return TensorCopies.tensor(floats, floats.length, 1, 1).retainReference();
    }

    @Override
    public ScriptSpec spec() {
        return spec;
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        long batch = images.size(0);
        Tensor normalised =
                mean == null || std == null ? images : images.sub(mean).div(std);
        List<Tensor> outputs = encoder.run(
                spec.encoder().flat() ? normalised.flatten(1, -1) : normalised,
                spec.encoder().keys());
        checkCount(
                "encoder.pt", outputs.size(), spec.encoder().outputs(), "several stochastic layers are not supported");
        for (Tensor output : outputs) {
            check("encoder.pt", output, batch, spec.latent());
        }
        Tensor means = outputs.get(0);
        // Zero, but of a graph: a sigma that does not follow the image then has a gradient, and it is zero.
        Tensor zero = means.mul(new Scalar(0.0));
        return new GaussianPosterior(
                means,
                switch (spec.encoder().spread()) {
                    case NONE -> zero;
                    case LOG_VARIANCE ->
                        outputs.get(1).mul(new Scalar(0.5)).exp().add(zero);
                    case STANDARD_DEVIATION -> outputs.get(1).add(zero);
                    case VARIANCE -> outputs.get(1).sqrt().add(zero);
                });
    }

    @Override
    public Tensor decodeParameters(Tensor latents) {
        long batch = latents.size(0);
        ScriptSpec.Gives gives = spec.decoder().gives();
        List<Tensor> outputs = decoder.run(latents, spec.decoder().keys());
        checkCount("decoder.pt", outputs.size(), gives.ids().size(), "say in model.yaml what it gives");
        Tensor first = image(outputs.get(0), batch);
        boolean normalised =
                spec.normalization() != null && spec.normalization().decoder();
        if (mean != null && std != null && normalised) {
            first = first.mul(std).add(mean);
        }
        if (gives != ScriptSpec.Gives.MEAN_AND_SCALE) {
            return first;
        }
        Tensor scale = image(outputs.get(1), batch);
        return torch.stack(new TensorVector(first, std != null && normalised ? scale.mul(std) : scale), 1);
    }

    private Tensor image(Tensor output, long batch) {
        ImageShape shape = spec.shape();
        if (spec.decoder().flat()) {
            check("decoder.pt", output, batch, shape.size());
            return output.reshape(batch, shape.channels(), shape.height(), shape.width());
        }
        check("decoder.pt", output, batch, shape.channels(), shape.height(), shape.width());
        return output;
    }

    @Override
    public Likelihood likelihood() {
        return likelihood;
    }

    private static void checkCount(String file, int got, int wanted, String hint) {
        if (got != wanted) {
            throw new BadInputException(
                    file + ": want " + wanted + " outputs, as model.yaml says, got " + got + ": " + hint);
        }
    }

    private static void check(String file, Tensor output, long... wanted) {
        if (output.scalar_type().intern() != torch.ScalarType.Float) {
            throw new BadInputException(file + ": want float32 outputs, got "
                    + output.scalar_type().intern()
                    + ": discrete latents are not supported, and other precisions have to be"
                    + " converted before the export");
        }
        if (!Arrays.equals(TensorCopies.sizes(output), wanted)) {
            throw new BadInputException(file + ": want an output of " + TensorCopies.shape(wanted) + " for " + wanted[0]
                    + " inputs, got " + TensorCopies.shape(output)
                    + ": the shapes in model.yaml and the archive do not agree, or its latent is not one vector");
        }
    }
}
