package io.margrave.vae.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.margrave.data.BadInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one mapping of an untrusted file, each asked for by name and type. Every refusal is one line with file and
 * field; a field that nobody asked for is refused by {@link #done()}.
 */
final class YamlFields {
    private static final int LONGEST_QUOTE = 160;
    private static final int MOST_ELEMENTS = 1 << 16;
    private static final int MOST_SCALARS = 64;

    private final String file;
    private final String path;
    private final JsonNode node;
    private final Set<String> asked = new HashSet<>();

    private YamlFields(String file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw new BadInputException(file + ": want " + (path.isEmpty() ? "a mapping" : path + " to be a mapping")
                    + ", got " + quote(node));
        }
    }

    static YamlFields of(String file, JsonNode root) {
        return new YamlFields(file, "", root);
    }

    YamlFields mapping(String name) {
        return new YamlFields(file, path + name + ".", required(name));
    }

    @Nullable
    YamlFields optionalMapping(String name) {
        return isAbsent(name) ? null : mapping(name);
    }

    String text(String name) {
        JsonNode value = required(name);
        if (!value.isTextual()) {
            throw bad(name, "text", value);
        }
        return value.asText();
    }

    @Nullable
    String optionalText(String name) {
        return isAbsent(name) ? null : text(name);
    }

    int integer(String name, int low, int high) {
        return integer(name, required(name), low, high);
    }

    private int integer(String name, JsonNode value, int low, int high) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < low || value.asInt() > high) {
            throw bad(name, "a whole number from " + low + " to " + high, value);
        }
        return value.asInt();
    }

    @Nullable
    Integer optionalInteger(String name, int low, int high) {
        return isAbsent(name) ? null : integer(name, low, high);
    }

    List<Integer> integers(String name, int low, int high, int most) {
        List<Integer> values = new ArrayList<>();
        for (JsonNode element : array(name, most)) {
            values.add(integer(name, element, low, high));
        }
        return values;
    }

    long wholeNumber(String name) {
        JsonNode value = required(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw bad(name, "a whole number", value);
        }
        return value.asLong();
    }

    double number(String name) {
        return number(name, required(name));
    }

    private double number(String name, JsonNode value) {
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw bad(name, "a finite number", value);
        }
        return value.asDouble();
    }

    @Nullable
    Double optionalNumber(String name) {
        return isAbsent(name) ? null : number(name);
    }

    List<Double> numbers(String name) {
        return numbers(name, MOST_ELEMENTS);
    }

    /** As {@link #numbers}; empty where there is no such field. */
    List<Double> optionalNumbers(String name) {
        return isAbsent(name) ? List.of() : numbers(name);
    }

    List<Double> numbers(String name, int most) {
        List<Double> values = new ArrayList<>();
        for (JsonNode element : array(name, most)) {
            values.add(number(name, element));
        }
        return values;
    }

    boolean truth(String name) {
        JsonNode value = required(name);
        if (!value.isBoolean()) {
            throw bad(name, "true or false", value);
        }
        return value.asBoolean();
    }

    /** A mapping of whatever keys to text. */
    Map<String, String> texts(String name) {
        YamlFields mapping = mapping(name);
        Map<String, String> texts = new LinkedHashMap<>();
        mapping.node.fieldNames().forEachRemaining(key -> texts.put(key, mapping.text(key)));
        return texts;
    }

    /**
     * A list of short texts.
     *
     * @param most elements, at least one is wanted
     */
    List<String> words(String name, int most) {
        List<String> words = new ArrayList<>();
        for (JsonNode element : array(name, most)) {
            if (!element.isTextual()
                    || element.asText().isBlank()
                    || element.asText().length() > LONGEST_QUOTE) {
                throw bad(name, "a list of short texts", element);
            }
            words.add(element.asText());
        }
        if (words.isEmpty()) {
            throw bad(name, "a list of at least one text", "none");
        }
        return words;
    }

    /** The same, or none where the field is absent. */
    List<String> optionalWords(String name, int most) {
        return isAbsent(name) ? List.of() : words(name, most);
    }

    /** A mapping of whatever keys to texts, numbers or truths, each as one line of text; empty where the field is absent. */
    Map<String, String> optionalScalars(String name) {
        Map<String, String> scalars = new LinkedHashMap<>();
        if (isAbsent(name)) {
            return scalars;
        }
        YamlFields mapping = mapping(name);
        mapping.node.fieldNames().forEachRemaining(key -> {
            JsonNode value = mapping.required(key);
            if (!value.isValueNode() || scalars.size() == MOST_SCALARS) {
                throw mapping.bad(quote(key), "one of at most " + MOST_SCALARS + " texts or numbers", value);
            }
            scalars.put(quote(key), quote(value.asText()));
        });
        return scalars;
    }

    /** Refuses the fields that nobody asked for. */
    void done() {
        node.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                throw new BadInputException(file + ": unknown field " + quote(path + name) + ", want one of "
                        + asked.stream().sorted().toList());
            }
        });
    }

    /** What a field should have been. */
    BadInputException bad(String name, String wanted, Object got) {
        return new BadInputException(file + ": want " + path + name + " to be " + wanted + ", got " + quote(got));
    }

    private JsonNode array(String name, int most) {
        JsonNode value = required(name);
        if (!value.isArray() || value.size() > most) {
            throw bad(name, "a list of at most " + most, value);
        }
        return value;
    }

    private boolean isAbsent(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull();
    }

    private JsonNode required(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            throw new BadInputException(file + ": want field " + path + name + ", got none");
        }
        return value;
    }

    /** What came, cut and in one line. */
    private static String quote(Object got) {
        String text = got.toString().replaceAll("\\p{Cntrl}", "?");
        return text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    }
}
