package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Published class counts and layouts, on the files under {@code $MARGRAVE_DATA}. */
@Tag("real")
class RealDataTest {
    private final Path folder = Path.of(Objects.requireNonNull(
            System.getenv("MARGRAVE_DATA"), "want MARGRAVE_DATA to name a folder with the data"));

    @Test
    void mnist_has_its_published_class_counts() {
        DataSplits data = Datasets.open(DataRequest.of("mnist", folder));
        assertThat(data.train().size()).isEqualTo(55_000);
        assertThat(data.validation().size()).isEqualTo(5_000);
        assertThat(counts(data.train(), data.validation()))
                .containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
        assertThat(counts(data.test())).containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
        assertThat(mean(data.test())).isCloseTo(0.1325, within(1e-3));
    }

    @Test
    void fashion_mnist_has_its_published_class_counts() {
        DataSplits data = Datasets.open(DataRequest.of("fashion-mnist", folder));
        assertThat(counts(data.train(), data.validation())).containsOnly(6000);
        assertThat(counts(data.test())).containsOnly(1000);
        assertThat(data.test().classNames().get(data.test().label(0))).isEqualTo("ankle boot");
        assertThat(mean(data.test())).isCloseTo(0.2868, within(1e-3));
    }

    @Test
    void mnist_files_have_their_pinned_checksums() {
        for (String name : new String[] {"mnist", "fashion-mnist"}) {
            assertThat(DatasetCatalog.verify(name, folder))
                    .hasSize(4)
                    .allMatch(status -> status.state() == DatasetCatalog.State.OK);
        }
    }

    @Test
    void the_part_of_cifar10_is_tested_on_its_lossless_images() {
        DataSplits data = Datasets.open(DataRequest.of("cifar10", folder));
        assertThat(counts(data.train(), data.validation()))
                .containsExactly(1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981);
        assertThat(counts(data.test())).containsExactly(103, 89, 100, 103, 90, 86, 112, 102, 106, 109);
        assertThat(data.test().classNames())
                .startsWith("airplane", "automobile")
                .hasSize(10);
        assertThat(data.test().classNames().get(data.test().label(0))).isEqualTo("cat");
    }

    private static int[] counts(ImageSet... sets) {
        int[] counts = new int[10];
        for (ImageSet set : sets) {
            for (int i = 0; i < set.size(); i++) {
                counts[set.label(i)]++;
            }
        }
        return counts;
    }

    private static double mean(ImageSet set) {
        double sum = 0;
        for (int i = 0; i < set.size(); i++) {
            for (float value : set.image(i)) {
                sum += value;
            }
        }
        return sum / set.size() / set.shape().size();
    }
}
