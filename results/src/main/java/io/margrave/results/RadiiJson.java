package io.margrave.results;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@link Radii} as {@code auto}, a number, a list, or an object once resolved. */
final class RadiiJson {

    private static final Set<String> KEYS = Set.of("auto", "values", "median_distance");

    private RadiiJson() {}

    static final class Writer extends StdSerializer<Radii> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(Radii.class);
        }

        @Override
        public void serialize(Radii radii, JsonGenerator out, SerializerProvider provider) throws IOException {
            if (!radii.resolved()) {
                out.writeString("auto");
            } else if (radii.auto()) {
                out.writeStartObject();
                out.writeBooleanField("auto", true);
                out.writeFieldName("values");
                writeValues(radii.values(), out);
                Double median = radii.medianDistance();
                if (median != null) {
                    out.writeNumberField("median_distance", median);
                }
                out.writeEndObject();
            } else {
                writeValues(radii.values(), out);
            }
        }

        private static void writeValues(List<Double> values, JsonGenerator out) throws IOException {
            out.writeStartArray();
            for (double value : values) {
                out.writeNumber(value);
            }
            out.writeEndArray();
        }
    }

    static final class Reader extends StdDeserializer<Radii> {
        private static final long serialVersionUID = 1L;

        Reader() {
            super(Radii.class);
        }

        @Override
        public Radii deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonNode node = context.readTree(parser);
            try {
                return read(node);
            } catch (IllegalArgumentException e) {
                String message = e.getMessage();
                return context.reportInputMismatch(this, "%s", message == null ? "not radii" : message);
            }
        }

        private static Radii read(JsonNode node) {
            if (node.isTextual() && node.textValue().equals("auto")) {
                return Radii.automatic();
            }
            if (node.isNumber()) {
                return Radii.of(List.of(node.doubleValue()));
            }
            if (node.isArray()) {
                return Radii.of(values(node));
            }
            if (node.isObject()
                    && node.path("auto").booleanValue()
                    && node.path("values").isArray()) {
                node.fieldNames().forEachRemaining(key -> {
                    if (!KEYS.contains(key)) {
                        throw new IllegalArgumentException(
                                "unknown key '" + key + "'; known are auto, values, median_distance");
                    }
                });
                return new Radii(true, values(node.get("values")), median(node.get("median_distance")));
            }
            throw new IllegalArgumentException("want auto, a number or a list of numbers, got " + node);
        }

        private static List<Double> values(JsonNode array) {
            List<Double> values = new ArrayList<>();
            for (JsonNode value : array) {
                if (!value.isNumber()) {
                    throw new IllegalArgumentException("want auto, a number or a list of numbers, got " + array);
                }
                values.add(value.doubleValue());
            }
            return values;
        }

        private static @Nullable Double median(@Nullable JsonNode node) {
            if (node == null || node.isNull()) {
                return null;
            }
            if (!node.isNumber()) {
                throw new IllegalArgumentException("want a number for median_distance, got " + node);
            }
            return node.doubleValue();
        }
    }
}
