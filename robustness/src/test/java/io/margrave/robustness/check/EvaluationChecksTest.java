package io.margrave.robustness.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.results.AuditRow;
import io.margrave.results.Check.Outcome;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.Norm;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Verdict;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvaluationChecksTest {
    private static final Vae MODEL = Trained.untrained();

    private static Evaluation evaluation(List<AuditRow> rows, List<Claim> claims, @Nullable Vae peer) {
        return Evaluation.of(
                MODEL,
                Trained.card("m"),
                Trained.IMAGES,
                IntStream.range(0, 6).toArray(),
                Trained.plan(SearchEffort.of(6, 2, 1)),
                rows,
                List.of(),
                claims,
                peer);
    }

    private static AuditRow row(String model, int point, double damage, double damageClean) {
        return new AuditRow(
                model,
                "discs",
                "test",
                point,
                -1,
                1,
                1,
                400,
                0.001,
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
                0.3,
                null,
                null,
                0.6,
                null,
                true,
                Trained.RADIUS,
                damage,
                null,
                null,
                damageClean,
                -100.0,
                -150.0,
                -0.5,
                3);
    }

    @Test
    void each_level_runs_its_own_in_order() {
        assertThat(EvaluationChecks.run(evaluation(List.of(), List.of(), null), Level.NONE, Progress.Listener.none()))
                .isEmpty();
        assertThat(Trained.run(evaluation(List.of(), List.of(), null), Level.QUICK)
                        .keySet())
                .containsExactly(1, 2, 3, 6, 7, 11, 14);
        List<EvaluationCheck> all = EvaluationChecks.run(
                evaluation(List.of(row("m", 0, 1, 1)), List.of(), MODEL), Level.THOROUGH, Progress.Listener.none());
        assertThat(all)
                .extracting(EvaluationCheck::number)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 16).boxed().toList());
        assertThat(all)
                .allMatch(check -> check.model().equals("m") && check.evidence().endsWith("."));
        assertThat(all).extracting(EvaluationCheck::name).doesNotHaveDuplicates();
    }

    @Test
    void equal_evaluations_have_equal_outcomes() {
        assertThat(EvaluationChecks.run(evaluation(List.of(), List.of(), null), Level.QUICK, Progress.Listener.none()))
                .isEqualTo(EvaluationChecks.run(
                        evaluation(List.of(), List.of(), null), Level.QUICK, Progress.Listener.none()));
    }

    @Test
    void progress_ends_at_its_total() {
        List<Progress> events = new ArrayList<>();
        EvaluationChecks.run(evaluation(List.of(), List.of(), null), Level.QUICK, events::add);
        assertThat(events).hasSize(7);
        assertThat(events.get(6).done()).isEqualTo(events.get(6).total());
    }

    @Test
    void an_interrupt_stops_the_checks() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> EvaluationChecks.run(
                        evaluation(List.of(), List.of(), null), Level.QUICK, Progress.Listener.none()))
                .isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void stored_inputs_are_held_to_what_was_reported_of_them() {
        float[] input = Trained.IMAGES.image(3);
        float[] moved = input.clone();
        moved[5] = moved[5] > 0.5f ? moved[5] - 0.25f : moved[5] + 0.25f;
        float[] outside = input.clone();
        outside[5] = Math.nextUp(1f);
        Claim kept = new Claim(3, Norm.LINF, 0.25, true, moved);
        assertThat(budget(kept).outcome()).isEqualTo(Outcome.PASS);
        assertThat(budget(new Claim(3, Norm.L2, 0.2499, true, moved)).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(budget(new Claim(3, Norm.L1, 0.2499, true, moved)).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(budget(new Claim(3, Norm.L2, 2, true, outside)).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(budget(new Claim(3, Norm.L2, 2, false, outside)).outcome()).isEqualTo(Outcome.PASS);
        float[] broken = input.clone();
        broken[5] = Float.NaN;
        assertThat(budget(new Claim(3, Norm.LINF, 2, false, broken)).outcome()).isEqualTo(Outcome.FAIL);
    }

    private static Ruling budget(Claim claim) {
        try (PointerScope scope = new PointerScope()) {
            return new BudgetCheck().examine(CheckScene.of(evaluation(List.of(), List.of(claim), null), 2));
        }
    }

    @Test
    void damage_that_nobody_can_measure_again_is_found() {
        Map<Integer, EvaluationCheck> plain = Trained.run(evaluation(List.of(), List.of(), null), Level.QUICK);
        assertThat(plain.get(2)).extracting(EvaluationCheck::outcome).isEqualTo(Outcome.PASS);
        assertThat(plain.get(11)).extracting(EvaluationCheck::outcome).isEqualTo(Outcome.PASS);
        List<AuditRow> boasting =
                IntStream.range(0, 6).mapToObj(i -> row("m", i, 99, 99)).toList();
        Map<Integer, EvaluationCheck> wrong = Trained.run(evaluation(boasting, List.of(), null), Level.QUICK);
        assertThat(wrong.get(2)).extracting(EvaluationCheck::outcome).isEqualTo(Outcome.FAIL);
        assertThat(wrong.get(11)).extracting(EvaluationCheck::outcome).isEqualTo(Outcome.FAIL);
        List<AuditRow> others =
                IntStream.range(0, 6).mapToObj(i -> row("n", i, 99, 99)).toList();
        assertThat(Trained.run(evaluation(others, List.of(), null), Level.QUICK))
                .isEqualTo(plain);
    }

    @Test
    void an_evaluation_of_nothing_is_refused() {
        assertThatThrownBy(() -> Evaluation.of(
                        MODEL,
                        Trained.card("m"),
                        Trained.IMAGES,
                        new int[0],
                        Trained.plan(),
                        List.of(),
                        List.of(),
                        List.of(),
                        null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one audited point");
    }
}
