package io.margrave.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes safetensors: eight bytes of header length, a JSON header, then the tensors' bytes, little-endian.
 *
 * <p>Files are untrusted. Every size that a file claims is checked against the file before memory is taken for it, and what
 * does not add up is a {@link BadInputException} of one line. Any Python {@code safetensors} reads what is written here.
 */
public final class Safetensors {
    /** Longest header that is read; the tensors of a model need some kilobytes. */
    static final int LONGEST_HEADER = 16 << 20;

    private static final int LONGEST_NAME = 512;
    private static final int MOST_DIMENSIONS = 16;
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int BUFFER_BYTES = 1 << 18;
    private static final String METADATA = "__metadata__";

    private Safetensors() {}

    /**
     * Reads a file whole. F32 as it is; F16 and BF16 exactly, F64 rounded to the nearest float.
     *
     * @param maxBytes files longer than this are refused
     * @throws BadInputException where the file can't be read, is too long, truncated, corrupt, or holds another data type
     */
    public static SafetensorsFile read(Path file, long maxBytes) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size > maxBytes) {
                throw bad(file, "want at most " + maxBytes + " bytes", "got " + size);
            }
            Header header = readHeader(file, channel, size);
            List<Entry> entries = checkLayout(file, header, size);
            Map<String, TensorData> tensors = new LinkedHashMap<>();
            for (Entry entry : entries) {
                tensors.put(entry.name, new TensorData(entry.shape, readValues(file, channel, entry)));
            }
            return new SafetensorsFile(tensors, header.metadata);
        } catch (IOException e) {
            throw BadFile.unreadable(file, e);
        }
    }

    /**
     * Writes tensors as F32, whole or not at all, in the order of their names, so that equal tensors give equal bytes.
     *
     * @throws BadInputException where the file can't be written; an old file is then still there
     */
    public static void write(Path file, Map<String, TensorData> tensors, Map<String, String> metadata) {
        SortedMap<String, TensorData> sorted = new TreeMap<>(tensors);
        for (String name : sorted.keySet()) {
            if (name.equals(METADATA) || name.isEmpty() || name.length() > LONGEST_NAME) {
                throw new IllegalArgumentException(
                        "want tensor names of 1 to " + LONGEST_NAME + " characters, got " + BadFile.quote(name));
            }
        }
        byte[] header = header(sorted, metadata);
        AtomicFile.write(file, channel -> {
            ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeFully(channel, start.putLong(header.length).flip());
            writeFully(channel, ByteBuffer.wrap(header));
            for (TensorData tensor : sorted.values()) {
                writeValues(channel, tensor.values());
            }
        });
    }

    // Writing

    private static byte[] header(SortedMap<String, TensorData> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, TensorData> entry : tensors.entrySet()) {
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("dtype", DataType.F32.name());
                json.writeArrayFieldStart("shape");
                for (long side : entry.getValue().shape()) {
                    json.writeNumber(side);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(offset);
                offset += (long) Float.BYTES * entry.getValue().values().length;
                json.writeNumber(offset);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        // Spaces up to a multiple of eight keep the tensors aligned for readers that map the file.
        while (bytes.size() % 8 != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > LONGEST_HEADER) {
            throw new IllegalArgumentException("want a header of at most " + LONGEST_HEADER + " bytes, got "
                    + bytes.size() + ": too much metadata");
        }
        return bytes.toByteArray();
    }

    private static void writeValues(FileChannel channel, float[] values) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int step = BUFFER_BYTES / Float.BYTES;
        for (int from = 0; from < values.length; from += step) {
            int count = Math.min(step, values.length - from);
            buffer.clear().limit(count * Float.BYTES);
            buffer.asFloatBuffer().put(values, from, count);
            writeFully(channel, buffer);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    // Reading

    /** How a tensor's numbers are stored. */
    private enum DataType {
        F32(4),
        F64(8),
        F16(2),
        BF16(2);

        private final int bytes;

        DataType(int bytes) {
            this.bytes = bytes;
        }

        static @Nullable DataType of(String name) {
            return Arrays.stream(values())
                    .filter(t -> t.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }

        float next(ByteBuffer buffer) {
            return switch (this) {
                case F32 -> buffer.getFloat();
                case F64 -> (float) buffer.getDouble();
                case F16 -> half(buffer.getShort() & 0xffff);
                case BF16 -> Float.intBitsToFloat(buffer.getShort() << 16);
            };
        }

        /** IEEE 754 binary16, subnormals, infinities and NaN included. */
        private static float half(int bits) {
            int exponent = (bits >> 10) & 0x1f;
            int fraction = bits & 0x3ff;
            float sign = bits >> 15 == 0 ? 1 : -1;
            if (exponent == 0) {
                return sign * fraction * 0x1p-24f;
            }
            if (exponent == 0x1f) {
                return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
            }
            return sign * Float.intBitsToFloat(((exponent + 127 - 15) << 23) | (fraction << 13));
        }
    }

    /** A tensor as the header describes it; offsets count from the end of the header. */
    private record Entry(
            String name, DataType type, List<Long> shape, long begin, long end, int length, long position) {}

    private record Header(Map<String, RawEntry> tensors, Map<String, String> metadata, long dataStart) {}

    private record RawEntry(DataType type, List<Long> shape, long begin, long end) {}

    private static Header readHeader(Path file, FileChannel channel, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw bad(file, "want a header length of 8 bytes", "got a file of " + size);
        }
        ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, start, 0);
        long length = start.flip().getLong();
        if (length < 2 || length > LONGEST_HEADER || length > size - LENGTH_BYTES) {
            throw bad(
                    file,
                    "want a header of 2 to " + Math.min(LONGEST_HEADER, size - LENGTH_BYTES) + " bytes",
                    "got " + Long.toUnsignedString(length));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        readFully(file, channel, bytes, LENGTH_BYTES);
        try {
            return parse(file, bytes.array(), LENGTH_BYTES + length);
        } catch (JsonProcessingException e) {
            String what = e.getOriginalMessage() == null ? "unreadable" : e.getOriginalMessage();
            throw new BadInputException(badLine(file, "want a JSON header", "got " + BadFile.quote(what)), e);
        }
    }

    private static Header parse(Path file, byte[] bytes, long dataStart) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(4)
                        .maxNameLength(LONGEST_NAME)
                        .maxNumberLength(20)
                        .maxStringLength(LONGEST_HEADER)
                        .build())
                .build();
        Map<String, RawEntry> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser json = factory.createParser(bytes)) {
            expect(file, json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                expect(file, json.nextToken(), JsonToken.START_OBJECT, BadFile.quote(name));
                if (name.equals(METADATA)) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String key = json.currentName();
                        expect(file, json.nextToken(), JsonToken.VALUE_STRING, "metadata " + BadFile.quote(key));
                        metadata.put(key, json.getText());
                    }
                } else {
                    tensors.put(name, parseTensor(file, json, name));
                }
            }
            if (json.nextToken() != null) {
                throw bad(file, "want one JSON object as header", "got more after it");
            }
        }
        return new Header(tensors, metadata, dataStart);
    }

    private static RawEntry parseTensor(Path file, JsonParser json, String name) throws IOException {
        Map<String, List<Long>> numbers = new HashMap<>();
        DataType type = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(file, value, JsonToken.VALUE_STRING, "dtype of " + BadFile.quote(name));
                    type = DataType.of(json.getText());
                    if (type == null) {
                        throw bad(
                                file,
                                "want dtype F32, F64, F16 or BF16 for tensor " + BadFile.quote(name),
                                "got " + BadFile.quote(json.getText()));
                    }
                }
                case "shape", "data_offsets" -> {
                    expect(file, value, JsonToken.START_ARRAY, key + " of " + BadFile.quote(name));
                    numbers.put(key, numbers(file, json, name));
                }
                default ->
                    throw bad(
                            file,
                            "want dtype, shape and data_offsets of " + BadFile.quote(name),
                            "got " + BadFile.quote(key));
            }
        }
        List<Long> shape = numbers.get("shape");
        List<Long> offsets = numbers.get("data_offsets");
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw bad(file, "want dtype, shape and two data_offsets", "tensor " + BadFile.quote(name) + " lacks some");
        }
        return new RawEntry(type, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> numbers(Path file, JsonParser json, String name) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            expect(file, token, JsonToken.VALUE_NUMBER_INT, "a number of " + BadFile.quote(name));
            long number = json.getLongValue();
            if (number < 0 || numbers.size() == MOST_DIMENSIONS) {
                throw bad(
                        file,
                        "want at most " + MOST_DIMENSIONS + " numbers >= 0 for shape and offsets",
                        "got others for tensor " + BadFile.quote(name));
            }
            numbers.add(number);
        }
        return numbers;
    }

    private static void expect(Path file, @Nullable JsonToken token, JsonToken wanted, String where) {
        if (token != wanted) {
            throw bad(file, "want " + wanted + " for " + where, "got " + token);
        }
    }

    /** Checks that tensors lie one after the other, from the end of the header to the end of the file, each of its size. */
    private static List<Entry> checkLayout(Path file, Header header, long size) {
        long dataBytes = size - header.dataStart;
        List<Entry> entries = new ArrayList<>();
        header.tensors.forEach((name, raw) -> {
            int length = length(file, name, raw);
            if (raw.end < raw.begin || raw.end > dataBytes || raw.end - raw.begin != (long) length * raw.type.bytes) {
                throw bad(
                        file,
                        "want " + (long) length * raw.type.bytes + " bytes within " + dataBytes + " for tensor "
                                + BadFile.quote(name),
                        "got offsets " + raw.begin + " to " + raw.end);
            }
            entries.add(new Entry(name, raw.type, raw.shape, raw.begin, raw.end, length, header.dataStart + raw.begin));
        });
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long offset = 0;
        for (Entry entry : entries) {
            if (entry.begin != offset) {
                throw bad(
                        file,
                        "want tensors without gaps or overlaps",
                        "tensor " + BadFile.quote(entry.name) + " begins at " + entry.begin + ", not " + offset);
            }
            offset = entry.end;
        }
        if (offset != dataBytes) {
            throw bad(file, "want tensors to fill the file", "got " + (dataBytes - offset) + " bytes more");
        }
        return entries;
    }

    private static int length(Path file, String name, RawEntry raw) {
        long length = 1;
        for (long side : raw.shape) {
            // A zero side makes the product zero, but the other sides must still be sane.
            if (side > Integer.MAX_VALUE || length * Math.max(1, side) > Integer.MAX_VALUE - 8) {
                throw bad(
                        file,
                        "want fewer than 2^31 values",
                        "tensor " + BadFile.quote(name) + " has shape " + raw.shape);
            }
            length *= Math.max(1, side);
        }
        return raw.shape.contains(0L) ? 0 : (int) length;
    }

    private static float[] readValues(Path file, FileChannel channel, Entry entry) throws IOException {
        float[] values = new float[entry.length];
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int step = BUFFER_BYTES / entry.type.bytes;
        for (int from = 0; from < values.length; from += step) {
            int count = Math.min(step, values.length - from);
            buffer.clear().limit(count * entry.type.bytes);
            readFully(file, channel, buffer, entry.position + (long) from * entry.type.bytes);
            buffer.flip();
            for (int i = from; i < from + count; i++) {
                values[i] = entry.type.next(buffer);
            }
        }
        return values;
    }

    private static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw bad(file, "want " + buffer.remaining() + " bytes more", "the file ended while it was read");
            }
            at += read;
        }
    }

    private static BadInputException bad(Path file, String wanted, String got) {
        return new BadInputException(badLine(file, wanted, got));
    }

    private static String badLine(Path file, String wanted, String got) {
        return "not a usable safetensors file, " + file + ": " + wanted + ", " + got
                + "; the file is corrupt, truncated or not for Margrave: write or copy it again";
    }
}
