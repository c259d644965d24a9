package io.margrave.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans and results as JSON and YAML: keys in snake_case, nothing coerced, nothing unknown passed over.
 *
 * <p>What has names in Java has words here: {@code one-step}, {@code linf}, {@code quick}. An attack of the suite needs a goal and
 * may leave out the rest: see {@link SuiteJson}.
 *
 * <p>Radii are written as {@code auto}, as a list, or, once resolved from the data, as {@code {auto: true, values: [...],
 * median_distance: ...}}; all three are read, and a single number too.
 */
public final class PlanJson {

    /** Types whose readers say what they want. */
    private static final Set<Class<?>> SPEAKS_FOR_ITSELF = Set.of(
            Radii.class, Norm.class, AttackSpec.Variable.class, AttackSpec.Method.class, EvaluationCheck.Level.class);

    private PlanJson() {}

    /** A new mapper for the records of this package, in JSON. Numbers without a finite value are strings: {@code "Infinity"}. */
    public static ObjectMapper mapper() {
        return configure(new JsonMapper());
    }

    /**
     * The same rules for another format, as in {@code configure(new YAMLMapper())}.
     *
     * @return {@code mapper}
     */
    @SuppressWarnings("deprecation") // The builders that replace configure(MapperFeature) are one a format.
    public static <M extends ObjectMapper> M configure(M mapper) {
        mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        mapper.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
        mapper.configure(DeserializationFeature.ACCEPT_FLOAT_AS_INT, false);
        mapper.configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true);
        mapper.configure(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, true);
        mapper.configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true);
        mapper.registerModule(new SimpleModule()
                .addSerializer(new WordJson.Writer())
                .addDeserializer(Norm.class, new WordJson.Reader<>(Norm.class))
                .addDeserializer(AttackSpec.Variable.class, new WordJson.Reader<>(AttackSpec.Variable.class))
                .addDeserializer(AttackSpec.Method.class, new WordJson.Reader<>(AttackSpec.Method.class))
                .addDeserializer(EvaluationCheck.Level.class, new WordJson.Reader<>(EvaluationCheck.Level.class)));
        return mapper;
    }

    /**
     * A plan from a tree that may leave out keys: what is not said is as in {@link AuditPlan#defaults}.
     *
     * @param given an object; read it with a mapper from here, so that a key said twice is refused
     * @throws IllegalArgumentException with one line that names the key, where a key is unknown or a value does not fit
     */
    public static AuditPlan plan(JsonNode given) {
        ObjectMapper mapper = mapper();
        ObjectNode plan = mapper.valueToTree(AuditPlan.defaults());
        overlay(plan, given, "");
        plan.set("suite", SuiteJson.completed(plan.get("suite"), plan.path("attack")));
        try {
            return mapper.treeToValue(plan, AuditPlan.class);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("plan: " + reason(e, plan), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("plan: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Writes what {@code given} says over {@code base}, key by key.
     *
     * @param path of {@code base} within the plan, with dots; empty at its root
     * @throws IllegalArgumentException with one line, where {@code base} has no such key
     */
    static void overlay(ObjectNode base, JsonNode given, String path) {
        if (!given.isObject()) {
            throw new IllegalArgumentException(
                    "plan: want keys with values" + (path.isEmpty() ? "" : " under '" + path + "'") + ", got " + given);
        }
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            JsonNode old = base.get(entry.getKey());
            JsonNode value = entry.getValue();
            if (old == null) {
                throw new IllegalArgumentException("plan: unknown key '" + key + "'; known are "
                        + String.join(", ", (Iterable<String>) base::fieldNames));
            }
            if (value.isNull() && !old.isNull()) {
                throw new IllegalArgumentException(
                        "plan: want a value for '" + key + "', got none; leave the key out for the default");
            }
            for (JsonNode element : value) {
                if (value.isArray() && element.isNull()) {
                    throw new IllegalArgumentException(
                            "plan: want a value in each place of '" + key + "', got " + value);
                }
            }
            if (old instanceof ObjectNode inner) {
                overlay(inner, value, key);
            } else {
                base.set(entry.getKey(), value);
            }
        }
    }

    /** One line without the parser's locations and class names. */
    private static String reason(JsonMappingException e, JsonNode plan) {
        List<String> steps = new ArrayList<>();
        for (JsonMappingException.Reference step : e.getPath()) {
            steps.add(step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName());
        }
        String key = steps.isEmpty() ? "" : "'" + String.join(".", steps) + "': ";
        if (e.getCause() instanceof IllegalArgumentException refused) {
            return key + refused.getMessage();
        }
        if (e instanceof MismatchedInputException mismatch && !SPEAKS_FOR_ITSELF.contains(mismatch.getTargetType())) {
            return key + "want " + phrase(mismatch.getTargetType()) + ", got " + plan.at("/" + String.join("/", steps));
        }
        return key + e.getOriginalMessage().lines().findFirst().orElse("not readable");
    }

    private static String phrase(Class<?> type) {
        if (type == int.class || type == Integer.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a text" : "a list";
    }
}
