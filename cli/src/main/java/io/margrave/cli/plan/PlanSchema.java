package io.margrave.cli.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The published JSON schema of a plan, and what it has to say of one. */
final class PlanSchema {
    /** Name of the schema's file beside this class and in the distribution. */
    static final String FILE = "plan.schema.json";

    private final Schema schema;
    private final JsonNode tree;

    private PlanSchema(Schema schema, JsonNode tree) {
        this.schema = schema;
        this.tree = tree;
    }

    /** The schema of audit plans that this version of Margrave was built with. */
    static PlanSchema load() {
        return load(PlanSchema.class, FILE);
    }

    /** The schema in a file beside a class. */
    static PlanSchema load(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text, InputFormat.JSON);
            return new PlanSchema(schema, new ObjectMapper().readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One thing that is wrong.
     *
     * @param pointer JSON pointer to the key, as in {@code /search/steps}
     * @param words what was wanted and what came
     */
    record Fault(String pointer, String words) {}

    /** The first thing that is wrong with {@code plan}; unknown keys come first, since they explain the rest. */
    Optional<Fault> check(JsonNode plan) {
        List<Fault> unknown = new ArrayList<>();
        List<Fault> others = new ArrayList<>();
        for (Error error : schema.validate(plan.toString(), InputFormat.JSON)) {
            String at = error.getInstanceLocation().toString();
            if (error.getKeyword().equals("additionalProperties") && error.getProperty() != null) {
                unknown.add(unknownKey(at, error.getProperty()));
            } else if (at.isEmpty() && error.getKeyword().equals("required") && error.getProperty() != null) {
                others.add(new Fault(at, "want a key '" + error.getProperty() + "', got none"));
            } else {
                others.add(unwanted(at, plan));
            }
        }
        Comparator<Fault> byPlace = Comparator.comparing(Fault::pointer);
        return unknown.stream().min(byPlace).or(() -> others.stream().min(byPlace));
    }

    private Fault unknownKey(String at, String key) {
        List<String> known = new ArrayList<>();
        definition(at).path("properties").fieldNames().forEachRemaining(known::add);
        String hint = Closest.to(key, known)
                .map(k -> "did you mean '" + k + "'?")
                .orElseGet(() -> "known keys are " + String.join(", ", known));
        return new Fault(at + "/" + key, "unknown key '" + key + "'" + under(at) + "; " + hint);
    }

    private static String under(String at) {
        return at.isEmpty() ? "" : " under '" + at.substring(1).replace('/', '.') + "'";
    }

    private Fault unwanted(String at, JsonNode plan) {
        if (at.isEmpty()) {
            return new Fault(at, "want keys and values, got " + plan);
        }
        // An item of a list is explained by the key of the list.
        String key = at.replaceFirst("/\\d+$", "");
        String wanted = definition(key).path("description").asText();
        return new Fault(
                key, "want " + key.substring(1).replace('/', '.') + " to be " + wanted + "; got " + plan.at(key));
    }

    /** The part of the schema that speaks of the key at {@code pointer}. */
    private JsonNode definition(String pointer) {
        JsonNode at = tree;
        for (String key : pointer.split("/", -1)) {
            if (!key.isEmpty()) {
                JsonNode property = at.has("items")
                        ? at.path("items")
                        : at.path("properties").path(key);
                at = property.has("$ref") && !property.has("properties") ? withReference(property) : property;
            }
        }
        return at;
    }

    private JsonNode withReference(JsonNode property) {
        JsonNode target = tree.at(property.path("$ref").asText().substring(1));
        com.fasterxml.jackson.databind.node.ObjectNode both = target.deepCopy();
        if (property.has("description")) {
            both.put("description", property.path("description").asText());
        }
        return both;
    }
}
