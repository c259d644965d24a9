package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    @TempDir
    Path folder;

    private Path bin;

    @BeforeEach
    void makeFolder() throws IOException {
        bin = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
    }

    @Test
    void the_published_layout_is_read_in_the_order_of_its_names() throws IOException {
        Files.write(bin.resolve("data_batch_2.bin"), TinyFiles.cifar(12, 12));
        Files.write(bin.resolve("data_batch_1.bin"), TinyFiles.cifar(12, 0));
        Files.write(bin.resolve("test_batch.bin"), TinyFiles.cifar(3, 100));

        DataSplits data = Datasets.open(DataRequest.of("cifar10", folder));

        assertThat(data.train().size() + data.validation().size()).isEqualTo(24);
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(data.test().size()).isEqualTo(3);
        assertThat(data.test().shape()).isEqualTo(new ImageShape(3, 32, 32));
        float[] image = data.test().image(1);
        assertThat(data.test().label(1)).isEqualTo(1);
        assertThat(image[2000]).isEqualTo((TinyFiles.pixel(101, 2000) & 0xff) / 255f);
        int firstTrain = Math.round(255 * data.train().image(0)[0]) / 7;
        int secondTrain = Math.round(255 * data.train().image(1)[0]) / 7;
        assertThat(firstTrain).isLessThan(secondTrain);
        assertThat(data.test().classNames()).startsWith("airplane").hasSize(10);
    }

    @Test
    void any_number_of_files_in_one_folder_do_but_test_images_from_jpeg_do_not_count() throws IOException {
        Path part = Files.createDirectories(folder.resolve("part"));
        Files.write(part.resolve("train-00000-00003.bin"), TinyFiles.cifar(4, 0));
        Files.write(part.resolve("train-00004-00005-from-jpeg.bin"), TinyFiles.cifar(2, 4));
        Files.write(part.resolve("test-00000-00001.bin"), TinyFiles.cifar(2, 50));
        Files.write(part.resolve("test-00002-00008-from-jpeg.bin"), TinyFiles.cifar(7, 60));
        Files.writeString(part.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");

        DataSplits data = Datasets.open(DataRequest.of("cifar10", part));

        assertThat(data.train().size()).isEqualTo(5);
        assertThat(data.validation().size()).isEqualTo(1);
        assertThat(data.test().size()).isEqualTo(2);
        assertThat(data.test().classNames()).containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    }

    @Test
    void truncated_records_and_bad_labels_are_refused_in_one_line() throws IOException {
        Files.write(bin.resolve("test_batch.bin"), TinyFiles.cifar(2, 0));
        Path train = bin.resolve("data_batch_1.bin");
        Files.write(train, Arrays.copyOf(TinyFiles.cifar(2, 0), 2 * 3073 - 1));
        assertRefused("records of 3073 bytes, got 6145 bytes");
        Files.write(train, new byte[0]);
        assertRefused("got 0 bytes");
        byte[] records = TinyFiles.cifar(2, 0);
        records[3073] = (byte) 200;
        Files.write(train, records);
        assertRefused("labels of 0 to 9, got 200 in record 1");
        Files.write(train, TinyFiles.cifar(2, 0));
        Files.writeString(bin.resolve("batches.meta.txt"), "only one\n");
        assertRefused("ten class names, got 1");
    }

    @Test
    void a_training_file_is_read_where_it_is_asked_for() throws IOException {
        Files.write(bin.resolve("test_batch.bin"), TinyFiles.cifar(2, 0));
        Files.write(bin.resolve("data_batch_1.bin"), new byte[1]);
        assertThat(Datasets.open(DataRequest.of("cifar10", folder)).test().size())
                .isEqualTo(2);
        assertRefused("got 1 bytes");
    }

    @Test
    void missing_files_say_where_they_are_published() {
        assertRefused("cifar-10-binary.tar.gz");
    }

    private void assertRefused(String what) {
        assertThatThrownBy(
                        () -> Datasets.open(DataRequest.of("cifar10", folder)).train())
                .isInstanceOf(BadInputException.class)
                .message()
                .contains(what)
                .doesNotContain("\n");
    }
}
