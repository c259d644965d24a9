package io.margrave.vae.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.network.Architecture;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.yaml} of a classifier: a {@link ClassifierSpec} and the checksum of the weights that belong to it. What is read is
 * untrusted, as in {@link ModelYaml}.
 *
 * @param spec everything but the weights
 * @param weightsChecksum SHA-256 of {@code weights.safetensors} in hex; null where the file names none
 */
record ClassifierYaml(ClassifierSpec spec, @Nullable String weightsChecksum) {
    static final String FORMAT = "margrave-classifier-1";

    /**
     * Reads the text of a file.
     *
     * @param file its name, for messages
     * @throws BadInputException where anything in it is not as it should be: one line with file and field
     */
    static ClassifierYaml parse(String file, String text) {
        YamlFields fields = YamlText.parse(file, text);
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw fields.bad("format", FORMAT, format);
        }
        String kindId = fields.text("kind");
        if (!kindId.equals(ModelKind.VIB.id()) && !kindId.equals(ModelKind.CLASSIFIER.id())) {
            throw fields.bad("kind", "vib or classifier", kindId);
        }
        ModelKind kind = ModelKind.of(kindId);
        int classes = fields.integer("classes", 2, YamlText.WIDEST);
        ImageShape shape = YamlText.shape(fields.mapping("image"));
        ValueRange range = YamlText.range(fields.mapping("range"));
        int latent = fields.integer("latent", 1, YamlText.WIDEST);
        Architecture architecture = NetworkYaml.architecture(fields.mapping("architecture"), shape, latent);
        double sigmaFloor = NetworkYaml.sigmaFloor(fields);
        String checksum = NetworkYaml.checksum(fields);
        TrainingProvenance provenance = NetworkYaml.provenance(fields);
        fields.done();
        ClassifierSpec spec = YamlText.checked(
                file,
                () -> new ClassifierSpec(kind, shape, range, latent, classes, architecture, sigmaFloor, provenance));
        return new ClassifierYaml(spec, checksum);
    }

    /** The text that {@link #parse} reads back. */
    String text() {
        ObjectNode root = YamlText.root(FORMAT, spec.shape(), spec.range(), spec.latent());
        root.put("kind", spec.kind().id());
        root.put("classes", spec.classes());
        NetworkYaml.write(spec.architecture(), root);
        NetworkYaml.write(spec.sigmaFloor(), weightsChecksum, spec.provenance(), root);
        return YamlText.write(root);
    }
}
