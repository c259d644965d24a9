package io.margrave.vae.model;

import io.margrave.data.BadInputException;
import io.margrave.results.ModelCard;
import io.margrave.vae.torchscript.ScriptModule;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An imported model as a folder: {@code model.yaml}, {@code encoder.pt} and {@code decoder.pt}, all untrusted. */
final class ScriptFolder {
    static final String FORMAT = ScriptYaml.FORMAT;
    static final String ENCODER = "encoder.pt";
    static final String DECODER = "decoder.pt";

    private static final String UNKNOWN = "unknown";

    private ScriptFolder() {}

    static TorchScriptVae read(Path folder) {
        ScriptYaml yaml = yaml(folder);
        checkSum(folder.resolve(ENCODER), yaml.encoderChecksum());
        checkSum(folder.resolve(DECODER), yaml.decoderChecksum());
        return new TorchScriptVae(
                yaml.spec(), ScriptModule.load(folder.resolve(ENCODER)), ScriptModule.load(folder.resolve(DECODER)));
    }

    static PosteriorFamily posterior(Path folder) {
        return yaml(folder).spec().posterior();
    }

    private static ScriptYaml yaml(Path folder) {
        return ScriptYaml.parse(folder.resolve(ModelFiles.YAML).toString(), ModelFiles.text(folder));
    }

    private static void checkSum(Path file, @Nullable String wanted) {
        if (wanted != null && !wanted.equals(ModelFiles.sha256(file))) {
            throw new BadInputException(file + ": want the checksum that " + ModelFiles.YAML
                    + " names, got another: one of the two was changed; export again");
        }
    }

    /** The checksum stands for all three files: what {@code model.yaml} says changes results as weights do. */
    static ModelCard card(Path folder, String name) {
        ScriptSpec spec = yaml(folder).spec();
        String checksum = ModelFiles.sha256(ModelFiles.sha256(folder.resolve(ENCODER))
                + ModelFiles.sha256(folder.resolve(DECODER))
                + ModelFiles.sha256(folder.resolve(ModelFiles.YAML)));
        Map<String, String> training = spec.training();
        Double beta = number(training.get("beta"));
        Double epochs = number(training.get("epochs"));
        Double seed = number(training.get("seed"));
        return new ModelCard(
                name,
                folder.toString(),
                checksum,
                training.getOrDefault("data", UNKNOWN),
                training.getOrDefault("data_checksum", UNKNOWN),
                spec.phrase(),
                spec.latent(),
                spec.family().id(),
                training.getOrDefault("objective", beta == null ? UNKNOWN : beta == 1 ? "elbo" : "beta"),
                beta == null ? 1 : beta,
                seed == null ? 0 : seed.longValue(),
                epochs == null ? 0 : epochs.intValue(),
                0,
                null,
                null,
                null,
                null,
                List.of(),
                spec.prior().id(),
                spec.posterior().id(),
                told(spec));
    }

    /** What no other field of a card shows. */
    private static Map<String, String> told(ScriptSpec spec) {
        Map<String, String> told = new LinkedHashMap<>(spec.training());
        told.keySet().removeAll(List.of("data", "data_checksum", "objective", "beta", "seed", "epochs"));
        String exporter = spec.source().get("exporter");
        if (exporter != null) {
            told.put("exporter", exporter);
        }
        return told;
    }

    /** A finite number of at least zero; null where there is none: what an owner tells of the training decides nothing. */
    private static @Nullable Double number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            return value >= 0 && Double.isFinite(value) ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
