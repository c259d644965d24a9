package io.margrave.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.cli.plan.CheckedYaml;
import io.margrave.data.BadInputException;
import io.margrave.results.PlanJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An experiment and the text that it was read from.
 *
 * @param name of the experiment: its scale, or its file without an ending
 * @param text YAML
 * @param plan that it says
 */
public record ExperimentDocument(String name, String text, ExperimentPlan plan) {
    /** The experiments that come with Margrave, by scale. */
    public static final List<String> SCALES = List.of("smoke", "default", "paper");

    private static final CheckedYaml YAML = CheckedYaml.of(ExperimentDocument.class, "experiment.schema.json");
    private static final ObjectMapper MAPPER = PlanJson.mapper();

    /**
     * An experiment that comes with Margrave.
     *
     * @param scale one of {@link #SCALES}
     */
    public static ExperimentDocument ofScale(String scale) {
        String file = "camuto2021" + (scale.equals("default") ? "" : "-" + scale) + ".yaml";
        try (InputStream in = ExperimentDocument.class.getResourceAsStream(file)) {
            if (!SCALES.contains(scale) || in == null) {
                throw new BadInputException("want --scale " + String.join(", ", SCALES) + ", got '" + scale + "'");
            }
            return parse(scale, new String(in.readAllBytes(), StandardCharsets.UTF_8), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws BadInputException where it is no experiment; the line names the file, the place and what is wrong
     */
    public static ExperimentDocument read(Path file) {
        YAML.read(file);
        try {
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
            return parse(name, Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExperimentDocument parse(String name, String text, String source) {
        ObjectNode tree = YAML.parse(text, source);
        try {
            ObjectNode said = MAPPER.createObjectNode()
                    .put("title", name)
                    .put("seed", 0)
                    .<ObjectNode>set("attack_radii", numbers(0.1))
                    .<ObjectNode>set("audit", MAPPER.createObjectNode());
            said.putObject("targeted").put("radius", 0.3).putArray("goals");
            said.setAll(tree);
            said.set("targeted", over(targeted(), tree.path("targeted")));
            for (int i = 0; i < tree.path("groups").size(); i++) {
                JsonNode group = tree.path("groups").get(i);
                said.withArray("groups").set(i, over(group(group.path("network").asText()), group));
            }
            return new ExperimentDocument(name, text, MAPPER.treeToValue(said, ExperimentPlan.class));
        } catch (JsonMappingException e) {
            String reason = e.getCause() instanceof IllegalArgumentException refused
                    ? String.valueOf(refused.getMessage())
                    : e.getOriginalMessage().lines().findFirst().orElse("not readable");
            throw new BadInputException(source + ": " + reason, e);
        } catch (JsonProcessingException e) {
            throw new BadInputException(source + ": " + e.getOriginalMessage(), e);
        }
    }

    private static ObjectNode over(ObjectNode base, JsonNode said) {
        if (said instanceof ObjectNode object) {
            base.setAll(object);
        }
        return base;
    }

    private static ObjectNode targeted() {
        ObjectNode targeted = MAPPER.createObjectNode().put("radius", 0.3);
        targeted.putArray("goals").add("latent-kl").add("output-reconstruction");
        return targeted;
    }

    /** What a group does where nothing is said. */
    private static ObjectNode group(String network) {
        ObjectNode group = MAPPER.createObjectNode()
                .put("latent", 20)
                .put("likelihood", "bernoulli")
                .put("scale", 0.1)
                .put("epochs", 20)
                .put("patience", 5)
                .put("batch", 128)
                .put("learning_rate", 1e-3)
                .put("points", 200)
                .put("targeted_points", 0)
                .put("autoencoder", false)
                .put("classifier", false);
        group.set("widths", network.equals("conv") ? whole(32, 64, 128) : whole(512, 512));
        group.set("seeds", whole(0));
        for (String empty : List.of("jacobian_penalties", "sigma_floors", "vib_betas")) {
            group.putArray(empty);
        }
        return group;
    }

    private static JsonNode numbers(double... values) {
        return MAPPER.valueToTree(values);
    }

    private static JsonNode whole(int... values) {
        return MAPPER.valueToTree(values);
    }
}
