package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateTest {

    private static List<Double> oneToHundred() {
        return DoubleStream.iterate(1, x -> x + 1).limit(100).boxed().toList();
    }

    private static Check judge(double below, double r, List<@Nullable Double> margins) {
        return new Gate(below, r, 0.5, MarginMethod.MARGIN_UPPER)
                .judge(Rows.run("a", "m", margins))
                .get(0);
    }

    @Test
    void the_lower_end_of_the_interval_decides_not_the_estimate() {
        // The median's estimate is 50; its lower end at alpha = 0.01 is the 38th of 100 (Conover 1999, section 3.2).
        assertThat(judge(38, 4, oneToHundred()).outcome()).isEqualTo(Check.Outcome.PASS);
        assertThat(judge(38.01, 4, oneToHundred()).outcome()).isEqualTo(Check.Outcome.FAIL);
    }

    @Test
    void too_few_points_fail_and_say_so() {
        Check check = judge(0, 4, List.of(5.0, 6.0, 7.0));
        assertThat(check.outcome()).isEqualTo(Check.Outcome.FAIL);
        assertThat(check.evidence()).contains("too few points").doesNotContain("\n");
    }

    @Test
    void a_run_in_which_nothing_breaks_passes_every_threshold() {
        assertThat(judge(1e9, 4, Collections.nCopies(100, null)).outcome()).isEqualTo(Check.Outcome.PASS);
    }

    @Test
    void a_radius_or_method_that_the_run_lacks_is_refused() {
        assertThat(judge(1, 4.0000001, oneToHundred()).outcome()).isEqualTo(Check.Outcome.PASS);
        assertThatThrownBy(() -> judge(1, 5, oneToHundred()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no radius r = 5.0: want one of [4.0]");
        assertThatThrownBy(() -> new Gate(1, 4, 0.5, MarginMethod.MARGIN_UPPER_UNBOXED)
                        .judge(Rows.run("a", "m", oneToHundred())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no margin_upper_unboxed");
        assertThatThrownBy(() -> MarginMethod.of("median"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bound_frobenius");
    }

    @Test
    void a_plan_is_known_to_fit_before_the_run_begins() {
        AuditPlan plan = Rows.run("a", "m", oneToHundred()).plan();
        assertThat(new Gate(1, 4.0039, 0.5, MarginMethod.BOUND_WHITENED).radiusIn(plan))
                .isEqualTo(4);
        assertThatThrownBy(() -> new Gate(1, 4.0041, 0.5, MarginMethod.BOUND_WHITENED).radiusIn(plan))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the plan has no radius r = 4.0041: want one of [4.0], or audit with it");
        assertThatThrownBy(() -> new Gate(1, 4, 0.5, MarginMethod.MARGIN_UPPER_UNBOXED).radiusIn(plan))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the plan has no margin_upper_unboxed: want one of [bound_frobenius, ");
    }

    @Test
    void an_unfinished_run_is_not_judged() {
        RunResults whole = Rows.run("a", "m", oneToHundred());
        RunResults half = new RunResults(
                whole.plan(), whole.info(), whole.models(), whole.rows().subList(0, 50), List.of(), List.of());
        assertThatThrownBy(() -> new Gate(1, 4, 0.5, MarginMethod.MARGIN_UPPER).judge(half))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("50 of 100 points");
    }
}
