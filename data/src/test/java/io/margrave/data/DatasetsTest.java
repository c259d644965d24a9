package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
    private static final ImageShape ONE = new ImageShape(1, 1, 1);

    @Test
    void an_unknown_name_is_refused_with_the_known_ones() {
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("mnits\n", null)))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains("sprites, sprites64, mnist, fashion-mnist, cifar10, images, celeba", "'mnits?'")
                .doesNotContain("\n");
    }

    @Test
    void only_folders_of_pictures_are_resized() {
        assertThatThrownBy(() -> Datasets.open(new DataRequest("sprites", null, 32, false)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("only images and celeba");
        assertThatThrownBy(() -> new DataRequest("images", null, 0, false)).isInstanceOf(BadInputException.class);
    }

    @Test
    void every_name_has_its_place_in_the_catalogue() {
        assertThat(DatasetCatalog.entries().stream().map(DatasetCatalog.Entry::name))
                .containsExactlyElementsOf(Datasets.names());
    }

    @Test
    void data_lie_where_they_are_said_to_lie_first() {
        Map<String, String> all = Map.of("MARGRAVE_DATA", "/own", "XDG_CACHE_HOME", "/cache");
        assertThat(DataLocation.resolve(Path.of("here"), all, "/home/me")).isEqualTo(Path.of("here"));
        assertThat(DataLocation.resolve(null, all, "/home/me")).isEqualTo(Path.of("/own"));
        assertThat(DataLocation.resolve(null, Map.of("XDG_CACHE_HOME", "/cache", "MARGRAVE_DATA", " "), "/home/me"))
                .isEqualTo(Path.of("/cache/margrave"));
        assertThat(DataLocation.resolve(null, Map.of(), "/home/me")).isEqualTo(Path.of("/home/me/.cache/margrave"));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -0.001f, 1.001f, Float.POSITIVE_INFINITY})
    void values_that_are_no_number_or_outside_the_range_are_refused(float odd) {
        assertThatThrownBy(() -> set(new float[] {0, 1, odd}, -1, -1, -1))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains("from 0.0 to 1.0", "image 2", String.valueOf(odd))
                .doesNotContain("\n");
    }

    @Test
    void counts_and_labels_must_fit() {
        assertThatThrownBy(() -> set(new float[] {0, 1, 1}, 0, 0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> set(new float[] {0, 1}, 0, 2)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> set(new float[] {0, 1}, 0, -2)).isInstanceOf(BadInputException.class);
    }

    @Test
    void a_set_of_numbers_is_a_copy_with_a_checksum_of_its_own() {
        float[] values = {0, 0.5f, 1};
        ImageSet set = set(values, 0, 1, -1);
        String before = set.checksum();
        values[1] = 0.25f;
        assertThat(set.image(1)).containsExactly(0.5f);
        assertThat(set.label(2)).isEqualTo(-1);
        assertThat(set.images(new int[] {2, 0})).containsExactly(1, 0);
        assertThat(set(new float[] {0, 0.5f, 1}, 0, 1, -1).checksum()).isEqualTo(before);
        assertThat(set(values, 0, 1, -1).checksum()).isNotEqualTo(before);
        assertThat(set(new float[] {0, 0.5f, 1}, 0, 1, 1).checksum()).isNotEqualTo(before);
    }

    private static ImageSet set(float[] values, int... labels) {
        return ArrayImageSet.of("mine/test", ONE, ValueRange.UNIT, values, labels, List.of("a", "b"));
    }
}
