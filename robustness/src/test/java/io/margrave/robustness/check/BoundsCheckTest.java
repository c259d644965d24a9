package io.margrave.robustness.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.AuditRow;
import io.margrave.results.Check.Outcome;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.Norm;
import io.margrave.results.Side;
import io.margrave.theory.Guarantee;
import io.margrave.theory.Verdict;
import io.margrave.vae.model.Vae;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundsCheckTest {
    private static final double ALPHA = 0.001;
    private static final double R = 1.5;

    private final Vae vae = Trained.untrained();

    private static AuditRow row(int point, double whitened, @Nullable Double full, @Nullable Double meanOnly) {
        return new AuditRow(
                "m",
                "discs",
                "test",
                point,
                -1,
                1,
                R,
                400,
                ALPHA,
                0.9,
                0.87,
                Verdict.HOLDS,
                1,
                2,
                0.1,
                3,
                2,
                10,
                0.1,
                0.2,
                whitened,
                full,
                null,
                meanOnly,
                null,
                full == null,
                0.6,
                1.0,
                null,
                null,
                null,
                -100.0,
                -150.0,
                -0.5,
                7);
    }

    private static Margin lower(int point, double value, Guarantee guarantee) {
        return new Margin(
                "m", point, R, "lipschitz", Side.LOWER, Kind.MEAN_ONLY, Norm.L2, false, guarantee, ALPHA, value, false);
    }

    private Ruling rule(List<AuditRow> rows, List<Margin> margins) {
        Evaluation evaluation = new Evaluation(
                vae,
                Trained.card("m"),
                Trained.IMAGES,
                IntStream.range(0, 40).toArray(),
                Trained.plan(),
                rows,
                List.of(),
                margins,
                List.of(),
                null,
                AttackPanel.ofMaximumDamage(vae.spec()));
        try (PointerScope scope = new PointerScope()) {
            CheckScene scene = CheckScene.of(evaluation, 4);
            assertThat(new BoundsCheck().applies(scene)).isEqualTo(!rows.isEmpty());
            return new BoundsCheck().examine(scene);
        }
    }

    private static List<AuditRow> rows(double whitened, Double meanOnly) {
        return IntStream.range(0, 40)
                .mapToObj(point -> row(point, whitened, 0.05, meanOnly))
                .toList();
    }

    @Test
    void bounds_below_breaks_of_their_kind_pass_whatever_other_kinds_do() {
        Ruling ruling = rule(rows(0.5, 0.6), List.of());
        assertThat(ruling.outcome()).isEqualTo(Outcome.PASS);
        assertThat(ruling.evidence()).startsWith("0 of 120 first-order bounds");
    }

    @Test
    void a_first_order_bound_above_a_break_warns_and_no_more() {
        Ruling ruling = rule(rows(0.7, 0.6), List.of());
        assertThat(ruling.outcome()).isEqualTo(Outcome.WARN);
        assertThat(ruling.evidence()).startsWith("40 of 120 first-order bounds");
    }

    @Test
    void a_censored_break_violates_nothing() {
        List<AuditRow> both = List.of(row(0, 0.7, null, null), row(1, 0.5, 0.6, 0.6));
        assertThat(rule(both, List.of()).outcome()).isEqualTo(Outcome.PASS);
        assertThat(rule(both, List.of()).evidence()).startsWith("0 of 3 ");
    }

    @Test
    void statistical_violations_fail_only_beyond_chance() {
        List<Margin> none = IntStream.range(0, 40)
                .mapToObj(i -> lower(i, 0.5, Guarantee.STATISTICAL))
                .toList();
        List<Margin> one = IntStream.range(0, 40)
                .mapToObj(i -> lower(i, i == 7 ? 0.9 : 0.5, Guarantee.STATISTICAL))
                .toList();
        List<Margin> many = IntStream.range(0, 40)
                .mapToObj(i -> lower(i, i < 6 ? 0.9 : 0.5, Guarantee.STATISTICAL))
                .toList();
        assertThat(rule(rows(0.5, 0.6), none).outcome()).isEqualTo(Outcome.PASS);
        // Of 40 pairs that err with 0.002 each, one errs with a chance of 8 %.
        assertThat(rule(rows(0.5, 0.6), one).outcome()).isEqualTo(Outcome.PASS);
        assertThat(rule(rows(0.5, 0.6), many).outcome()).isEqualTo(Outcome.FAIL);
    }

    @Test
    void certificates_err_through_the_break_alone() {
        List<Margin> many = IntStream.range(0, 40)
                .mapToObj(i -> lower(i, i < 6 ? 0.9 : 0.5, Guarantee.CERTIFIED))
                .toList();
        Ruling ruling = rule(rows(0.5, 0.6), many);
        assertThat(ruling.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(ruling.evidence()).contains("lipschitz").contains("6 of 40");
    }

    @Test
    void bounds_of_other_models_are_left_out() {
        List<Margin> other = IntStream.range(0, 40)
                .mapToObj(i -> new Margin(
                        "n",
                        i,
                        R,
                        "lipschitz",
                        Side.LOWER,
                        Kind.MEAN_ONLY,
                        Norm.L2,
                        false,
                        Guarantee.CERTIFIED,
                        ALPHA,
                        9,
                        false))
                .toList();
        assertThat(rule(rows(0.5, 0.6), other).outcome()).isEqualTo(Outcome.PASS);
    }
}
