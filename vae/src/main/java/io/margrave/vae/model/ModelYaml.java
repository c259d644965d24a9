package io.margrave.vae.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import java.util.Arrays;
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
            throw fields.bad("format", FORMAT + ", " + ClassifierYaml.FORMAT + " or " + ScriptYaml.FORMAT, format);
        }
        String prior = fields.text("prior");
        if (!prior.equals("standard-normal")) {
            throw fields.bad("prior", "standard-normal", prior);
        }
        String posteriorId = fields.text("posterior");
        PosteriorFamily posterior = Arrays.stream(PosteriorFamily.values())
                .filter(known -> known.id().equals(posteriorId))
                .findFirst()
                .orElseThrow(() -> fields.bad("posterior", "gaussian or deterministic", posteriorId));
        double sigmaFloor = NetworkYaml.sigmaFloor(fields);
        String checksum = NetworkYaml.checksum(fields);
        ImageShape shape = YamlText.shape(fields.mapping("image"));
        ValueRange range = YamlText.range(fields.mapping("range"));
        int latent = fields.integer("latent", 1, YamlText.WIDEST);
        Architecture architecture = NetworkYaml.architecture(fields.mapping("architecture"), shape, latent);
        LikelihoodSpec likelihood = likelihood(fields.mapping("likelihood"));
        TrainingProvenance provenance = NetworkYaml.provenance(fields);
        fields.done();
        NetworkSpec spec = YamlText.checked(
                file,
                () -> new NetworkSpec(
                        shape, range, latent, architecture, likelihood, posterior, sigmaFloor, provenance));
        return new ModelYaml(spec, checksum);
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

    /** The text that {@link #parse} reads back. */
    String text() {
        ObjectNode root = YamlText.root(FORMAT, spec.shape(), spec.range(), spec.latent());
        NetworkYaml.write(spec.architecture(), root);
        ObjectNode likelihood = root.putObject("likelihood");
        likelihood.put("name", spec.likelihood().family().id());
        if (spec.likelihood().family() == LikelihoodSpec.Family.GAUSSIAN) {
            likelihood.put("scale", spec.likelihood().scale());
            likelihood.put("learned_scale", spec.likelihood().learnedScale());
            likelihood.put("mean", spec.likelihood().link().id());
        }
        root.put("prior", "standard-normal");
        root.put("posterior", spec.posterior().id());
        NetworkYaml.write(spec.sigmaFloor(), weightsChecksum, spec.provenance(), root);
        return YamlText.write(root);
    }
}
