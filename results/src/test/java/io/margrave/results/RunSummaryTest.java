package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.results.RunSummary.BoundComparison;
import io.margrave.results.RunSummary.RadiusSummary;
import io.margrave.results.RunSummary.Reading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSummaryTest {

    private static RadiusSummary only(RunResults run) {
        return RunSummary.of(run).models().get(0).at(Rows.R);
    }

    @Test
    void censored_points_count_as_infinite_in_the_quantiles_of_an_upper_bound() {
        RadiusSummary summary = only(Rows.run("a", "m", Arrays.asList(1.0, 2.0, null, null, null)));
        assertThat(summary.of(MarginMethod.MARGIN_UPPER).censored()).isEqualTo(3);
        assertThat(summary.of(MarginMethod.MARGIN_UPPER).median().estimate()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(summary.of(MarginMethod.MARGIN_UPPER).quantiles().get(1).estimate())
                .isEqualTo(2.0);
    }

    @Test
    void a_quantile_is_the_smallest_value_with_that_share_at_or_below_it() {
        double[] tenths = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        for (int i = 1; i < 10; i++) {
            assertThat(QuantileEstimate.of(tenths, i / 10.0, 0.01).estimate()).isEqualTo(i);
        }
        assertThat(QuantileEstimate.of(tenths, 0.55, 0.01).estimate()).isEqualTo(6);
        assertThat(QuantileEstimate.of(new double[] {3}, 0.01, 0.01).estimate()).isEqualTo(3);
    }

    @Test
    void an_interval_that_does_not_exist_at_so_few_points_is_unbounded() {
        QuantileEstimate median = only(Rows.run("a", "m", List.of(1.0, 2.0, 3.0)))
                .of(MarginMethod.MARGIN_UPPER)
                .median();
        assertThat(median.low()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(median.high()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void an_attack_below_a_bound_of_its_own_kind_is_a_violation_and_else_a_broken_assumption() {
        // Whitened bound 0.2. Full attacks 0.15 and 1, mean-only attacks 0.25 and none.
        RunResults run = Rows.run("a", List.of(Rows.row("m", 0, 0.1, 0.15, 0.25), Rows.row("m", 1, 0.1, 1.0, null)));
        List<BoundComparison> comparisons = only(run).comparisons();
        assertThat(comparisons)
                .contains(new BoundComparison("bound_whitened", "margin_upper", Reading.ASSUMPTION_BROKEN, 2, 1))
                .contains(new BoundComparison("bound_whitened", "margin_upper_mean_only", Reading.VIOLATION, 1, 0))
                .contains(new BoundComparison("bound_frobenius", "margin_upper", Reading.ASSUMPTION_BROKEN, 2, 0))
                .hasSize(6);
    }

    @Test
    void what_was_not_asked_for_has_no_entry() {
        RadiusSummary summary = only(Rows.run("a", "m", List.of(1.0)));
        assertThatThrownBy(() -> summary.of(MarginMethod.MARGIN_UPPER_UNBOXED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("margin_upper_unboxed");
    }

    @Test
    void ratios_and_attack_figures_are_over_points_not_rows() {
        RunSummary.ModelSummary model =
                RunSummary.of(Rows.run("a", "m", List.of(1.0, 2.0))).models().get(0);
        RunSummary.RatioSummary ratio = model.at(Rows.R).whitenedToFrobenius();
        assertThat(ratio).isNotNull();
        assertThat(ratio.points()).isEqualTo(2);
        assertThat(ratio.mean()).isCloseTo(2, within(1e-12));
        RunSummary.AttackSummary attack = model.attack();
        assertThat(attack).isNotNull();
        assertThat(attack.points()).isEqualTo(2);
        assertThat(attack.natsLost().estimate()).isEqualTo(50);
        assertThat(attack.degradation()).isNotNull();
        assertThat(attack.degradation().estimate()).isEqualTo(-0.5);
    }

    @Test
    void a_run_with_a_missing_row_is_not_complete() {
        List<AuditRow> rows = new ArrayList<>();
        for (String model : List.of("m", "n")) {
            for (int point = 0; point < 3; point++) {
                rows.add(Rows.row(model, point, 0.1, 1.0, 1.0));
            }
        }
        assertThat(RunSummary.of(Rows.run("a", rows)).complete()).isTrue();
        assertThat(RunSummary.of(Rows.run("a", rows.subList(0, 5))).complete()).isFalse();
    }

    @Test
    void a_summary_survives_json() throws Exception {
        ObjectMapper json = new ObjectMapper();
        RunSummary summary = RunSummary.of(Rows.run("a", "m", Arrays.asList(1.0, null, null)));
        assertThat(json.readValue(json.writeValueAsString(summary), RunSummary.class))
                .isEqualTo(summary);
    }

    @Test
    void bounds_that_are_withheld_are_nowhere_and_attacks_stay() {
        RunResults run = Rows.run("a", List.of(Rows.withheld("m", 0, 0.5, 0.6), Rows.withheld("m", 1, 0.7, null)));
        RadiusSummary summary = only(run);
        assertThat(summary.methods())
                .extracting(RunSummary.MethodSummary::method)
                .containsExactly("margin_upper", "margin_upper_mean_only");
        assertThat(summary.has(MarginMethod.BOUND_WHITENED)).isFalse();
        assertThat(summary.has(MarginMethod.MARGIN_UPPER)).isTrue();
        assertThat(summary.comparisons()).isEmpty();
        assertThat(summary.whitenedToFrobenius()).isNull();
    }

    @Test
    void a_gate_and_a_comparison_on_a_withheld_bound_say_why_there_is_none() {
        RunResults run = Rows.run("a", List.of(Rows.withheld("m", 0, 0.5, 0.6)));
        assertThatThrownBy(() -> new Gate(0.1, Rows.R, 0.5, MarginMethod.BOUND_WHITENED).judge(run))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "bound_whitened is withheld from model m: its posterior is deterministic, and the bound is measured"
                                + " in sigma; choose margin_upper");
        assertThatThrownBy(() -> Comparison.of(run, run, MarginMethod.BOUND_WHITENED, 0.01))
                .hasMessageContaining("withheld from model m");
        assertThat(new Gate(0.1, Rows.R, 0.5, MarginMethod.MARGIN_UPPER).judge(run))
                .hasSize(1);
    }
}
