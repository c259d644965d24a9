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
import io.margrave.results.PlanJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** YAML texts that keep a schema: what is wrong in one is told with file and line. */
public final class CheckedYaml {
    private static final long LARGEST = 1 << 20;
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private final YAMLMapper mapper = PlanJson.configure(new YAMLMapper(FACTORY));
    private final PlanSchema schema;

    CheckedYaml(PlanSchema schema) {
        this.schema = schema;
    }

    /**
     * Texts that keep the schema in a file beside a class.
     *
     * @param beside the class
     * @param file name of the schema
     */
    public static CheckedYaml of(Class<?> beside, String file) {
        return new CheckedYaml(PlanSchema.load(beside, file));
    }

    /** Reads and writes such texts. */
    public YAMLMapper mapper() {
        return mapper;
    }

    PlanSchema schema() {
        return schema;
    }

    /**
     * Reads and checks a file of at most a mebibyte.
     *
     * @throws BadInputException where it does not keep the schema; the line names the file, the place and what is wrong
     */
    public ObjectNode read(Path file) {
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
     * Checks a text.
     *
     * @param source what an error calls it
     */
    public ObjectNode parse(String yaml, String source) {
        try {
            JsonNode parsed = mapper.readTree(yaml);
            if (parsed == null || parsed.isMissingNode() || parsed.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (!(parsed instanceof ObjectNode object)) {
                throw new BadInputException(source + ": want keys and values, as in 'points: 128', got " + parsed);
            }
            Optional<PlanSchema.Fault> fault = schema.check(object);
            if (fault.isPresent()) {
                int line = KeyLines.of(yaml, FACTORY).line(fault.get().pointer());
                throw new BadInputException(
                        source + " line " + line + ": " + fault.get().words());
            }
            return object;
        } catch (JsonProcessingException e) {
            String first = e.getOriginalMessage().lines().findFirst().orElse("not YAML");
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new BadInputException(source + " line " + line + ": not readable as YAML: " + first, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
