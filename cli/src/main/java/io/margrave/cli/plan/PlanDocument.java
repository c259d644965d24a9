package io.margrave.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.PlanJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan on its way from a YAML text and options to an {@link AuditPlan}. Keys are those of the record in snake_case; what is
 * not said is {@link AuditPlan#defaults()}.
 */
public final class PlanDocument {
    private static final CheckedYaml YAML = new CheckedYaml(PlanSchema.load());
    private static final YAMLMapper MAPPER = YAML.mapper();

    private final PlanSchema schema = YAML.schema();
    private final ObjectNode tree;

    private PlanDocument(ObjectNode tree) {
        this.tree = tree;
    }

    /** Nothing said yet. */
    public static PlanDocument empty() {
        return new PlanDocument(JsonNodeFactory.instance.objectNode());
    }

    /**
     * Reads and checks a YAML file of at most a mebibyte.
     *
     * @throws BadInputException where it is no plan; the line names the file, the place and what is wrong
     */
    public static PlanDocument read(Path file) {
        return new PlanDocument(YAML.read(file));
    }

    /**
     * Checks a YAML text.
     *
     * @param source what an error calls it
     */
    public static PlanDocument parse(String yaml, String source) {
        return new PlanDocument(YAML.parse(yaml, source));
    }

    /** Whether a key is said. */
    public boolean says(String key) {
        return tree.has(key);
    }

    /**
     * Says {@code key}, over what was said before.
     *
     * @param value a string, number, boolean or list of these; null changes nothing
     */
    public PlanDocument with(String key, @Nullable Object value) {
        if (value != null) {
            tree.set(key, MAPPER.valueToTree(value));
        }
        return this;
    }

    /** As {@link #with}, one level down: {@code search}, {@code steps}. */
    public PlanDocument with(String group, String key, @Nullable Object value) {
        if (value != null) {
            ObjectNode under = tree.get(group) instanceof ObjectNode there ? there : tree.putObject(group);
            under.set(key, MAPPER.valueToTree(value));
        }
        return this;
    }

    /**
     * The plan.
     *
     * @throws BadInputException where a value is not to be used
     */
    public AuditPlan plan() {
        schema.check(tree).ifPresent(fault -> {
            throw new BadInputException(fault.words());
        });
        ObjectNode said = tree.deepCopy();
        if (said.path("attack_radius").isTextual()) {
            said.putNull("attack_radius");
        }
        try {
            return PlanJson.plan(said);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    /** {@code plan} as YAML that {@link #parse} reads back; a comment tells what resolved radii came from. */
    public static String yaml(AuditPlan plan) {
        ObjectNode tree = MAPPER.valueToTree(plan);
        if (plan.attackRadius() == null) {
            tree.put("attack_radius", "auto");
        }
        for (String optional : List.of("data_dir", "image_size", "probe")) {
            if (tree.path(optional).isNull()) {
                tree.remove(optional);
            }
        }
        for (JsonNode attack : tree.path("suite")) {
            if (attack.path("radius").isNull()) {
                ((ObjectNode) attack).remove("radius");
            }
        }
        try {
            return comments(plan) + MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan is always writable", e);
        }
    }

    /** The JSON schema that plans keep, as a text. */
    public static String schemaText() {
        try (InputStream in = PlanDocument.class.getResourceAsStream(PlanSchema.FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String comments(AuditPlan plan) {
        Double median = plan.r().medianDistance();
        return median == null
                ? ""
                : "# r: auto stands for 0.25, 0.5 and 0.75 of " + median
                        + ", the median distance between different validation inputs.\n";
    }
}
