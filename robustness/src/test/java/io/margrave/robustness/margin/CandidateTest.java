package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.theory.SequentialTest;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.DiscreteDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class CandidateTest {

    @Test
    void lies_what_a_verdict_can_tell_and_some_standard_errors_below_one_half() {
        // 0.5 - 3.0902 x 0.0158 - 2 hypot(0.0158, 0.012)
        assertThat(new Candidate(2, 0.012, 1.01).within(1_000, 0.001)).isCloseTo(0.41144, within(1e-5));
    }

    @Test
    void comes_nearer_to_one_half_the_more_draws_tell_and_never_below_a_limit() {
        Candidate candidate = new Candidate(1, 0.01, 1.01);
        assertThat(candidate.within(200, 0.001)).isBetween(0.34, 0.36);
        assertThat(candidate.within(10_000, 0.001)).isBetween(0.47, 0.48);
        assertThat(candidate.within(12, 0.001)).isEqualTo(0.05);
    }

    /** P is predicted, off by its standard error; then its verdict draws. */
    @Test
    void verdicts_fail_about_as_often_as_a_normal_deviate_is_larger_than_its_standard_errors() {
        double alpha = 0.0005;
        SequentialTest test = SequentialTest.of(List.of(200, 400, 600, 800, 1_000), alpha);
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(7);
        var normal = NormalDistribution.of(0, 1).createSampler(random);
        double known = 0.0115;
        int failed = 0;
        int trials = 4_000;
        double aimed = new Candidate(0.9, known, 1.001).within(1_000, alpha);
        for (int i = 0; i < trials; i++) {
            double p = aimed + known * normal.sample();
            failed += verified(test, BinomialDistribution.of(200, p).createSampler(random)) ? 0 : 1;
        }
        // 0.184, and a little more: five looks are stricter than one.
        assertThat((double) failed / trials).isBetween(0.17, 0.27);
    }

    private static boolean verified(SequentialTest test, DiscreteDistribution.Sampler twoHundredDraws) {
        long within = 0;
        for (int look = 0; look < test.looks().size(); look++) {
            within += twoHundredDraws.sample();
            if (test.below(look, within)) {
                return true;
            }
            if (test.hopeless(look, within)) {
                return false;
            }
        }
        return false;
    }
}
