package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.theory.Guarantee;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class RadiusAuditTest {
    private static Margin margin(String method, Side side, Kind kind, boolean boxed, double value, boolean censored) {
        Guarantee guarantee = side == Side.LOWER ? Guarantee.FIRST_ORDER : Guarantee.STATISTICAL;
        return new Margin("m", 7, 4.875, method, side, kind, Norm.L2, boxed, guarantee, 0.001, value, censored);
    }

    private static String line(Margin... margins) {
        return new RadiusAudit(4.875, new Proportion(9, 10), Verdict.HOLDS, List.of(margins), List.of(), List.of())
                .line();
    }

    @Test
    void an_estimate_stands_beside_the_smallest_verified_break_each_with_its_label() {
        assertThat(line(
                        margin("frobenius", Side.LOWER, Kind.MEAN_ONLY, false, 0.125, false),
                        margin("whitened", Side.LOWER, Kind.MEAN_ONLY, false, 0.318, false),
                        margin("break-search", Side.UPPER, Kind.FULL, true, 1.87, false),
                        margin("break-search", Side.UPPER, Kind.MEAN_ONLY, true, 1.5, false)))
                .isEqualTo("r = 4.875: estimate 0.318 (whitened, lower, mean-only, FIRST_ORDER);"
                        + " margin <= 1.87 (break-search, full, in range, STATISTICAL)");
    }

    @Test
    void an_estimate_above_the_break_is_no_contradiction_in_the_line() {
        assertThat(line(
                        margin("whitened", Side.LOWER, Kind.MEAN_ONLY, false, Double.POSITIVE_INFINITY, false),
                        margin("break-search", Side.UPPER, Kind.FULL, true, 0, false)))
                .isEqualTo("r = 4.875: estimate inf (whitened, lower, mean-only, FIRST_ORDER);"
                        + " margin <= 0 (break-search, full, in range, STATISTICAL)");
    }

    @Test
    void a_censored_search_bounds_nothing() {
        Margin none = margin("break-search", Side.UPPER, Kind.FULL, true, 28, true);
        assertThat(line(none))
                .isEqualTo("r = 4.875: no lower bound; no break found up to 28 (break-search, full, in range)");
        Margin found = margin("other-search", Side.UPPER, Kind.FULL, true, 2.5, false);
        assertThat(line(none, found)).isEqualTo(line(found, none)).contains("margin <= 2.5 (other-search");
        Margin further = margin("other-search", Side.UPPER, Kind.FULL, true, 30, true);
        assertThat(line(none, further)).isEqualTo(line(further, none)).contains("up to 30 (other-search");
    }
}
