package io.margrave.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequentialTestTest {

    /** Chance that the test declares P below one half, by summing over every sequence of coins: no shared arithmetic. */
    private static double byEnumeration(SequentialTest test, double p) {
        double chance = 0;
        for (int path = 0; path < 1 << test.most(); path++) {
            int successes = 0;
            int look = 0;
            boolean declared = false;
            for (int draw = 1; draw <= test.most() && !declared; draw++) {
                successes += path >> (draw - 1) & 1;
                if (draw == test.looks().get(look)) {
                    declared = test.below(look, successes);
                    look++;
                }
            }
            int ones = Integer.bitCount(path);
            chance += declared ? Math.pow(p, ones) * Math.pow(1 - p, test.most() - ones) : 0;
        }
        return chance;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.05, 0.01, 0.001})
    void a_fair_coin_is_declared_unfair_at_most_alpha_of_the_time(double alpha) {
        SequentialTest test = SequentialTest.of(List.of(6, 11, 16), alpha);
        double error = byEnumeration(test, 0.5);
        assertThat(error).isLessThanOrEqualTo(alpha);
        assertThat(byEnumeration(test, 0.55)).isLessThanOrEqualTo(error);
    }

    @Test
    void one_look_is_the_test_of_fixed_size() {
        for (int draws : new int[] {20, 100, 1_000}) {
            SequentialTest test = SequentialTest.of(List.of(draws), 0.001);
            int limit = test.limits().get(0);
            assertThat(new Proportion(limit, draws).verdict(0.001)).isEqualTo(Verdict.FAILS);
            assertThat(new Proportion(limit + 1, draws).verdict(0.001)).isNotEqualTo(Verdict.FAILS);
        }
    }

    @Test
    void what_is_declared_early_fails_the_test_of_fixed_size_too() {
        SequentialTest test = SequentialTest.of(List.of(300, 600, 1_000), 0.0008);
        for (int look = 0; look < 3; look++) {
            assertThat(new Proportion(test.limits().get(look), test.looks().get(look)).verdict(0.0008))
                    .isEqualTo(Verdict.FAILS);
        }
    }

    /** 200,000 sequences of 1,000 fair coins; the chance is at most .01, and spends nearly all of it. */
    @Test
    void simulated_errors_keep_to_alpha() {
        SequentialTest test = SequentialTest.of(List.of(300, 600, 1_000), 0.01);
        Random random = new Random(5);
        int errors = 0;
        int runs = 200_000;
        for (int run = 0; run < runs; run++) {
            long successes = 0;
            int drawn = 0;
            for (int look = 0; look < 3; look++) {
                for (; drawn < test.looks().get(look); drawn += 50) {
                    successes += Long.bitCount(random.nextLong() >>> 14);
                }
                if (test.below(look, successes)) {
                    errors++;
                    break;
                }
            }
        }
        // Standard error .0002.
        assertThat((double) errors / runs).isCloseTo(0.0095, within(0.0012));
    }

    /** The cost that docs/theory.md names: at P = .42, 659 of 1,000 draws, by the same sums in NumPy. */
    @Test
    void a_verdict_on_what_is_aimed_at_takes_two_thirds_of_its_draws() {
        SequentialTest test = SequentialTest.of(List.of(300, 600, 1_000), 0.0008);
        Random random = new Random(7);
        int runs = 20_000;
        long drawn = 0;
        for (int run = 0; run < runs; run++) {
            int successes = 0;
            int draws = 0;
            for (int look = 0; look < 3; look++) {
                for (; draws < test.looks().get(look); draws++) {
                    successes += random.nextDouble() < 0.42 ? 1 : 0;
                }
                if (test.below(look, successes) || test.hopeless(look, successes)) {
                    break;
                }
            }
            drawn += draws;
        }
        // The standard error is 1.5 draws.
        assertThat((double) drawn / runs).isCloseTo(658.6, within(6.0));
    }

    @Test
    void giving_up_is_for_what_can_hardly_be_declared_any_more() {
        SequentialTest test = SequentialTest.of(List.of(300, 600, 1_000), 0.001);
        assertThat(test.hopeless(1, test.limits().get(2) + 1L)).isTrue();
        assertThat(test.hopeless(0, 150)).isTrue();
        assertThat(test.hopeless(0, 127)).isFalse();
        assertThat(test.hopeless(2, 0)).isTrue();
    }

    @Test
    void looks_that_do_not_ascend_and_impossible_alphas_are_refused() {
        assertThatThrownBy(() -> SequentialTest.of(List.of(10, 10), 0.01)).hasMessageContaining("ascending");
        assertThatThrownBy(() -> SequentialTest.of(List.of(10), 0.5)).hasMessageContaining("alpha");
    }
}
