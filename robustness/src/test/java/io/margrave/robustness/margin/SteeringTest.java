package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.robustness.attack.Ascent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SteeringTest {

    private static Steering.Move secant(double clean, double within, double excess) {
        return Steering.bySecant(new double[] {0, clean}, 1).follow(1, 3, new Steering.Seen(within, excess), 0, 10);
    }

    /** From -4 at norm 0 to the excess at norm 3; at most a factor of two either way. */
    @ParameterizedTest
    @CsvSource({"-1, 4", "0, 3", "2, 2", "-2, 6", "-3.5, 6", "-5, 6", "20, 1.5"})
    void a_line_from_the_anchor_says_where_the_boundary_is(double excess, double boundary) {
        Steering.Move move = secant(-4, 1, excess);
        assertThat(move.boundary()).isCloseTo(boundary, within(1e-12));
        assertThat(move.radius()).isCloseTo(Math.sqrt(3 * boundary), within(1e-12));
    }

    /** What isn't a number counts as broken. */
    @ParameterizedTest
    @CsvSource({"-4, 0, NaN, 1.5", "NaN, 0, 2, 1.5", "NaN, 1, -2, 6", "1, 0, 2, 1.5"})
    void where_the_line_says_nothing_the_radius_shrinks_while_the_point_is_broken(
            double clean, double within, double excess, double boundary) {
        assertThat(secant(clean, within, excess).boundary()).isEqualTo(boundary);
    }

    @Test
    void an_anchor_on_the_boundary_draws_the_radius_in_but_not_to_nothing() {
        Steering.Move move = Steering.bySecant(new double[1], 0.1).follow(0, 0.12, new Steering.Seen(0, 1e-3), 0, 10);
        assertThat(move.boundary()).isEqualTo(0.1);
    }

    @Test
    void by_its_share_a_radius_grows_while_the_point_holds_and_moves_less_and_less() {
        Steering steering = Steering.byShare(new Ascent.HalfCosine(0.2, 0.01), 0.42);
        Steering.Seen holds = new Steering.Seen(1, -1);
        Steering.Seen broken = new Steering.Seen(0, 1);
        assertThat(steering.follow(0, 3, holds, 0, 10).radius()).isCloseTo(3 * Math.exp(0.2 * 0.58), within(1e-12));
        assertThat(steering.follow(0, 3, broken, 9, 10).boundary())
                .isCloseTo(3 * Math.exp(-0.01 * 0.42), within(1e-12));
        assertThat(steering.follow(0, 3, new Steering.Seen(0.42, 0), 4, 10).radius())
                .isEqualTo(3);
    }
}
