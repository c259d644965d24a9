package io.margrave.robustness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetChoiceTest {

    private static ImageSet labelled(int... labels) {
        return ArrayImageSet.of(
                "some/test", new ImageShape(1, 1, 1), ValueRange.UNIT, new float[labels.length], labels, List.of());
    }

    @Test
    void targets_are_different_images_of_another_class() {
        ImageSet images = new NoiseImages(90);
        int[] points = IntStream.range(0, 90).toArray();
        int[][] targets = TargetChoice.of(images, points, 5, 3);
        for (int i = 0; i < 90; i++) {
            assertThat(targets[i]).hasSize(5).doesNotHaveDuplicates();
            int label = images.label(i);
            assertThat(Arrays.stream(targets[i]).map(images::label)).doesNotContain(label);
        }
        assertThat(Arrays.stream(targets)
                        .flatMapToInt(Arrays::stream)
                        .distinct()
                        .count())
                .isGreaterThan(80);
    }

    @Test
    void fewer_targets_are_the_first_of_more_and_other_points_make_no_difference() {
        ImageSet images = new NoiseImages(40);
        int[][] three = TargetChoice.of(images, new int[] {7, 30, 2}, 3, 5);
        int[][] two = TargetChoice.of(images, new int[] {30}, 2, 5);
        assertThat(two[0]).isEqualTo(Arrays.copyOf(three[1], 2));
        assertThat(TargetChoice.of(images, new int[] {30}, 3, 6)[0]).isNotEqualTo(three[1]);
        assertThat(TargetChoice.of(images, new int[] {30}, 0, 5)[0]).isEmpty();
    }

    @Test
    void without_other_classes_any_other_image_is_a_target() {
        assertThat(TargetChoice.of(labelled(-1, -1, -1), new int[] {1}, 2, 0)[0])
                .containsExactlyInAnyOrder(0, 2);
        assertThat(TargetChoice.of(labelled(4, 4, 4), new int[] {1}, 2, 0)[0]).containsExactlyInAnyOrder(0, 2);
        assertThat(TargetChoice.of(labelled(4, 4, 1), new int[] {1}, 1, 0)[0]).containsExactly(2);
    }

    @Test
    void too_few_images_are_refused() {
        assertThatThrownBy(() -> TargetChoice.of(labelled(4, 4, 1), new int[] {1}, 2, 0))
                .isInstanceOf(BadInputException.class)
                .hasMessage("want 2 targets for image 1 of some/test, got 1 to choose from: ask for fewer targets");
    }
}
