package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairwiseDistancesTest {

    @Test
    void few_images_give_the_exact_median_of_all_pairs() {
        // Points 0, 1, 3 and 7 on a line: distances 1 2 3 4 6 7.
        assertThat(PairwiseDistances.median(line(0, 1, 3, 7), 5)).isCloseTo(3.5, within(1e-6));
        assertThat(PairwiseDistances.median(line(0, 1, 3), 5)).isCloseTo(2, within(1e-6));
    }

    @Test
    void drawn_pairs_come_near_the_median_of_all() {
        // |U - V| of two uniforms has median 1 - sqrt(1/2); 20,000 pairs of 2,000 points leave about 0.004.
        float[] values = new float[3_000];
        Noise.Stream draws = new Noise(3, "line").stream(0, "test", 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) draws.nextDouble();
        }
        assertThat(PairwiseDistances.median(line(values), 1)).isCloseTo(1 - Math.sqrt(0.5), within(0.012));
    }

    @Test
    void doubling_the_images_doubles_the_median() {
        ImageSet once = line(0, 0.1f, 0.35f, 0.4f, 0.9f);
        ImageSet twice = line(0, 0.2f, 0.7f, 0.8f, 1.8f);
        assertThat(PairwiseDistances.median(twice, 0)).isCloseTo(2 * PairwiseDistances.median(once, 0), within(1e-6));
    }

    @Test
    void equal_seeds_give_equal_medians_and_other_seeds_nearly() {
        ImageSet set = Datasets.open(DataRequest.of("sprites", null)).validation();
        double median = PairwiseDistances.median(set, 0);
        assertThat(PairwiseDistances.median(set, 0)).isEqualTo(median);
        assertThat(PairwiseDistances.median(set, 1)).isNotEqualTo(median).isCloseTo(median, within(0.02 * median));
    }

    @Test
    void one_image_has_no_distance() {
        assertThatThrownBy(() -> PairwiseDistances.median(line(1), 0))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("at least 2 images");
    }

    private static ImageSet line(float... values) {
        int[] labels = new int[values.length];
        Arrays.fill(labels, -1);
        return ArrayImageSet.of("line/test", new ImageShape(1, 1, 1), new ValueRange(0, 10), values, labels, List.of());
    }
}
