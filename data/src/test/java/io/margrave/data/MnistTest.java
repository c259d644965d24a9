package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MnistTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "mnist, mnist, true",
        "mnist, mnist, false",
        "mnist, MNIST/raw, false",
        "mnist, ., true",
        "fashion-mnist, fashion-mnist, true",
        "fashion-mnist, FashionMNIST/raw, true"
    })
    void every_layout_gives_the_same_images(String name, String layout, boolean packed) throws IOException {
        TinyFiles.mnist(folder.resolve(layout), packed);

        DataSplits data = Datasets.open(DataRequest.of(name, folder));

        assertThat(data.train().size()).isEqualTo(22);
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(data.test().size()).isEqualTo(6);
        ImageSet test = data.test();
        assertThat(test.name()).isEqualTo(name + "/test");
        assertThat(test.shape()).isEqualTo(new ImageShape(1, 28, 28));
        assertThat(test.classNames()).hasSize(10);
        for (int i = 0; i < 6; i++) {
            assertThat(test.label(i)).isEqualTo(i);
            float[] expected = new float[784];
            for (int k = 0; k < 784; k++) {
                expected[k] = (TinyFiles.pixel(i, k) & 0xff) / 255f;
            }
            assertThat(test.image(i)).isEqualTo(expected);
        }
        assertThat(test.checksum()).isEqualTo("38035491ac6bf04feb17339c661c27a033d5f024510cdeec7721380785086f2a");
    }

    @Test
    void who_measures_on_test_images_needs_no_training_files() throws IOException {
        TinyFiles.mnist(folder, false);
        Files.delete(folder.resolve("train-images-idx3-ubyte"));
        DataSplits data = Datasets.open(DataRequest.of("mnist", folder));
        assertThat(data.test().size()).isPositive();
        assertThatThrownBy(data::validation)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want train-images-idx3-ubyte");
    }

    @Test
    void validation_and_train_share_no_image_and_lose_none() throws IOException {
        TinyFiles.mnist(folder, true);
        DataSplits data = Datasets.open(DataRequest.of("mnist", folder));
        Set<Float> firstPixels = new HashSet<>();
        for (ImageSet set : new ImageSet[] {data.train(), data.validation()}) {
            for (int i = 0; i < set.size(); i++) {
                assertThat(firstPixels.add(set.image(i)[0])).isTrue();
            }
        }
        assertThat(firstPixels).hasSize(24);
    }

    @Test
    void the_cut_is_one_in_twelve_and_never_changes() {
        Holdout mnist = Holdout.of("mnist", 60_000);
        assertThat(mnist.validation()).hasSize(5_000).isSorted();
        assertThat(mnist.train()).hasSize(55_000).isSorted();
        assertThat(Holdout.of("mnist", 60_000).validation()).isEqualTo(mnist.validation());
        assertThat(Holdout.of("fashion-mnist", 60_000).validation()).isNotEqualTo(mnist.validation());
        assertThatThrownBy(() -> Holdout.of("mine", 1)).isInstanceOf(BadInputException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void every_truncation_is_refused_in_one_line(boolean packed) throws IOException {
        byte[] whole = packed ? TinyFiles.gzip(TinyFiles.idxImages(2)) : TinyFiles.idxImages(2);
        Path file = folder.resolve("images");
        Files.write(file, whole);
        assertThat(Idx.images(file, 28, 28)).hasSize(2 * 784);
        for (int length = 0; length < whole.length; length += packed ? 1 : 11) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(file, "images");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trailing_bytes_are_refused(boolean packed) throws IOException {
        Path file = folder.resolve("images");
        byte[] whole = packed ? TinyFiles.gzip(TinyFiles.idxImages(2)) : TinyFiles.idxImages(2);
        for (int more : new int[] {1, 8, 5000}) {
            Files.write(file, Arrays.copyOf(whole, whole.length + more));
            assertRefused(file, "more", "other bytes");
        }
        byte[] inside = TinyFiles.idxImages(2);
        Files.write(file, TinyFiles.gzip(Arrays.copyOf(inside, inside.length + 1)));
        assertRefused(file, "got more");
    }

    @Test
    void every_changed_byte_of_a_gzip_stream_is_noticed_or_harmless() throws IOException {
        byte[] whole = TinyFiles.gzip(TinyFiles.idxImages(2));
        Path file = folder.resolve("images");
        byte[] sound = Arrays.copyOfRange(TinyFiles.idxImages(2), 16, 16 + 2 * 784);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x10;
            Files.write(file, changed);
            Throwable thrown =
                    catchThrowable(() -> assertThat(Idx.images(file, 28, 28)).isEqualTo(sound));
            if (thrown != null) {
                assertThat(thrown).as("byte %s changed", i).isInstanceOf(BadInputException.class);
            }
        }
    }

    @Test
    void a_wrong_magic_number_shape_or_count_is_refused() throws IOException {
        Path file = folder.resolve("images");
        Files.write(file, TinyFiles.idxLabels(2000));
        assertRefused(file, "magic number 0x00000803, got 0x00000801");
        Files.write(file, header(0x803, 1, 32, 32, 1024));
        assertRefused(file, "side of 32");
        Files.write(file, header(0x803, -1, 28, 28, 784));
        assertRefused(file, "it announces 4294967295");
        Files.write(file, header(0x803, 0, 28, 28, 0));
        assertRefused(file, "it announces 0");
        Files.write(file, TinyFiles.gzip(header(0x803, 400_000, 28, 28, 784)));
        assertRefused(file, "it announces 313600000");
        Files.write(file, "P5 28 28 255 not an IDX file".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertRefused(file, "magic number");
    }

    @Test
    void labels_beyond_the_classes_and_unequal_counts_are_refused() throws IOException {
        TinyFiles.mnist(folder, false);
        byte[] labels = TinyFiles.idxLabels(24);
        labels[8 + 5] = 10;
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("mnist", folder)).train())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("labels of 0 to 9, got 10");
        Files.write(folder.resolve("train-labels-idx1-ubyte"), TinyFiles.idxLabels(23));
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("mnist", folder)).train())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("24 images and 23 labels");
    }

    @Test
    void missing_files_say_how_to_get_them() {
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("mnist", folder)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("margrave datasets fetch mnist")
                .message()
                .doesNotContain("\n");
    }

    private static byte[] header(int magic, int count, int height, int width, int bytes) {
        return ByteBuffer.allocate(16 + bytes)
                .putInt(magic)
                .putInt(count)
                .putInt(height)
                .putInt(width)
                .array();
    }

    private static void assertRefused(Path file, String... anyOf) {
        Throwable thrown = catchThrowable(() -> Idx.images(file, 28, 28));
        assertThat(thrown).isInstanceOf(BadInputException.class);
        assertThat(thrown.getMessage()).doesNotContain("\n").contains(file.toString());
        assertThat(anyOf).anyMatch(thrown.getMessage()::contains);
    }
}
