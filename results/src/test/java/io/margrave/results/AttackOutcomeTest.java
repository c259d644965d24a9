package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AttackOutcomeTest {

    private static final int PIXELS = 100;

    private static AttackOutcome outcome(double logLikClean, double logLikAttacked) {
        return new AttackOutcome(
                1, 1, 2, null, null, 1, logLikClean, logLikAttacked, new float[PIXELS], new float[PIXELS]);
    }

    @Test
    void a_less_likely_input_is_a_negative_degradation_whatever_the_sign_of_the_log_likelihood() {
        assertThat(outcome(-100, -150).degradation()).isCloseTo(-0.5, within(1e-15));
        assertThat(outcome(100, 50).degradation()).isCloseTo(-0.5, within(1e-15));
        assertThat(outcome(100, -100).degradation()).isCloseTo(-2, within(1e-15));
    }

    @Test
    void a_likelier_input_is_a_positive_degradation() {
        assertThat(outcome(-100, -50).degradation()).isCloseTo(0.5, within(1e-15));
        assertThat(outcome(100, 150).degradation()).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void an_attack_that_changes_nothing_degrades_nothing() {
        assertThat(outcome(-100, -100).degradation()).isZero();
    }

    @Test
    void a_log_likelihood_under_a_thousandth_of_a_nat_a_pixel_is_too_near_zero_to_divide_by() {
        assertThat(outcome(0, -10).degradation()).isNull();
        assertThat(outcome(0.0999, -10).degradation()).isNull();
        assertThat(outcome(-0.0999, -10).degradation()).isNull();
        assertThat(outcome(-0.1001, -10).degradation()).isNotNull().isNegative();
        assertThat(outcome(0.1001, -10).degradation()).isNotNull().isNegative();
    }
}
