package io.margrave.vae.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.ImageShape;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@link ModelYaml} and {@link ClassifierYaml} share. A key that few models need is written where it says something only. */
final class NetworkYaml {
    private static final int DEEPEST = 64;

    private NetworkYaml() {}

    static @Nullable String checksum(YamlFields fields) {
        String checksum = fields.optionalText("weights_sha256");
        if (checksum != null && !checksum.matches("[0-9a-f]{64}")) {
            throw fields.bad("weights_sha256", "64 hexadecimal digits", checksum);
        }
        return checksum;
    }

    static double sigmaFloor(YamlFields fields) {
        Double floor = fields.optionalNumber("sigma_floor");
        if (floor != null && floor < 0) {
            throw fields.bad("sigma_floor", "at least zero", floor);
        }
        return floor == null ? 0 : floor;
    }

    static Architecture architecture(YamlFields fields, ImageShape shape, int latent) {
        String name = fields.text("name");
        List<Integer> widths = fields.integers("widths", 1, YamlText.WIDEST, DEEPEST);
        String activation = fields.text("activation");
        fields.done();
        try {
            Architecture architecture = Architecture.of(name, widths, Activation.of(activation));
            architecture.encoder(shape, PosteriorFamily.GAUSSIAN.parameters(latent));
            architecture.decoder(shape, latent);
            return architecture;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw fields.bad("name", "an architecture for " + shape, YamlText.line(e.getMessage()));
        }
    }

    /** What {@code training} says; null where there is none. */
    static @Nullable TrainingProvenance provenance(YamlFields fields) {
        YamlFields training = fields.optionalMapping("training");
        if (training == null) {
            return null;
        }
        Double jacobianPenalty = training.optionalNumber("jacobian_penalty");
        TrainingProvenance provenance = new TrainingProvenance(
                training.text("data"),
                training.text("data_checksum"),
                training.text("objective"),
                training.number("beta"),
                jacobianPenalty == null ? 0 : jacobianPenalty,
                training.wholeNumber("seed"),
                training.integer("epochs", 0, Integer.MAX_VALUE),
                training.integer("best_epoch", 0, Integer.MAX_VALUE),
                training.number("seconds"),
                training.texts("plan"),
                training.texts("versions"),
                training.number("validation_objective"),
                training.optionalNumber("test_accuracy"),
                training.optionalNumber("test_elbo"),
                training.optionalNumber("test_log_likelihood"),
                training.optionalNumber("test_kl"),
                training.optionalInteger("active_units", 0, YamlText.WIDEST),
                training.numbers("kl_per_dimension"),
                training.optionalNumbers("validation_history"));
        training.done();
        return provenance;
    }

    static void write(Architecture architecture, ObjectNode root) {
        ObjectNode node = root.putObject("architecture");
        node.put("name", architecture.id());
        architecture.widths().forEach(node.putArray("widths")::add);
        node.put("activation", architecture.activation().id());
    }

    static void write(
            double sigmaFloor,
            @Nullable String weightsChecksum,
            @Nullable TrainingProvenance provenance,
            ObjectNode root) {
        if (sigmaFloor != 0) {
            root.put("sigma_floor", sigmaFloor);
        }
        if (weightsChecksum != null) {
            root.put("weights_sha256", weightsChecksum.toLowerCase(Locale.ROOT));
        }
        if (provenance != null) {
            write(provenance, root.putObject("training"));
        }
    }

    private static void write(TrainingProvenance provenance, ObjectNode training) {
        training.put("data", provenance.data());
        training.put("data_checksum", provenance.dataChecksum());
        training.put("objective", provenance.objective());
        training.put("beta", provenance.beta());
        if (provenance.jacobianPenalty() != 0) {
            training.put("jacobian_penalty", provenance.jacobianPenalty());
        }
        training.put("seed", provenance.seed());
        training.put("epochs", provenance.epochs());
        training.put("best_epoch", provenance.bestEpoch());
        training.put("seconds", provenance.seconds());
        training.put("validation_objective", provenance.validationObjective());
        put(training, "test_accuracy", provenance.testAccuracy());
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
