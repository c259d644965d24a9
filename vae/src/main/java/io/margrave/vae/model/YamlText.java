package io.margrave.vae.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * {@code model.yaml} as fields, whichever format it is of, and what both formats share. What is read is untrusted: no types,
 * no aliases, and sizes small enough for what follows.
 */
final class YamlText {
    /** Longest file that is read. */
    static final int LONGEST = 1 << 20;
    /** Largest latent dimension and width of a layer. */
    static final int WIDEST = 1 << 16;

    private static final int MOST_CHANNELS = 1 << 10;
    private static final int LONGEST_SIDE = 1 << 12;
    private static final int MOST_VALUES = 1 << 24;

    private static final YAMLMapper YAML = mapper();

    private static YAMLMapper mapper() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(LONGEST);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(16);
        options.setAllowDuplicateKeys(false);
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxNestingDepth(16)
                .maxNumberLength(64)
                .maxStringLength(1 << 16)
                .maxDocumentLength(LONGEST)
                .build();
        return new YAMLMapper(YAMLFactory.builder()
                .loaderOptions(options)
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .build());
    }

    private YamlText() {}

    /**
     * Reads a text.
     *
     * @param file its name, for messages
     * @throws BadInputException where it is no YAML mapping
     */
    static YamlFields parse(String file, String text) {
        JsonNode root;
        try {
            root = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new BadInputException(file + ": not YAML that can be read: " + line(e.getOriginalMessage()), e);
        } catch (RuntimeException e) {
            // Parsers under Jackson throw their own on some malformed input.
            throw new BadInputException(file + ": not YAML that can be read: " + line(e.getMessage()), e);
        }
        return YamlFields.of(file, root);
    }

    static ImageShape shape(YamlFields image) {
        ImageShape shape = new ImageShape(
                image.integer("channels", 1, MOST_CHANNELS),
                image.integer("height", 1, LONGEST_SIDE),
                image.integer("width", 1, LONGEST_SIDE));
        image.done();
        if ((long) shape.channels() * shape.height() * shape.width() > MOST_VALUES) {
            throw image.bad("channels", "of an image of at most " + MOST_VALUES + " values", shape);
        }
        return shape;
    }

    static ValueRange range(YamlFields range) {
        float low = (float) range.number("low");
        float high = (float) range.number("high");
        range.done();
        if (!(low < high) || Float.isInfinite(low) || Float.isInfinite(high)) {
            throw range.bad("low", "less than high", low + " and " + high);
        }
        return new ValueRange(low, high);
    }

    static <T> T checked(String file, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new BadInputException(file + ": " + e.getMessage(), e);
        }
    }

    static String line(@Nullable String message) {
        return message == null
                ? "unknown error"
                : message.replaceAll("\\s+", " ").strip();
    }

    /** A tree with what every format begins with. */
    static ObjectNode root(String format, ImageShape shape, ValueRange range, int latent) {
        ObjectNode root = YAML.createObjectNode();
        root.put("format", format);
        root.putObject("image")
                .put("channels", shape.channels())
                .put("height", shape.height())
                .put("width", shape.width());
        root.putObject("range").put("low", range.low()).put("high", range.high());
        root.put("latent", latent);
        return root;
    }

    static String write(ObjectNode root) {
        try {
            return YAML.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of our own is always writable", e);
        }
    }
}
