package io.margrave.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class FixedSequenceTest {

    private static final Proportion BROKEN = new Proportion(10, 100);
    private static final Proportion UNDECIDED = new Proportion(50, 100);
    private static final Proportion ROBUST = new Proportion(90, 100);

    private static IntPredicate fails(IntFunction<Proportion> draws, double alpha) {
        return i -> draws.apply(i).verdict(alpha) == Verdict.FAILS;
    }

    @Test
    void the_last_of_the_first_run_of_breaks_is_reported() {
        List<Proportion> tests = List.of(BROKEN, BROKEN, BROKEN, UNDECIDED, BROKEN);
        assertThat(FixedSequence.lastVerified(tests.size(), fails(tests::get, 0.001)))
                .hasValue(2);
        assertThat(FixedSequence.lastVerified(3, fails(tests::get, 0.001))).hasValue(2);
        assertThat(FixedSequence.lastVerified(1, fails(tests::get, 0.001))).hasValue(0);
    }

    @Test
    void nothing_is_reported_where_the_first_is_not_verified() {
        assertThat(FixedSequence.lastVerified(2, fails(List.of(UNDECIDED, BROKEN)::get, 0.001)))
                .isEmpty();
        assertThat(FixedSequence.lastVerified(2, fails(List.of(ROBUST, BROKEN)::get, 0.001)))
                .isEmpty();
    }

    @Test
    void no_test_is_drawn_after_the_first_that_is_not_verified() {
        List<Integer> drawn = new ArrayList<>();
        List<Proportion> tests = List.of(BROKEN, UNDECIDED, BROKEN);
        FixedSequence.lastVerified(
                3,
                fails(
                        i -> {
                            drawn.add(i);
                            return tests.get(i);
                        },
                        0.001));
        assertThat(drawn).containsExactly(0, 1);
    }

    @Test
    void no_candidate_is_no_break() {
        IntFunction<Proportion> never = i -> {
            throw new AssertionError("drew " + i);
        };
        assertThat(FixedSequence.lastVerified(0, fails(never, 0.001))).isEmpty();
        assertThatThrownBy(() -> FixedSequence.lastVerified(-1, fails(never, 0.001)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("candidates >= 0, got -1");
    }

    /** Fifty candidates, none a break, each as near to one as can be: the worst case. */
    @Test
    void a_false_break_is_reported_no_more_often_than_alpha_and_the_smallest_of_many_far_more_often() {
        double alpha = 0.05;
        int runs = 20_000;
        int candidates = 50;
        SplittableRandom random = new SplittableRandom(20);
        int[] successes = binomialTable(400, 0.501);
        IntFunction<Proportion> nearMiss = i -> new Proportion(successes[random.nextInt(successes.length)], 400);

        boolean[] fails = new boolean[401];
        for (int i = 0; i <= 400; i++) {
            fails[i] = new Proportion(i, 400).verdict(alpha) == Verdict.FAILS;
        }

        int falseBreaks = 0;
        int falseSmallest = 0;
        for (int run = 0; run < runs; run++) {
            if (FixedSequence.lastVerified(candidates, fails(nearMiss, alpha)).isPresent()) {
                falseBreaks++;
            }
            for (int i = 0; i < candidates; i++) {
                if (fails[(int) nearMiss.apply(i).successes()]) {
                    falseSmallest++;
                    break;
                }
            }
        }

        // Five standard errors above alpha.
        assertThat((double) falseBreaks / runs).isLessThan(alpha + 5 * Math.sqrt(alpha * (1 - alpha) / runs));
        assertThat((double) falseSmallest / runs).isGreaterThan(10 * alpha);
    }

    /** True breaks first, then near misses: the report may end among the near misses with a chance of at most alpha. */
    @Test
    void true_breaks_before_the_near_misses_do_not_spend_the_chance_of_error() {
        double alpha = 0.05;
        int runs = 20_000;
        SplittableRandom random = new SplittableRandom(21);
        int[] successes = binomialTable(400, 0.501);
        IntFunction<Proportion> test =
                i -> i < 5 ? BROKEN : new Proportion(successes[random.nextInt(successes.length)], 400);

        int wrong = 0;
        int right = 0;
        for (int run = 0; run < runs; run++) {
            int reported = FixedSequence.lastVerified(30, fails(test, alpha)).orElseThrow();
            if (reported >= 5) {
                wrong++;
            } else if (reported == 4) {
                right++;
            }
        }
        assertThat((double) wrong / runs).isBetween(0.2 * alpha, alpha + 5 * Math.sqrt(alpha * (1 - alpha) / runs));
        assertThat(right + wrong).isEqualTo(runs);
    }

    /** Quantiles of Binomial(trials, p) at 100,000 even levels: a draw is one look-up. */
    private static int[] binomialTable(int trials, double p) {
        BinomialDistribution binomial = BinomialDistribution.of(trials, p);
        int[] table = new int[100_000];
        int s = 0;
        for (int i = 0; i < table.length; i++) {
            while (binomial.cumulativeProbability(s) < (i + 0.5) / table.length) {
                s++;
            }
            table[i] = s;
        }
        return table;
    }
}
