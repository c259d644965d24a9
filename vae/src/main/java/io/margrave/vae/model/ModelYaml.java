package io.margrave.vae.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.yaml}: a {@link NetworkSpec} and the checksum of the weights that belong to it. What is read is untrusted: no
 * types, no aliases, known keys only, and sizes small enough for what follows.
 *
 * @param spec everything but the weights
 * @param weightsChecksum SHA-256 of {@code weights.safetensors} in hex; null where the file names none
 */
record ModelYaml(NetworkSpec spec, @Nullable String weightsChecksum) {
    static final String FORMAT = "margrave-model-1";
    private static final int DEEPEST = 64;

    /**
     * Reads the text of a file.
     *
     * @param file its name, for messages
     * @throws BadInputException where anything in it is not as it should be: one line with file and field
     */
    static ModelYaml parse(String file, String text) {
        YamlFields fields = YamlText.parse(file, text);
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw fields.bad("format", FORMAT + " or " + ScriptYaml.FORMAT, format);
        }
        String prior = fields.text("prior");
        if (!prior.equals("standard-normal")) {
            throw fields.bad("prior", "standard-normal", prior);
        }
        String posterior = fields.text("posterior");
        if (!posterior.equals("gaussian")) {
            throw fields.bad("posterior", "gaussian", posterior);
        }
        String checksum = fields.optionalText("weights_sha256");
        if (checksum != null && !checksum.matches("[0-9a-f]{64}")) {
            throw fields.bad("weights_sha256", "64 hexadecimal digits", checksum);
        }
        ImageShape shape = YamlText.shape(fields.mapping("image"));
        ValueRange range = YamlText.range(fields.mapping("range"));
        int latent = fields.integer("latent", 1, YamlText.WIDEST);
        Architecture architecture = architecture(fields.mapping("architecture"), shape, latent);
        LikelihoodSpec likelihood = likelihood(fields.mapping("likelihood"));
        YamlFields training = fields.optionalMapping("training");
        TrainingProvenance provenance = training == null ? null : provenance(training);
        fields.done();
        NetworkSpec spec = YamlText.checked(
                file, () -> new NetworkSpec(shape, range, latent, architecture, likelihood, provenance));
        return new ModelYaml(spec, checksum);
    }

    private static Architecture architecture(YamlFields fields, ImageShape shape, int latent) {
        String name = fields.text("name");
        List<Integer> widths = fields.integers("widths", 1, YamlText.WIDEST, DEEPEST);
        String activation = fields.text("activation");
        fields.done();
        try {
            Architecture architecture = Architecture.of(name, widths, Activation.of(activation));
            architecture.encoder(shape, latent);
            architecture.decoder(shape, latent);
            return architecture;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw fields.bad("name", "an architecture for " + shape, YamlText.line(e.getMessage()));
        }
    }

    private static LikelihoodSpec likelihood(YamlFields fields) {
        String name = fields.text("name");
        LikelihoodSpec.Family family = Arrays.stream(LikelihoodSpec.Family.values())
                .filter(known -> known.id().equals(name))
                .findFirst()
                .orElseThrow(() -> fields.bad("name", "bernoulli, continuous-bernoulli or gaussian", name));
        if (family != LikelihoodSpec.Family.GAUSSIAN) {
            fields.done();
            return new LikelihoodSpec(family, 1, false, LikelihoodSpec.Link.SIGMOID);
        }
        double scale = fields.number("scale");
        boolean learned = fields.truth("learned_scale");
        String mean = fields.text("mean");
        fields.done();
        if (!(scale > 0)) {
            throw fields.bad("scale", "greater than zero", scale);
        }
        LikelihoodSpec.Link link = Arrays.stream(LikelihoodSpec.Link.values())
                .filter(known -> known.id().equals(mean))
                .findFirst()
                .orElseThrow(() -> fields.bad("mean", "sigmoid or identity", mean));
        return new LikelihoodSpec(family, scale, learned, link);
    }

    private static TrainingProvenance provenance(YamlFields training) {
        TrainingProvenance provenance = new TrainingProvenance(
                training.text("data"),
                training.text("data_checksum"),
                training.text("objective"),
                training.number("beta"),
                training.wholeNumber("seed"),
                training.integer("epochs", 0, Integer.MAX_VALUE),
                training.integer("best_epoch", 0, Integer.MAX_VALUE),
                training.number("seconds"),
                training.texts("plan"),
                training.texts("versions"),
                training.number("validation_objective"),
                training.optionalNumber("test_elbo"),
                training.optionalNumber("test_log_likelihood"),
                training.optionalNumber("test_kl"),
                training.optionalInteger("active_units", 0, YamlText.WIDEST),
                training.numbers("kl_per_dimension"),
                training.optionalNumbers("validation_history"));
        training.done();
        return provenance;
    }

    /** The text that {@link #parse} reads back. */
    String text() {
        ObjectNode root = YamlText.root(FORMAT, spec);
        ObjectNode architecture = root.putObject("architecture");
        architecture.put("name", spec.architecture().id());
        spec.architecture().widths().forEach(architecture.putArray("widths")::add);
        architecture.put("activation", spec.architecture().activation().id());
        ObjectNode likelihood = root.putObject("likelihood");
        likelihood.put("name", spec.likelihood().family().id());
        if (spec.likelihood().family() == LikelihoodSpec.Family.GAUSSIAN) {
            likelihood.put("scale", spec.likelihood().scale());
            likelihood.put("learned_scale", spec.likelihood().learnedScale());
            likelihood.put("mean", spec.likelihood().link().id());
        }
        root.put("prior", "standard-normal");
        root.put("posterior", "gaussian");
        if (weightsChecksum != null) {
            root.put("weights_sha256", weightsChecksum.toLowerCase(Locale.ROOT));
        }
        TrainingProvenance provenance = spec.provenance();
        if (provenance != null) {
            write(provenance, root.putObject("training"));
        }
        return YamlText.write(root);
    }

    private static void write(TrainingProvenance provenance, ObjectNode training) {
        training.put("data", provenance.data());
        training.put("data_checksum", provenance.dataChecksum());
        training.put("objective", provenance.objective());
        training.put("beta", provenance.beta());
        training.put("seed", provenance.seed());
        training.put("epochs", provenance.epochs());
        training.put("best_epoch", provenance.bestEpoch());
        training.put("seconds", provenance.seconds());
        training.put("validation_objective", provenance.validationObjective());
        put(training, "test_elbo", provenance.testElbo());
        put(training, "test_log_likelihood", provenance.testLogLikelihood());
        put(training, "test_kl", provenance.testKl());
        Integer activeUnits = provenance.activeUnits();
        if (activeUnits != null) {
            training.put("active_units", activeUnits);
        }
        provenance.klPerDimension().forEach(training.putArray("kl_per_dimension")::add);
        provenance.validationHistory().forEach(training.putArray("validation_history")::add);
        ObjectNode plan = training.putObject("plan");
        provenance.plan().forEach(plan::put);
        ObjectNode versions = training.putObject("versions");
        provenance.versions().forEach(versions::put);
    }

    private static void put(ObjectNode node, String name, @Nullable Double value) {
        if (value != null) {
            node.put(name, value);
        }
    }
}
