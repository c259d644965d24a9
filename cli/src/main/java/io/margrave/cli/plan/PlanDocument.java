package io.margrave.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A plan on its way from a YAML text and options to an {@link AuditPlan}. Keys are those of the record in snake_case; what is
 * not said is {@link AuditPlan#defaults()}.
 */
public final class PlanDocument {
    private static final long LARGEST = 1 << 20;
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();
    private static final YAMLMapper MAPPER = new YAMLMapper(FACTORY);

    private final PlanSchema schema = PlanSchema.load();
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
        try {
            if (!Files.isRegularFile(file)) {
                throw new BadInputException("want a plan, got " + file + ", which is no file");
            }
            if (Files.size(file) > LARGEST) {
                throw new BadInputException(
                        "want a plan of at most 1 MiB, got " + file + " with " + Files.size(file) + " bytes");
            }
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Checks a YAML text.
     *
     * @param source what an error calls it
     */
    public static PlanDocument parse(String yaml, String source) {
        try {
            JsonNode parsed = MAPPER.readTree(yaml);
            if (parsed == null || parsed.isMissingNode() || parsed.isNull()) {
                return empty();
            }
            if (!(parsed instanceof ObjectNode object)) {
                throw new BadInputException(source + ": want keys and values, as in 'points: 128', got " + parsed);
            }
            PlanDocument document = new PlanDocument(object);
            Optional<PlanSchema.Fault> fault = document.schema.check(object);
            if (fault.isPresent()) {
                int line = KeyLines.of(yaml, FACTORY).line(fault.get().pointer());
                throw new BadInputException(
                        source + " line " + line + ": " + fault.get().words());
            }
            return document;
        } catch (JsonProcessingException e) {
            String first = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new BadInputException(source + " line " + line + ": not readable as YAML: " + first, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        AuditPlan plain = AuditPlan.defaults();
        try {
            return new AuditPlan(
                    tree.has("models") ? strings(tree.get("models")) : plain.models(),
                    tree.path("data").asText(plain.data()),
                    tree.hasNonNull("data_dir") ? tree.get("data_dir").asText() : null,
                    tree.hasNonNull("image_size")
                            ? Integer.valueOf(tree.get("image_size").asInt())
                            : null,
                    tree.path("split").asText(plain.split()),
                    tree.path("points").asInt(plain.points()),
                    radii(tree.path("r")),
                    tree.path("alpha").asDouble(plain.alpha()),
                    tree.path("draws").asInt(plain.draws()),
                    tree.path("verdict_draws").asInt(plain.verdictDraws()),
                    tree.path("mean_only").asBoolean(plain.meanOnly()),
                    tree.path("unboxed").asBoolean(plain.unboxed()),
                    tree.path("attack_radius").isNumber()
                            ? Double.valueOf(tree.get("attack_radius").asDouble())
                            : null,
                    effort(tree.path("attack"), plain.attack()),
                    effort(tree.path("search"), plain.search()),
                    tree.path("curve_points").asInt(plain.curvePoints()),
                    tree.path("seed").asLong(plain.seed()),
                    tree.path("chunk").asInt(plain.chunk()));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(e.getMessage(), e);
        }
    }

    /** {@code plan} as YAML that {@link #parse} reads back; automatic radii that are resolved are told in comments. */
    public static String yaml(AuditPlan plan) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        plan.models().forEach(tree.putArray("models")::add);
        tree.put("data", plan.data());
        if (plan.dataDir() != null) {
            tree.put("data_dir", plan.dataDir());
        }
        if (plan.imageSize() != null) {
            tree.put("image_size", plan.imageSize());
        }
        tree.put("split", plan.split());
        tree.put("points", plan.points());
        if (plan.r().auto()) {
            tree.put("r", "auto");
        } else {
            plan.r().values().forEach(tree.putArray("r")::add);
        }
        tree.put("alpha", plan.alpha());
        tree.put("draws", plan.draws());
        tree.put("verdict_draws", plan.verdictDraws());
        tree.put("mean_only", plan.meanOnly());
        tree.put("unboxed", plan.unboxed());
        if (plan.attackRadius() == null) {
            tree.put("attack_radius", "auto");
        } else {
            tree.put("attack_radius", plan.attackRadius());
        }
        effort(tree.putObject("attack"), plan.attack());
        effort(tree.putObject("search"), plan.search());
        tree.put("curve_points", plan.curvePoints());
        tree.put("seed", plan.seed());
        tree.put("chunk", plan.chunk());
        try {
            return comments(plan) + MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan is always writable", e);
        }
    }

    /** The JSON schema that plans keep, as a text. */
    public static String schemaText() {
        try (java.io.InputStream in = PlanDocument.class.getResourceAsStream(PlanSchema.FILE)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String comments(AuditPlan plan) {
        Radii r = plan.r();
        if (!r.auto() || r.medianDistance() == null) {
            return "";
        }
        String values = r.values().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "# r: auto stood for " + values + ": 0.25, 0.5 and 0.75 of " + r.medianDistance()
                + ", the median distance between validation inputs.\n";
    }

    private static List<String> strings(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(item -> all.add(item.asText()));
        return all;
    }

    private static Radii radii(JsonNode r) {
        if (r.isNumber()) {
            return Radii.of(List.of(r.asDouble()));
        }
        if (r.isArray()) {
            List<Double> values = new ArrayList<>();
            r.forEach(value -> values.add(value.asDouble()));
            return Radii.of(values);
        }
        return Radii.automatic();
    }

    private static SearchEffort effort(JsonNode said, SearchEffort plain) {
        return new SearchEffort(
                said.path("steps").asInt(plain.steps()),
                said.path("draws").asInt(plain.draws()),
                said.path("restarts").asInt(plain.restarts()));
    }

    private static void effort(ObjectNode under, SearchEffort effort) {
        under.put("steps", effort.steps());
        under.put("draws", effort.draws());
        under.put("restarts", effort.restarts());
    }
}
