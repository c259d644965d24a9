package io.margrave.results;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Set;

/** Enums of a plan as lower case words: {@code one-step}. */
final class WordJson {

    private static final Set<Class<?>> TYPES =
            Set.of(Norm.class, AttackSpec.Variable.class, AttackSpec.Method.class, EvaluationCheck.Level.class);

    private WordJson() {}

    /** Writes those of a plan as words, and leaves others as they are. */
    @SuppressWarnings("rawtypes") // Jackson asks for a serializer by its class.
    static final class Writer extends StdSerializer<Enum> {
        private static final long serialVersionUID = 1L;

        Writer() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(TYPES.contains(value.getDeclaringClass()) ? Word.of(value) : value.name());
        }
    }

    /** Reads one type. */
    static final class Reader<E extends Enum<E>> extends StdDeserializer<E> {
        private static final long serialVersionUID = 1L;

        private final Class<E> type;

        Reader(Class<E> type) {
            super(type);
            this.type = type;
        }

        @Override
        public E deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonNode node = context.readTree(parser);
            try {
                return Word.read(type, node.isTextual() ? node.textValue() : node.toString());
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(this, "%s", e.getMessage());
            }
        }
    }
}
