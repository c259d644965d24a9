package io.margrave.vae.model;

import io.margrave.data.Noise;
import io.margrave.data.Safetensors;
import io.margrave.data.TensorData;
import io.margrave.data.ValueRange;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.torchscript.ScriptSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A model of our own layers as TorchScript, in the folder that {@link ModelFolder} imports: PyTorch runs it without us.
 *
 * <p>{@code encoder.pt} gives mean and log-variance, or the mean alone where the posterior is deterministic, {@code decoder.pt} logits or, of a Gaussian, the mean;
 * {@code reference.safetensors} holds inputs and what this model makes of them.
 */
public final class ScriptExport {
    static final String REFERENCE = "reference.safetensors";

    private static final int REFERENCES = 16;

    private ScriptExport() {}

    /**
     * Writes the folder, making it where there is none; {@code model.yaml} comes last.
     *
     * @param exporter name and version of what exports, for {@code model.yaml}
     * @throws io.margrave.data.BadInputException where it can't be written
     */
    public static void write(Path folder, NetworkVae vae, String exporter) {
        ModelFiles.create(folder);
        Path encoder = folder.resolve(ScriptFolder.ENCODER);
        Path decoder = folder.resolve(ScriptFolder.DECODER);
        encoder(vae).save(encoder);
        decoder(vae).save(decoder);
        reference(folder.resolve(REFERENCE), vae);
        ScriptYaml yaml = new ScriptYaml(spec(vae, exporter), ModelFiles.sha256(encoder), ModelFiles.sha256(decoder));
        ModelFiles.write(folder, yaml.text());
    }

    private static ScriptSource encoder(NetworkVae vae) {
        int latent = vae.spec().latent();
        if (vae.spec().posterior() == PosteriorFamily.DETERMINISTIC) {
            return ScriptSource.of("Encoder", vae.encoder(), "Tensor", List.of("return h"));
        }
        double floor = vae.spec().sigmaFloor();
        String logVariance = floor == 0
                ? "bounded"
                : String.format(Locale.ROOT, "torch.log(torch.add(torch.exp(bounded), %s))", floor * floor);
        // GaussianPosterior.fromParameters, operation by operation.
        return ScriptSource.of(
                "Encoder",
                vae.encoder(),
                "Tuple[Tensor, Tensor]",
                List.of(
                        "mean = torch.narrow(h, 1, 0, " + latent + ")",
                        "log_variance = torch.narrow(h, 1, " + latent + ", " + latent + ")",
                        "below = torch.add(torch.neg(torch.softplus(torch.add(torch.neg(log_variance), "
                                + GaussianPosterior.MAX_LOG_VARIANCE + "))), " + GaussianPosterior.MAX_LOG_VARIANCE
                                + ")",
                        "bounded = torch.add(torch.softplus(torch.sub(below, " + GaussianPosterior.MIN_LOG_VARIANCE
                                + ")), " + GaussianPosterior.MIN_LOG_VARIANCE + ")",
                        "return (mean, " + logVariance + ")"));
    }

    private static ScriptSource decoder(NetworkVae vae) {
        LikelihoodSpec likelihood = vae.spec().likelihood();
        boolean squeezed = likelihood.family() == LikelihoodSpec.Family.GAUSSIAN
                && likelihood.link() == LikelihoodSpec.Link.SIGMOID;
        ValueRange range = vae.spec().range();
        String value = squeezed
                ? String.format(
                        Locale.ROOT,
                        "torch.add(torch.mul(torch.sigmoid(h), %s), %s)",
                        (double) (range.high() - range.low()),
                        (double) range.low())
                : "h";
        return ScriptSource.of("Decoder", vae.decoder(), "Tensor", List.of("return " + value));
    }

    private static ScriptSpec spec(NetworkVae vae, String exporter) {
        NetworkSpec spec = vae.spec();
        boolean gaussian = spec.family() == LikelihoodSpec.Family.GAUSSIAN;
        Map<String, String> source = new LinkedHashMap<>();
        source.put("exporter", exporter);
        source.put("framework", Engine.version());
        source.put("model", spec.architecture().phrase());
        return new ScriptSpec(
                spec.shape(),
                spec.range(),
                spec.latent(),
                Prior.STANDARD_NORMAL,
                spec.posterior(),
                new ScriptSpec.Encoder(
                        false,
                        spec.posterior() == PosteriorFamily.DETERMINISTIC
                                ? ScriptSpec.Spread.NONE
                                : ScriptSpec.Spread.LOG_VARIANCE,
                        List.of()),
                new ScriptSpec.Decoder(false, gaussian ? ScriptSpec.Gives.MEAN : ScriptSpec.Gives.LOGITS, List.of()),
                null,
                spec.family(),
                gaussian ? scale(vae) : null,
                source,
                training(spec.provenance()));
    }

    private static Double scale(NetworkVae vae) {
        try (PointerScope scope = new PointerScope()) {
            return TensorCopies.doubles(((Gaussian) vae.likelihood()).scale())[0];
        }
    }

    private static Map<String, String> training(@Nullable TrainingProvenance trained) {
        Map<String, String> training = new LinkedHashMap<>();
        if (trained != null) {
            training.put("data", trained.data());
            training.put("data_checksum", trained.dataChecksum());
            training.put("objective", trained.objective());
            training.put("beta", String.valueOf(trained.beta()));
            training.put("seed", String.valueOf(trained.seed()));
            training.put("epochs", String.valueOf(trained.epochs()));
        }
        return training;
    }

    /** Inputs that are uniform in the value range: no data set is needed to check an export. */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    private static void reference(Path file, NetworkVae vae) {
        NetworkSpec spec = vae.spec();
        float[] values = new float[Math.multiplyExact(REFERENCES, spec.shape().size())];
        Noise.Stream noise = new Noise(0, "export").stream(0, "reference", 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (spec.range().low()
                    + noise.nextDouble() * (spec.range().high() - spec.range().low()));
        }
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor inputs = TensorCopies.images(values, spec.shape());
            GaussianPosterior posterior = vae.encode(inputs);
            tensors.put("inputs", data(inputs));
            tensors.put("mean", data(posterior.mean()));
            if (spec.posterior() == PosteriorFamily.GAUSSIAN) {
                tensors.put("std_dev", data(posterior.stdDev()));
            }
            tensors.put("reconstruction", data(vae.decode(posterior.mean())));
        }
        Safetensors.write(file, tensors, Map.of("format", "pt"));
    }

    private static TensorData data(Tensor tensor) {
        return new TensorData(Arrays.stream(TensorCopies.sizes(tensor)).boxed().toList(), TensorCopies.floats(tensor));
    }
}
