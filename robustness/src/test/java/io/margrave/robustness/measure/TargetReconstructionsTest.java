package io.margrave.robustness.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.robustness.audit.LinearVae;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class TargetReconstructionsTest {

    private static ImageSet images() {
        float[] values = new float[20 * 4];
        Noise.Stream stream = new Noise(1, "images").stream(0, "pixels", 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) stream.nextDouble();
        }
        return ArrayImageSet.of("noise", LinearVae.SHAPE, ValueRange.UNIT, values, new int[20], List.of());
    }

    @Test
    void a_linear_model_makes_three_times_its_first_two_pixels_of_a_target() {
        ImageSet images = images();
        try (PointerScope scope = new PointerScope()) {
            // More than one block, and a target twice.
            int[] targets = new int[300];
            Arrays.setAll(targets, i -> (7 * i) % images.size());
            float[][] made = TargetReconstructions.of(LinearVae.open(), images, targets);
            assertThat(made).hasDimensions(300, 4);
            for (int i = 0; i < targets.length; i++) {
                float[] x = images.image(targets[i]);
                assertThat(made[i]).containsExactly(new float[] {3 * x[0], 3 * x[1], 0, 0}, within(1e-5f));
            }
        }
    }

    @Test
    void no_targets_give_no_reconstructions() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(TargetReconstructions.of(LinearVae.open(), images(), new int[0]))
                    .isEmpty();
        }
    }

    @Test
    void an_attack_succeeds_past_the_middle_of_the_way_to_the_target() {
        float[] source = {0, 0, 1};
        float[] target = {1, 0, 1};
        assertThat(TargetReconstructions.nearerTarget(new float[] {0.51f, 0, 1}, source, target))
                .isTrue();
        assertThat(TargetReconstructions.nearerTarget(new float[] {0.49f, 0, 1}, source, target))
                .isFalse();
        // What moved across the way is as near as before, however far.
        assertThat(TargetReconstructions.nearerTarget(new float[] {0.51f, 40, -3}, source, target))
                .isTrue();
        assertThat(TargetReconstructions.nearerTarget(new float[] {0.5f, 0, 1}, source, target))
                .isFalse();
        assertThat(TargetReconstructions.nearerTarget(new float[] {Float.NaN, 0, 1}, source, target))
                .isFalse();
    }

    @Test
    void images_of_different_sizes_are_refused() {
        assertThatThrownBy(() -> TargetReconstructions.nearerTarget(new float[2], new float[2], new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one size");
    }
}
