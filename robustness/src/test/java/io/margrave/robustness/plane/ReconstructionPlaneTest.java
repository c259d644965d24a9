package io.margrave.robustness.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.results.experiment.Slice;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class ReconstructionPlaneTest {
    private static final float[][] JACOBIAN = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};

    private static Slice slice(double[] stdDev, double r) {
        float[][] decoder = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}};
        return Planes.reconstructions(Linear.subject(Linear.open(JACOBIAN, stdDev, decoder), r, 0.1, 0, 0, 0));
    }

    @Test
    void two_latents_lie_in_the_plane_whole() {
        try (PointerScope scope = new PointerScope()) {
            double r = 1.1;
            Slice slice = Planes.reconstructions(Linear.subject(
                    Linear.open(
                            new float[][] {{1, 0, 0}, {0, 1, 0}},
                            new double[] {1.0, 0.5},
                            // Of orthogonal columns, none along a pixel.
                            new float[][] {{1, 2}, {2, -1}, {0, 0}}),
                    r,
                    0.1,
                    0,
                    0));
            assertThat(slice.marks()).hasSize(1_000);
            assertThat(slice.marks())
                    .allSatisfy(
                            mark -> assertThat(mark.inside()).isEqualTo(Math.hypot(mark.first(), mark.second()) <= r));
            assertThat(slice.marks()).extracting(Slice.Mark::inside).contains(true, false);
            assertThat(Linear.length(slice, "explained")).isCloseTo(1, within(1e-6));
            assertThat(Linear.length(slice, "r")).isEqualTo(r);
            assertThat(slice.field()).isEmpty();
        }
    }

    @Test
    void the_axes_are_those_of_most_spread() {
        try (PointerScope scope = new PointerScope()) {
            Slice slice = slice(new double[] {0.3, 1.5, 0.8}, 1);
            // Five standard errors of a variance from 1,000 draws are 22 %.
            assertThat(meanSquare(slice, true)).isCloseTo(2.25, within(0.22 * 2.25));
            assertThat(meanSquare(slice, false)).isCloseTo(0.64, within(0.22 * 0.64));
            assertThat(Linear.length(slice, "explained")).isCloseTo(2.89 / 2.98, within(0.01));
        }
    }

    private static double meanSquare(Slice slice, boolean first) {
        return slice.marks().stream()
                .mapToDouble(mark -> first ? mark.first() : mark.second())
                .map(coordinate -> coordinate * coordinate)
                .average()
                .orElseThrow();
    }

    @Test
    void a_mark_is_inside_by_its_distance_in_all_dimensions() {
        try (PointerScope scope = new PointerScope()) {
            double r = 1.5;
            Slice slice = slice(new double[] {1, 1, 1}, r);
            long inside = slice.marks().stream().filter(Slice.Mark::inside).count();
            // Chi-square of three degrees of freedom at r^2, with four standard errors; on the plane alone it were 675.
            assertThat(inside).isBetween(478 - 63L, 478 + 63L);
            assertThat(slice.marks()).anyMatch(mark -> !mark.inside() && Math.hypot(mark.first(), mark.second()) <= r);
            assertThat(slice.marks()).noneMatch(mark -> mark.inside() && Math.hypot(mark.first(), mark.second()) > r);
        }
    }

    @Test
    void what_is_no_number_is_refused_in_one_line() {
        try (PointerScope scope = new PointerScope()) {
            Subject subject = Linear.subject(
                    Linear.open(new float[][] {{1, 0}}, new double[] {0.5}, new float[][] {{Float.NaN}, {0}}),
                    1,
                    0.5,
                    0);
            assertThatThrownBy(() -> Planes.reconstructions(subject))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("image 7")
                    .hasMessageNotContaining("\n");
        }
    }
}
