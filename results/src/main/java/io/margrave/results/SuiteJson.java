package io.margrave.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A plan's suite as its author wrote it, and as an {@link AttackSpec} needs it.
 *
 * <p>Left out, the variable is the input, the norm L2, the method the gradient, its effort {@link AttackSpec#usualEffort} of the
 * plan's own attack, targets 0, the radius the plan's own. An attack without a name is called after its goal, and after whatever else
 * tells it from others of that goal: {@code max-damage-linf}, {@code max-damage-square}.
 */
final class SuiteJson {
    private static final String NAME = "name";
    private static final String GOAL = "goal";
    private static final String VARIABLE = "variable";
    private static final String NORM = "norm";
    private static final String METHOD = "method";
    private static final String EFFORT = "effort";

    /** What a name may need to tell, in the order in which it does. */
    private static final List<String> TELLING = List.of(VARIABLE, NORM, METHOD);

    /** What goes without saying. */
    private static final Set<String> USUAL = Set.of("input", "l2", "gradient");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private SuiteJson() {}

    /**
     * The suite with every key said.
     *
     * @param given an array of objects
     * @param attack effort of the plan's own attack
     * @throws IllegalArgumentException with one line that names the key
     */
    static JsonNode completed(JsonNode given, JsonNode attack) {
        if (!given.isArray()) {
            throw new IllegalArgumentException("plan: want a list for 'suite', got " + given);
        }
        ArrayNode suite = NODES.arrayNode();
        for (JsonNode each : given) {
            suite.add(completed(each, attack, "suite." + suite.size()));
        }
        name(suite);
        return suite;
    }

    private static ObjectNode completed(JsonNode given, JsonNode attack, String path) {
        ObjectNode spec = NODES.objectNode();
        spec.put(NAME, "").put(GOAL, "").put(VARIABLE, "input").put(NORM, "l2");
        spec.putNull("radius").putArray("weights");
        spec.put(METHOD, "gradient").set(EFFORT, attack.deepCopy());
        spec.put("targets", 0);
        PlanJson.overlay(spec, withoutEffort(given), path);
        if (spec.path(GOAL).asText().isBlank()) {
            throw new IllegalArgumentException("plan: want a goal for '" + path + "', got none");
        }
        ObjectNode effort = usual(spec.path(METHOD).asText(), attack);
        if (given.has(EFFORT)) {
            PlanJson.overlay(effort, given.get(EFFORT), path + "." + EFFORT);
        }
        spec.set(EFFORT, effort);
        return spec;
    }

    /** The effort waits for the method, on which its defaults depend. */
    private static JsonNode withoutEffort(JsonNode given) {
        return given.isObject() ? ((ObjectNode) given).deepCopy().without(EFFORT) : given;
    }

    private static ObjectNode usual(String method, JsonNode attack) {
        try {
            SearchEffort gradient = PlanJson.mapper().treeToValue(attack, SearchEffort.class);
            return PlanJson.mapper()
                    .valueToTree(AttackSpec.usualEffort(Word.read(AttackSpec.Method.class, method), gradient));
        } catch (com.fasterxml.jackson.core.JsonProcessingException | IllegalArgumentException e) {
            // A method or an effort that does not fit is refused where it stands, in better words.
            return attack.deepCopy();
        }
    }

    private static void name(ArrayNode suite) {
        Set<String> taken = new HashSet<>();
        suite.forEach(spec -> taken.add(spec.path(NAME).asText()));
        List<String> names = new ArrayList<>();
        for (JsonNode spec : suite) {
            String name = spec.path(NAME).asText();
            if (name.isEmpty()) {
                name = free(telling(spec, suite), taken);
                taken.add(name);
            }
            names.add(name);
        }
        for (int i = 0; i < names.size(); i++) {
            if (suite.get(i).path(NAME).asText().isEmpty()) {
                ((ObjectNode) suite.get(i)).put(NAME, names.get(i));
            }
        }
    }

    private static String telling(JsonNode spec, ArrayNode suite) {
        StringBuilder name = new StringBuilder(spec.path(GOAL).asText());
        for (String key : TELLING) {
            for (JsonNode other : suite) {
                if (other.path(NAME).asText().isEmpty()
                        && other.path(GOAL).equals(spec.path(GOAL))
                        && !other.path(key).equals(spec.path(key))
                        && !USUAL.contains(spec.path(key).asText())) {
                    name.append('-').append(spec.path(key).asText());
                    break;
                }
            }
        }
        return name.toString();
    }

    private static String free(String wanted, Set<String> taken) {
        String name = wanted;
        for (int i = 2; taken.contains(name); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }
}
