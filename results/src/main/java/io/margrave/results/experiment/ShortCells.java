package io.margrave.results.experiment;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How numbers and words are spelled in a table: as short as five significant digits allow. */
final class ShortCells {
    private static final MathContext DIGITS = new MathContext(5);

    private ShortCells() {}

    static SimpleModule module() {
        return new SimpleModule()
                .addSerializer(new NumberWriter(double.class))
                .addSerializer(new NumberWriter(Double.class))
                .addDeserializer(double.class, new NumberReader(double.class))
                .addDeserializer(Double.class, new NumberReader(Double.class))
                .addSerializer(new WordWriter());
    }

    /** A number as a cell. */
    static String cell(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        String plain = rounded.toPlainString();
        String scientific = rounded.toString();
        return plain.length() <= scientific.length() + 1 ? plain : scientific;
    }

    /**
     * The number in a cell.
     *
     * @throws NumberFormatException where there is none; a finite one that is too large for a double is none either
     */
    static double number(String cell) {
        double value = Double.parseDouble(cell);
        if (Double.isInfinite(value) && !cell.endsWith("Infinity")) {
            throw new NumberFormatException(cell);
        }
        return value;
    }

    private static final class NumberWriter extends StdScalarSerializer<Double> {
        private static final long serialVersionUID = 1L;

        NumberWriter(Class<Double> type) {
            super(type);
        }

        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(cell(value));
        }
    }

    private static final class NumberReader extends StdScalarDeserializer<Double> {
        private static final long serialVersionUID = 1L;

        NumberReader(Class<Double> type) {
            super(type);
        }

        @Override
        public @Nullable Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String cell = in.getText().trim();
            if (cell.isEmpty() && handledType() == Double.class) {
                return null;
            }
            try {
                return number(cell);
            } catch (NumberFormatException e) {
                throw context.weirdStringException(cell, handledType(), "not a number");
            }
        }
    }

    @SuppressWarnings("rawtypes") // The library asks for the class of what is written.
    private static final class WordWriter extends StdScalarSerializer<Enum> {
        private static final long serialVersionUID = 1L;

        WordWriter() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.name().toLowerCase(Locale.ROOT));
        }
    }
}
