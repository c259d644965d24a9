package io.margrave.robustness.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.experiment.Slice;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class LatentPlaneTest {
    // In standard deviations, the decoder stretches the three latents by 0.5, 2 and 0.3.
    private static final float[][] JACOBIAN = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    private static final double[] STD_DEV = {0.1, 0.5, 0.3};
    private static final float[][] DECODER = {{5, 0, 0}, {0, 4, 0}, {0, 0, 1}};

    @Test
    void a_linear_decoder_stretches_the_plane_by_its_whitened_columns() {
        try (PointerScope scope = new PointerScope()) {
            // The break moves the first latent by 0.25, 2.5 standard deviations.
            Slice slice =
                    Planes.latent(Linear.subject(Linear.open(JACOBIAN, STD_DEV, DECODER), 1.5, 0.25, 0, 0), 0.975);
            int side = slice.axis().size();
            assertThat(side).isEqualTo(61);
            assertThat(slice.axis().get(60)).isEqualTo(4);
            for (int row = 0; row < side; row++) {
                for (int column = 0; column < side; column++) {
                    double a = slice.axis().get(column);
                    double b = slice.axis().get(row);
                    assertThat(slice.field().get(row * side + column))
                            .isCloseTo(Math.hypot(0.5 * a, 2 * b) / 1.5, within(1e-5));
                }
            }
            assertThat(slice.marks()).singleElement().satisfies(mark -> {
                assertThat(mark.first()).isCloseTo(2.5, within(1e-5));
                assertThat(mark.second()).isZero();
                assertThat(mark.inside()).isTrue();
            });
            assertThat(Linear.length(slice, "half_space")).isCloseTo(1.959964, within(1e-6));
        }
    }

    @Test
    void the_plane_reaches_one_standard_deviation_beyond_the_attacked_mean() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = Planes.latent(Linear.subject(Linear.open(JACOBIAN, STD_DEV, DECODER), 1.5, 0.5, 0, 0), 0.4);
            assertThat(slice.axis().get(60)).isCloseTo(6, within(1e-5));
            assertThat(slice.marks().get(0).inside()).isFalse();
            assertThat(Linear.length(slice, "half_space")).isZero();
        }
    }

    @Test
    void the_second_axis_is_orthogonal_to_a_first_that_the_decoder_stretches_most() {
        try (PointerScope scope = new PointerScope()) {
            // The break moves the second latent by one standard deviation; of the other two the first is stretched
            // more.
            Slice slice = Planes.latent(Linear.subject(Linear.open(JACOBIAN, STD_DEV, DECODER), 1, 0, 0.5, 0), 0.9);
            int side = slice.axis().size();
            double last = slice.axis().get(side - 1);
            assertThat(slice.field().get(side * side - 1)).isCloseTo(Math.hypot(2 * last, 0.5 * last), within(1e-5));
            assertThat(slice.marks().get(0).first()).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void one_latent_has_no_second_axis() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = Planes.latent(
                    Linear.subject(
                            Linear.open(new float[][] {{1, 0}}, new double[] {0.5}, new float[][] {{2}, {0}}),
                            1,
                            0.5,
                            0),
                    0.9);
            int side = slice.axis().size();
            for (int row = 0; row < side; row++) {
                for (int column = 0; column < side; column++) {
                    assertThat(slice.field().get(row * side + column))
                            .isCloseTo(Math.abs(slice.axis().get(column)), within(1e-5));
                }
            }
        }
    }

    @Test
    void a_break_that_does_not_move_the_mean_still_has_a_plane() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = Planes.latent(
                    Linear.subject(
                            Linear.open(new float[][] {{1, 0, 0}, {0, 1, 0}}, new double[] {0.5, 0.5}, new float[][] {
                                {1, 0}, {0, 1}, {0, 0}
                            }),
                            1,
                            0,
                            0,
                            0.4),
                    0.9);
            // Whatever the axes, as long as they are orthogonal, this decoder keeps angles.
            int side = slice.axis().size();
            assertThat(slice.field().get(side * side - 1)).isCloseTo(0.5 * 4 * Math.sqrt(2), within(1e-5));
            assertThat(slice.field().get(0)).isCloseTo(0.5 * 4 * Math.sqrt(2), within(1e-5));
            assertThat(slice.marks().get(0).first()).isZero();
        }
    }
}
