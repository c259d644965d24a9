package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void what_is_written_is_read_back_bit_by_bit() {
        float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, -0.0f, Float.MIN_VALUE, 0.1f, Float.MAX_VALUE};
        float[] many = new float[200_003];
        Random random = new Random(1);
        for (int i = 0; i < many.length; i++) {
            many[i] = random.nextFloat();
        }
        Path file = folder.resolve("a.safetensors");
        Map<String, TensorData> tensors = Map.of(
                "z \"quoted\"\n", TensorData.of(odd, 2, 3),
                "many", TensorData.of(many, many.length),
                "one", TensorData.of(new float[] {4}),
                "none", TensorData.of(new float[0], 3, 0));
        Safetensors.write(file, tensors, Map.of("key", "value ü"));

        SafetensorsFile read = Safetensors.read(file, MIB);

        assertThat(read.metadata()).containsExactlyEntriesOf(Map.of("key", "value ü"));
        assertThat(read.tensors().keySet()).containsExactly("many", "none", "one", "z \"quoted\"\n");
        tensors.forEach((name, tensor) -> {
            TensorData back = read.tensors().get(name);
            assertThat(back.shape()).isEqualTo(tensor.shape());
            assertThat(back.values()).isEqualTo(tensor.values());
        });
    }

    @Test
    void equal_tensors_give_equal_bytes_and_aligned_data() throws IOException {
        Path a = folder.resolve("a.safetensors");
        Path b = folder.resolve("b.safetensors");
        TensorData tensor = TensorData.of(new float[] {1, 2}, 2);
        Safetensors.write(a, Map.of("x", tensor, "y", tensor, "w", tensor), Map.of());
        Safetensors.write(b, Map.of("w", tensor, "y", tensor, "x", tensor), Map.of());
        assertThat(a).hasSameBinaryContentAs(b);
        long header = ByteBuffer.wrap(Files.readAllBytes(a))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        assertThat(header % 8).isZero();
    }

    @Test
    void a_file_written_by_python_is_read_exactly() throws IOException {
        Path file = folder.resolve("python.safetensors");
        try (var in = getClass().getResourceAsStream("python.safetensors")) {
            Files.copy(java.util.Objects.requireNonNull(in), file);
        }

        SafetensorsFile read = Safetensors.read(file, MIB);

        assertThat(read.metadata()).containsEntry("format", "pt").containsEntry("made by", "safetensors für Python");
        assertThat(values(read, "f32")).containsExactly(1.5f, -2.25f, 3, 0.1f, 1e-40f, Float.POSITIVE_INFINITY);
        assertThat(read.tensors().get("f32").shape()).containsExactly(2L, 3L);
        assertThat(values(read, "f64")).containsExactly(0.1f, -0.0f, 2);
        assertThat(values(read, "f16")).containsExactly(1, -65504, 0x1p-24f, 0.333251953125f, Float.NEGATIVE_INFINITY);
        assertThat(values(read, "bf16")).containsExactly(1, -3.140625f, Float.intBitsToFloat(0x7e960000));
        assertThat(values(read, "scalar")).containsExactly(7);
        assertThat(read.tensors().get("empty").shape()).containsExactly(0L, 3L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{} {}",
                "{\"t\":1}",
                "{\"t\":{}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                "{\"t\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999999],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[0,0]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[536870912],\"data_offsets\":[0,2147483648]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"u\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[[[[[2]]]]],\"data_offsets\":[0,8]}}",
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
                "{\"__metadata__\":{\"a\":1},\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"t\\nu\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
            })
    void a_bad_header_is_refused_in_one_line(String header) throws IOException {
        Path file = raw(header, 8);
        assertThatThrownBy(() -> Safetensors.read(file, MIB))
                .isInstanceOf(BadInputException.class)
                .message()
                .doesNotContain("\n", "\r")
                .contains("bad.safetensors")
                .hasSizeLessThan(600);
    }

    @Test
    void a_good_header_of_the_same_making_is_read() throws IOException {
        Path file = raw("{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", 8);
        assertThat(values(Safetensors.read(file, MIB), "t")).containsExactly(0, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62, Safetensors.LONGEST_HEADER + 1, 100})
    void a_header_length_beyond_the_file_takes_no_memory(long claimed) throws IOException {
        Path file = folder.resolve("bad.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(20)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(claimed)
                        .array());
        assertThatThrownBy(() -> Safetensors.read(file, MIB))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("header");
    }

    @Test
    void a_file_longer_than_allowed_is_refused() {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("x", TensorData.of(new float[100], 100)), Map.of());
        assertThatThrownBy(() -> Safetensors.read(file, 99))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("at most 99 bytes");
    }

    @Test
    void every_truncation_of_a_file_is_refused() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("x", TensorData.of(new float[5], 5)), Map.of("a", "b"));
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(catchThrowable(() -> Safetensors.read(file, MIB)))
                    .as("cut to %s bytes", length)
                    .isInstanceOf(BadInputException.class);
        }
    }

    @Test
    void a_file_with_any_bytes_changed_is_read_or_refused_but_never_crashes() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(
                file,
                Map.of("x", TensorData.of(new float[6], 2, 3), "y", TensorData.of(new float[1], 1)),
                Map.of("a", "b"));
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        int refused = 0;
        for (int trial = 0; trial < 800; trial++) {
            byte[] changed = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[random.nextInt(whole.length - 28)] = (byte) random.nextInt(256);
            }
            Files.write(file, changed);
            Throwable thrown = catchThrowable(() -> Safetensors.read(file, MIB));
            if (thrown != null) {
                refused++;
                assertThat(thrown).isInstanceOf(BadInputException.class);
                assertThat(thrown.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(refused).isGreaterThan(400);
    }

    @Test
    void a_missing_file_and_a_folder_are_refused() {
        assertThatThrownBy(() -> Safetensors.read(folder.resolve("none"), MIB))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> Safetensors.read(folder, MIB)).isInstanceOf(BadInputException.class);
    }

    @Test
    void a_write_that_fails_leaves_the_old_file_and_nothing_else() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap("old".getBytes(StandardCharsets.UTF_8))));
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {1}));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("No space left on device");
        assertThat(file).hasContent("old");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_folder_that_is_not_there_can_not_be_written_to() {
        Path file = folder.resolve("none").resolve("a.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), Map.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("can't write");
    }

    @Test
    void a_tensor_has_as_many_values_as_its_shape_says() {
        assertThatThrownBy(() -> new TensorData(List.of(2L, 3L), new float[5]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] values(SafetensorsFile file, String name) {
        return file.tensors().get(name).values();
    }

    private Path raw(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("bad.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(8 + text.length + dataBytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());
        return file;
    }
}
