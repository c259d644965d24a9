package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SignTestTest {
    private static final double NONE_FOUND = Double.POSITIVE_INFINITY;

    @Test
    void an_infinite_value_is_larger_than_any_other_and_equal_to_itself() {
        SignTest signs = SignTest.NONE.and(1, NONE_FOUND).and(NONE_FOUND, 2).and(NONE_FOUND, NONE_FOUND);
        assertThat(signs).isEqualTo(new SignTest(1, 1, 1));
    }

    @Test
    void p_values_are_exact_binomial_tails_that_ties_do_not_change() {
        // 9 or 10 of 10: 11 / 1024; 1 or more of 10: 1023 / 1024.
        SignTest signs = new SignTest(9, 1, 50);
        assertThat(signs.pSmaller()).isCloseTo(11.0 / 1024, within(1e-15));
        assertThat(signs.pLarger()).isCloseTo(1023.0 / 1024, within(1e-15));
        assertThat(new SignTest(0, 0, 7).pLarger()).isEqualTo(1);
    }

    @Test
    void turning_every_pair_round_swaps_the_two_p_values() {
        SignTest there = SignTest.NONE.and(1, 2).and(1, 3).and(5, 4);
        SignTest back = SignTest.NONE.and(2, 1).and(3, 1).and(4, 5);
        assertThat(back.pSmaller()).isEqualTo(there.pLarger());
        assertThat(back.pLarger()).isEqualTo(there.pSmaller());
    }

    @Test
    void what_is_no_number_is_not_compared() {
        assertThatThrownBy(() -> SignTest.NONE.and(1, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
    }
}
