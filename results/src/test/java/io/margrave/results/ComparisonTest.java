package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

    private static Comparison.Paired compare(List<@Nullable Double> before, List<@Nullable Double> after) {
        return Comparison.of(Rows.run("a", "m", before), Rows.run("b", "m", after), MarginMethod.MARGIN_UPPER, 0.01)
                .tests()
                .get(0);
    }

    private static List<Double> plus(double shift) {
        return IntStream.range(0, 20).mapToObj(i -> i + 1 + shift).toList();
    }

    @Test
    void a_run_compared_with_itself_is_all_ties() {
        Comparison.Paired same = compare(plus(0), plus(0));
        assertThat(same.ties()).isEqualTo(20);
        assertThat(same.pValue()).isEqualTo(1);
        assertThat(same.loss()).isFalse();
    }

    @Test
    void a_shift_of_every_point_is_found_and_its_size_told() {
        Comparison.Paired lost = compare(plus(0), plus(-0.25));
        assertThat(lost.loss()).isTrue();
        assertThat(lost.medianDifference()).isCloseTo(-0.25, within(1e-12));
        assertThat(lost.low()).isCloseTo(-0.25, within(1e-12));
        assertThat(lost.high()).isCloseTo(-0.25, within(1e-12));
        assertThat(compare(plus(0), plus(0.25)).loss()).isFalse();
    }

    @Test
    void a_line_reads_like_a_sentence() {
        assertThat(compare(plus(0), plus(-0.25)).line())
                .isEqualTo(
                        "LOSS m at r = 4: median change -0.25 [-0.25, -0.25], 20 lost, 0 gained, 0 equal of 20 points"
                                + " (0 censored), sign test p = 0.0000009537");
        assertThat(ShortNumber.signed(Double.POSITIVE_INFINITY)).isEqualTo("+inf");
        assertThat(ShortNumber.of(1.23456e-12)).isEqualTo("1.235E-12");
        assertThat(ShortNumber.of(123456)).isEqualTo("123500");
        assertThat(ShortNumber.of(-0.0)).isEqualTo("0");
    }

    @Test
    void the_p_value_is_the_exact_binomial_tail() {
        // 9 losses of 10 changes: (10 + 1) / 1024.
        List<Double> after = new ArrayList<>(plus(-1).subList(0, 9));
        after.add(11.0);
        assertThat(compare(plus(0).subList(0, 10), after).pValue()).isCloseTo(11.0 / 1024, within(1e-15));
    }

    @Test
    void losing_the_censoring_is_a_loss_and_two_censored_points_are_a_tie() {
        Comparison.Paired paired = compare(Arrays.asList(null, null, 1.0, 2.0), Arrays.asList(5.0, null, null, 2.0));
        assertThat(paired.losses()).isEqualTo(1);
        assertThat(paired.gains()).isEqualTo(1);
        assertThat(paired.ties()).isEqualTo(2);
        assertThat(paired.censored()).isEqualTo(3);
        assertThat(paired.medianDifference()).isEqualTo(0);
    }

    @Test
    void false_alarms_are_no_more_frequent_than_alpha() {
        SplittableRandom random = new SplittableRandom(1);
        int alarms = 0;
        int runs = 2_000;
        for (int run = 0; run < runs; run++) {
            List<Double> before = random.doubles(25).boxed().toList();
            List<Double> after = random.doubles(25).boxed().toList();
            alarms += Comparison.of(
                                    Rows.run("a", "m", before),
                                    Rows.run("b", "m", after),
                                    MarginMethod.MARGIN_UPPER,
                                    0.05)
                            .regression()
                    ? 1
                    : 0;
        }
        // At most Binomial(2000, 0.05): 141 is exceeded once in 10^5.
        assertThat(alarms).isLessThanOrEqualTo(141);
    }

    @Test
    void single_models_are_paired_whatever_their_names_and_others_by_name() {
        Comparison renamed = Comparison.of(
                Rows.run("a", "old", plus(0)), Rows.run("b", "new", plus(0)), MarginMethod.BOUND_WHITENED, 0.01);
        assertThat(renamed.tests().get(0).line()).contains("old -> new").doesNotContain("\n");
        List<AuditRow> two = List.of(Rows.row("m", 0, 1, 1.0, 1.0), Rows.row("n", 0, 1, 1.0, 1.0));
        assertThat(Comparison.of(
                                Rows.run("a", two),
                                Rows.run("b", List.of(Rows.row("n", 0, 1, 1.0, 1.0))),
                                MarginMethod.MARGIN_UPPER,
                                0.01)
                        .tests())
                .singleElement()
                .satisfies(test -> assertThat(test.newModel()).isEqualTo("n"));
    }

    @Test
    void runs_that_can_not_be_paired_are_refused_in_one_line() {
        RunResults run = Rows.run("a", "m", plus(0));
        assertThatThrownBy(() ->
                        Comparison.of(run, Rows.run("b", "m", plus(0).subList(0, 5)), MarginMethod.MARGIN_UPPER, 0.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be paired: points differ");
        assertThatThrownBy(() -> Comparison.of(run, run, MarginMethod.MARGIN_UPPER_UNBOXED, 0.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no margin_upper_unboxed");
        List<AuditRow> two = List.of(Rows.row("x", 0, 1, 1.0, 1.0), Rows.row("y", 0, 1, 1.0, 1.0));
        List<AuditRow> others = List.of(Rows.row("u", 0, 1, 1.0, 1.0), Rows.row("v", 0, 1, 1.0, 1.0));
        assertThatThrownBy(
                        () -> Comparison.of(Rows.run("a", two), Rows.run("b", others), MarginMethod.MARGIN_UPPER, 0.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no model of one name");
    }

    private static RunResults with(RunResults run, String overrides) {
        try {
            ObjectNode plan = PlanJson.mapper().valueToTree(run.plan());
            plan.setAll((ObjectNode) new ObjectMapper().readTree(overrides.replace('\'', '"')));
            AuditPlan changed = PlanJson.mapper().treeToValue(plan, AuditPlan.class);
            return new RunResults(changed, run.info(), run.models(), run.rows(), run.curves(), run.exhibits());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(overrides, e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            BOUND_WHITENED         | {'alpha': 0.02}         | alpha differs, 0.01 and 0.02
            BOUND_FROBENIUS        | {'draws': 1000}         | draws differs, 2000 and 1000
            MARGIN_UPPER           | {'alpha': 0.02}         | alpha differs, 0.01 and 0.02
            MARGIN_UPPER           | {'verdict_draws': 500}  | verdict_draws differs, 1000 and 500
            MARGIN_UPPER_MEAN_ONLY | {'search': {'steps': 200, 'draws': 8, 'restarts': 1, 'precision': 'float32'}} | search differs, 32 steps, 4 draws, 40 restarts, auto and 200 steps, 8 draws, 1 restarts, float32
            MARGIN_UPPER           | {'chunk': 32}           | chunk differs, 64 and 32
            """)
    void runs_that_were_measured_differently_are_refused_in_one_line(
            MarginMethod method, String overrides, String difference) {
        RunResults run = Rows.run("a", "m", plus(0));
        assertThatThrownBy(() -> Comparison.of(run, with(run, overrides), method, 0.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the two runs can't be paired: " + difference)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            BOUND_WHITENED | {'verdict_draws': 500, 'chunk': 32, 'search': {'steps': 9, 'draws': 8, 'restarts': 1, 'precision': 'float32'}}
            MARGIN_UPPER   | {'draws': 1000, 'attack': {'steps': 9, 'draws': 8, 'restarts': 1, 'precision': 'float32'}}
            """)
    void settings_that_do_not_move_the_method_may_differ(MarginMethod method, String overrides) {
        RunResults run = Rows.run("a", "m", plus(0));
        assertThat(Comparison.of(run, with(run, overrides), method, 0.01).regression())
                .isFalse();
    }
}
