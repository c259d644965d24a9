package io.margrave.robustness.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MsSsimTest {

    /** The images of src/test/python/write_ms_ssim_fixture.py. */
    private static float[] image(int seed, ImageShape shape, ValueRange range) {
        float[] values = new float[shape.size()];
        int next = 0;
        for (long c = 0; c < shape.channels(); c++) {
            for (long i = 0; i < shape.height(); i++) {
                for (long j = 0; j < shape.width(); j++) {
                    long rings = (i * i * (c + 2) + j * j * 3 + i * j) / 16 % 256;
                    long noise = (i * 7919 + j * 104729 + c * 1299709 + seed * 15485863L) % 1021 % (32L * seed + 1);
                    double grey = Math.min(255, Math.max(0, rings + noise - 16L * seed)) / 255.0;
                    values[next++] = (float) (grey * (range.high() - range.low()) + range.low());
                }
            }
        }
        return values;
    }

    private static double similarity(ImageShape shape, ValueRange range, int seed, int other) {
        try (PointerScope scope = new PointerScope()) {
            Tensor first = TensorCopies.images(image(seed, shape, range), shape);
            Tensor second = TensorCopies.images(image(other, shape, range), shape);
            return MsSsim.of(first, second, range).orElseThrow()[0];
        }
    }

    static List<String> fixture() throws IOException {
        try (InputStream in = Objects.requireNonNull(MsSsimTest.class.getResourceAsStream("ms-ssim.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("fixture")
    void a_kept_library_agrees(String line) {
        String[] words = line.split(" ", -1);
        ImageShape shape =
                new ImageShape(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        ValueRange range = new ValueRange(Float.parseFloat(words[3]), Float.parseFloat(words[4]));
        assertThat(MsSsim.scales(shape)).isEqualTo(Integer.parseInt(words[6]));
        assertThat(similarity(shape, range, 0, Integer.parseInt(words[5])))
                .isCloseTo(Double.parseDouble(words[7]), within(1e-6));
    }

    @Test
    void an_image_is_like_itself_and_likeness_is_mutual() {
        ImageShape shape = new ImageShape(3, 28, 28);
        assertThat(similarity(shape, ValueRange.UNIT, 2, 2)).isEqualTo(1);
        assertThat(similarity(shape, ValueRange.UNIT, 0, 2))
                .isCloseTo(similarity(shape, ValueRange.UNIT, 2, 0), within(1e-12));
    }

    @Test
    void how_the_range_is_written_does_not_matter() {
        ImageShape shape = new ImageShape(1, 28, 28);
        assertThat(similarity(shape, new ValueRange(-1, 1), 0, 3))
                .isCloseTo(similarity(shape, ValueRange.UNIT, 0, 3), within(1e-5));
    }

    @Test
    void scales_smaller_than_the_window_are_dropped() {
        assertThat(MsSsim.scales(new ImageShape(1, 28, 28))).isEqualTo(2);
        assertThat(MsSsim.scales(new ImageShape(3, 32, 32))).isEqualTo(2);
        assertThat(MsSsim.scales(new ImageShape(3, 64, 200))).isEqualTo(3);
        assertThat(MsSsim.scales(new ImageShape(1, 500, 500))).isEqualTo(5);
        assertThat(MsSsim.scales(new ImageShape(1, 10, 28))).isZero();
        ImageShape small = new ImageShape(1, 10, 10);
        try (PointerScope scope = new PointerScope()) {
            Tensor image = TensorCopies.images(image(0, small, ValueRange.UNIT), small);
            assertThat(MsSsim.of(image, image, ValueRange.UNIT)).isEmpty();
        }
    }

    @Test
    void what_a_pair_gets_does_not_depend_on_the_others() {
        ImageShape shape = new ImageShape(1, 28, 28);
        try (PointerScope scope = new PointerScope()) {
            Tensor many = TensorCopies.tensor(new float[3_000 * shape.size()], 3_000, 1, 28, 28);
            Tensor other = many.clone();
            Tensor first = TensorCopies.images(image(0, shape, ValueRange.UNIT), shape);
            Tensor second = TensorCopies.images(image(3, shape, ValueRange.UNIT), shape);
            many.narrow(0, 2_500, 1).copy_(first);
            other.narrow(0, 2_500, 1).copy_(second);
            double[] all = MsSsim.of(many, other, ValueRange.UNIT).orElseThrow();
            assertThat(all[2_500]).isCloseTo(similarity(shape, ValueRange.UNIT, 0, 3), within(1e-12));
            assertThat(all[2_499]).isEqualTo(1);
        }
    }
}
