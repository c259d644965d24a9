package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpritesTest {
    private static DataSplits sprites;

    @BeforeAll
    static void draw() {
        sprites = Datasets.open(DataRequest.of("sprites", null));
    }

    @Test
    void there_are_twelve_two_and_two_thousand_images_of_one_by_28_by_28() {
        assertThat(sprites.train().size()).isEqualTo(12_000);
        assertThat(sprites.validation().size()).isEqualTo(2_000);
        assertThat(sprites.test().size()).isEqualTo(2_000);
        assertThat(sprites.test().shape()).isEqualTo(new ImageShape(1, 28, 28));
        assertThat(sprites.test().classNames()).containsExactly("ellipse", "square", "heart", "triangle");
    }

    @Test
    void no_image_occurs_twice_within_or_across_splits() {
        Set<ByteBuffer> seen = new HashSet<>();
        for (ImageSet set : List.of(sprites.train(), sprites.validation(), sprites.test())) {
            for (int i = 0; i < set.size(); i++) {
                ByteBuffer bytes = ByteBuffer.allocate(784);
                for (float value : set.image(i)) {
                    bytes.put((byte) Math.round(255 * value));
                }
                assertThat(seen.add(bytes.flip()))
                        .as("%s image %s is new", set.name(), i)
                        .isTrue();
            }
        }
        assertThat(seen).hasSize(Sprites.COUNT);
    }

    @Test
    void every_combination_of_factors_has_its_own_number() {
        Set<Sprites.Factors> all = new HashSet<>();
        for (int i = 0; i < Sprites.COUNT; i++) {
            all.add(Sprites.Factors.of(i));
        }
        assertThat(all).hasSize(Sprites.COUNT);
    }

    @Test
    void each_split_holds_a_fair_share_of_each_shape() {
        for (ImageSet set : List.of(sprites.train(), sprites.validation(), sprites.test())) {
            int[] counts = new int[4];
            for (int i = 0; i < set.size(); i++) {
                counts[set.label(i)]++;
            }
            for (int count : counts) {
                assertThat(count / (double) set.size()).isCloseTo(0.25, within(0.03));
            }
        }
    }

    @Test
    void equal_seeds_give_equal_bytes_on_every_machine() {
        assertThat(sprites.test().checksum())
                .isEqualTo("5876ebabc91276a2d91a0de713d7953368d99d0ef33eff84ed21b063bd9c24b9")
                .isEqualTo(Sprites.generate("sprites", 28, Sprites.SEED).test().checksum());
        assertThat(Sprites.generate("sprites", 28, 1).test().checksum())
                .isNotEqualTo(sprites.test().checksum());
    }

    @Test
    void the_large_sprites_are_the_same_shapes_in_the_same_splits() {
        DataSplits large = Datasets.open(DataRequest.of("sprites64", null));
        assertThat(large.test().shape()).isEqualTo(new ImageShape(1, 64, 64));
        assertThat(large.test().checksum())
                .isEqualTo("196bfe963b457fe2c747594ed4bdc892e3f1ec463e04b6b237b3a9670dc89b5a");
        for (int i = 0; i < 50; i++) {
            assertThat(large.test().label(i)).isEqualTo(sprites.test().label(i));
            assertThat(mean(large.test().image(i)))
                    .isCloseTo(mean(sprites.test().image(i)), within(1e-3));
        }
    }

    private static double mean(float[] image) {
        double sum = 0;
        for (float value : image) {
            sum += value;
        }
        return sum / image.length;
    }

    @ParameterizedTest
    @ValueSource(ints = {28, 64, 9})
    void coverage_adds_up_to_the_area_of_the_outline(int side) {
        for (int combination = 0; combination < Sprites.COUNT; combination += 97) {
            Outline outline = Sprites.outline(side, Sprites.Factors.of(combination));
            double sum = 0;
            for (double share : outline.coverage(side)) {
                assertThat(share >= 0 && share <= 1 + 1e-9).isTrue();
                sum += share;
            }
            assertThat(sum).isCloseTo(area(outline), within(1e-9));
        }
    }

    private static double area(Outline outline) {
        double twice = 0;
        for (int i = 0; i < outline.x().length; i++) {
            int j = (i + 1) % outline.x().length;
            twice += outline.x()[i] * outline.y()[j] - outline.x()[j] * outline.y()[i];
        }
        return Math.abs(twice) / 2;
    }

    @ParameterizedTest
    @CsvSource({"0", "5001", "9013", "15999"})
    void coverage_is_the_share_of_points_inside(int combination) {
        Outline outline = Sprites.outline(28, Sprites.Factors.of(combination));
        double[] coverage = outline.coverage(28);
        int grid = 50;
        for (int pixel = 0; pixel < coverage.length; pixel++) {
            int inside = 0;
            for (int k = 0; k < grid * grid; k++) {
                double x = pixel % 28 + (k % grid + 0.5) / grid;
                double y = pixel / 28 + (k / grid + 0.5) / grid;
                inside += contains(outline, x, y) ? 1 : 0;
            }
            // An edge through a pixel puts at most some 2 grid cells a row in doubt.
            assertThat(coverage[pixel]).isCloseTo(inside / (double) (grid * grid), within(0.02));
        }
    }

    private static boolean contains(Outline outline, double x, double y) {
        boolean inside = false;
        double[] xs = outline.x();
        double[] ys = outline.y();
        for (int i = 0, j = xs.length - 1; i < xs.length; j = i++) {
            if (ys[i] > y != ys[j] > y && x < (xs[j] - xs[i]) * (y - ys[i]) / (ys[j] - ys[i]) + xs[i]) {
                inside = !inside;
            }
        }
        return inside;
    }
}
