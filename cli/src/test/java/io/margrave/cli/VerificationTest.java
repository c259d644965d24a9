package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.robustness.audit.BreakVerifier.Measured;
import io.margrave.theory.Proportion;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
    private static final double ALPHA = 0.001;

    private static Measured measured(double norm, boolean inRange, long within) {
        return new Measured(norm, inRange, new Proportion(within, 1_000));
    }

    @Test
    void breaks_that_measure_as_reported_hold() {
        Verification verification = new Verification(ALPHA);
        for (int i = 0; i < 100; i++) {
            verification.add("point " + i, 1.5, measured(1.5, true, 430));
        }
        assertThat(verification.holds()).isTrue();
        assertThat(verification.line()).startsWith("verified: 100 breaks measured again, 100 confirmed, 0 undecided");
    }

    @Test
    void another_norm_or_a_value_out_of_range_does_not_hold() {
        Verification verification = new Verification(ALPHA);
        verification.add("point 3", 1.5, measured(1.5 + 1e-6, true, 430));
        verification.add("point 4", 1.5, measured(1.5, false, 430));
        assertThat(verification.faults())
                .hasSize(2)
                .anyMatch(fault -> fault.startsWith("point 3: norm"))
                .anyMatch(fault -> fault.startsWith("point 4: outside"));
    }

    @Test
    void an_attack_that_is_longer_than_allowed_or_reported_does_not_hold() {
        Verification verification = new Verification(ALPHA);
        verification.addAttack("attack a", 1.5, 1.5, 1.5 - 1e-7, true);
        verification.addAttack("attack b", 1.5, 1.5, Double.POSITIVE_INFINITY, true);
        assertThat(verification.holds()).isTrue();
        assertThat(verification.line()).startsWith("verified: 2 perturbations of attacks and 0 breaks");
        verification.addAttack("attack c", 1.5, 1.5, 1.4, true);
        verification.addAttack("attack d", 1.5, 1.6, 2, true);
        verification.addAttack("attack e", 1.5, 1.5, 2, false);
        assertThat(verification.faults())
                .containsExactly(
                        "attack c: norm 1.5, allowed 1.4",
                        "attack d: norm 1.6, reported 1.5",
                        "attack e: outside the value range, reported inside");
    }

    @Test
    void an_input_that_is_not_broken_does_not_hold() {
        Verification verification = new Verification(ALPHA);
        verification.add("point 3", 1.5, measured(1.5, true, 700));
        assertThat(verification.holds()).isFalse();
        assertThat(verification.faults().get(0)).startsWith("point 3: no break");
    }

    /** Reports at the very edge, P = 1/2, are the worst that can be true: the run may fail in a share of alpha or so. */
    @Test
    void true_reports_are_seldom_called_false() {
        SplittableRandom random = new SplittableRandom(1);
        int failed = 0;
        for (int run = 0; run < 200; run++) {
            Verification verification = new Verification(0.01);
            for (int i = 0; i < 100; i++) {
                int within = 0;
                for (int draw = 0; draw < 500; draw++) {
                    within += random.nextBoolean() ? 1 : 0;
                }
                verification.add("point", 1, new Measured(1, true, new Proportion(within, 500)));
            }
            failed += verification.holds() ? 0 : 1;
        }
        // Binomial(200, 0.02) is above 10 with a chance of 2e-3.
        assertThat(failed).isLessThanOrEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100})
    void many_small_contradictions_are_more_than_chance(int contradicted) {
        Verification verification = new Verification(ALPHA);
        for (int i = 0; i < 1_000; i++) {
            verification.add("point " + i, 1, measured(1, true, i < contradicted ? 553 : 450));
        }
        assertThat(verification.faults()).hasSize(contradicted);
    }

    @Test
    void one_small_contradiction_among_many_is_chance() {
        Verification verification = new Verification(ALPHA);
        for (int i = 0; i < 1_000; i++) {
            verification.add("point " + i, 1, measured(1, true, i < 1 ? 553 : 450));
        }
        assertThat(verification.holds()).isTrue();
        assertThat(verification.line()).contains("1 contradicted");
    }
}
