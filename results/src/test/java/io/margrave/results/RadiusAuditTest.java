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
    void a_line_has_the_best_bound_of_each_side_with_its_label() {
        assertThat(line(
                        margin("frobenius", Side.LOWER, Kind.MEAN_ONLY, false, 0.125, false),
                        margin("whitened", Side.LOWER, Kind.MEAN_ONLY, false, 0.318, false),
                        margin("break-search", Side.UPPER, Kind.FULL, true, 1.87, false),
                        margin("break-search", Side.UPPER, Kind.MEAN_ONLY, true, 1.5, false)))
                .isEqualTo("r = 4.88: 0.318 (whitened, FIRST_ORDER) <= margin <= 1.87 (break-search, STATISTICAL)");
    }

    @Test
    void a_censored_search_bounds_nothing() {
        assertThat(line(margin("break-search", Side.UPPER, Kind.FULL, true, 28, true)))
                .isEqualTo("r = 4.88: 0 <= margin <= ? (no break found)");
    }
}
