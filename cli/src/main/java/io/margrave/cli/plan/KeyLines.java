package io.margrave.cli.plan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The line of a YAML text that each key stands on, so that an error can point at it. */
final class KeyLines {
    private final Map<String, Integer> lines = new HashMap<>();

    private KeyLines() {}

    /** Walks the whole text once. */
    static KeyLines of(String yaml, YAMLFactory factory) throws IOException {
        KeyLines keys = new KeyLines();
        try (JsonParser parser = factory.createParser(yaml)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    keys.lines.put(
                            parser.getParsingContext().pathAsPointer().toString(),
                            parser.currentTokenLocation().getLineNr());
                }
            }
        }
        return keys;
    }

    /** The line of the key at a JSON pointer, as in {@code /search/steps}, or of the nearest key around it; 1 where none is. */
    int line(String pointer) {
        for (String at = pointer; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('/')))) {
            Integer line = lines.get(at);
            if (line != null) {
                return line;
            }
        }
        return 1;
    }
}
