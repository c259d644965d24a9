package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CurveRow;
import io.margrave.results.EncoderNorms;
import io.margrave.results.Exhibit;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.results.PlanJson;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.results.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStoreTest {
    private static final AuditPlan PLAN = Runs.plan(11, 4, true);
    private static final RunInfo INFO = Runs.info(11);

    @TempDir
    Path folder;

    private RunStore whole(AuditPlan plan) {
        RunStore store = RunStore.create(folder.resolve("run"), plan, INFO, Runs.cards());
        List<AuditTask> tasks = new ArrayList<>(Runs.tasks(plan));
        // Whatever the order in which tasks end, rows come back in audit order.
        Collections.reverse(tasks);
        tasks.forEach(task -> store.commit(task, 1, Runs.audits(plan, INFO, task)));
        return store;
    }

    /** What a row should be, from the audit itself: independent of SQL. */
    private static AuditRow expected(AuditPlan plan, ModelCard card, PointAudit audit, RadiusAudit radius) {
        Map<String, Double> lower = new HashMap<>();
        Map<String, Double> upper = new HashMap<>();
        for (Margin margin : radius.margins()) {
            if (margin.side() == Side.LOWER) {
                lower.put(margin.method(), margin.value());
            } else if (!margin.censored()) {
                upper.put(margin.kind() + " " + margin.boxed(), margin.value());
            }
        }
        AttackOutcome attack = audit.attack();
        return new AuditRow(
                audit.model(),
                plan.data(),
                plan.split(),
                audit.point(),
                audit.label(),
                card.beta(),
                radius.r(),
                radius.clean().trials(),
                plan.alpha(),
                radius.clean().estimate(),
                radius.clean().lower(plan.alpha()),
                radius.verdict(),
                audit.smallestR().low(),
                audit.smallestR().high(),
                audit.encoder().minStdDev(),
                audit.encoder().frobenius(),
                audit.encoder().spectral(),
                audit.encoder().whitened(),
                lower.get("frobenius"),
                lower.get("spectral"),
                lower.get("whitened"),
                upper.get("FULL true"),
                upper.get("FULL false"),
                upper.get("MEAN_ONLY true"),
                upper.get("MEAN_ONLY false"),
                !upper.containsKey("FULL true"),
                attack == null ? null : attack.radius(),
                attack == null ? null : attack.damage(),
                attack == null ? null : attack.damageMeanOnly(),
                attack == null ? null : attack.damageVarianceOnly(),
                attack == null ? null : attack.damageClean(),
                attack == null ? null : attack.logLikClean(),
                attack == null ? null : attack.logLikAttacked(),
                attack == null ? null : attack.degradation(),
                plan.seed());
    }

    private static List<AuditRow> expectedRows(AuditPlan plan) {
        List<AuditRow> rows = new ArrayList<>();
        for (ModelCard card : Runs.cards()) {
            for (int position = 0; position < plan.points(); position++) {
                PointAudit audit = Runs.audit(plan, INFO, card.name(), position);
                audit.radii().forEach(radius -> rows.add(expected(plan, card, audit, radius)));
            }
        }
        return rows;
    }

    @Test
    void audits_come_back_as_the_rows_they_stand_for() {
        try (RunStore store = whole(PLAN)) {
            assertThat(store.results(0).rows()).isEqualTo(expectedRows(PLAN));
        }
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            assertThat(store.results(0).rows()).isEqualTo(expectedRows(PLAN));
        }
    }

    @Test
    void attacks_of_maximum_damage_come_back_with_their_images() {
        try (RunStore store = whole(PLAN)) {
            for (AuditTask task : Runs.tasks(PLAN)) {
                List<PointAudit> audits = Runs.audits(PLAN, INFO, task);
                List<StoredDamage> stored = store.damages(task);
                assertThat(stored).hasSameSizeAs(audits);
                for (int i = 0; i < audits.size(); i++) {
                    AttackOutcome attack = Objects.requireNonNull(audits.get(i).attack());
                    StoredDamage found = stored.get(i);
                    assertThat(found.point()).isEqualTo(audits.get(i).point());
                    assertThat(found.radius()).isEqualTo(attack.radius());
                    assertThat(found.norm()).isEqualTo(attack.norm());
                    assertThat(found.damage()).isEqualTo(attack.damage());
                    assertThat(found.input()).isEqualTo(audits.get(i).input());
                    assertThat(found.perturbed()).isEqualTo(attack.perturbed());
                }
            }
        }
    }

    @Test
    void what_was_not_asked_for_is_null() {
        AuditPlan plan = Runs.plan(11, 4, false);
        try (RunStore store = whole(plan)) {
            assertThat(store.results(0).rows()).isEqualTo(expectedRows(plan)).allSatisfy(row -> {
                assertThat(row.attackRadius()).isNull();
                assertThat(row.degradation()).isNull();
            });
        }
    }

    @Test
    void plan_models_provenance_and_tasks_come_back() throws Exception {
        whole(PLAN).close();
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            assertThat(store.plan()).isEqualTo(PLAN);
            assertThat(store.models()).isEqualTo(Runs.cards());
            assertThat(store.info().points()).isEqualTo(INFO.points());
            assertThat(store.info().shape()).isEqualTo(INFO.shape());
            assertThat(store.done()).containsExactlyElementsOf(Runs.tasks(PLAN));
        }
        String yaml = Files.readString(folder.resolve("run/plan.yaml"));
        assertThat(PlanJson.plan(PlanJson.configure(new com.fasterxml.jackson.dataformat.yaml.YAMLMapper())
                        .readTree(yaml)))
                .isEqualTo(PLAN);
    }

    @Test
    void curves_come_back_in_audit_order() {
        List<CurveRow> expected = new ArrayList<>();
        for (ModelCard card : Runs.cards()) {
            for (int position = 0; position < PLAN.points(); position++) {
                PointAudit audit = Runs.audit(PLAN, INFO, card.name(), position);
                audit.radii()
                        .forEach(radius -> radius.curve()
                                .forEach(at -> expected.add(new CurveRow(card.name(), audit.point(), at))));
            }
        }
        try (RunStore store = whole(PLAN)) {
            assertThat(expected).isNotEmpty();
            assertThat(store.results(0).curves()).isEqualTo(expected);
        }
    }

    @Test
    void every_break_comes_back_with_the_images_that_give_its_norm() {
        try (RunStore store = whole(PLAN)) {
            int breaks = 0;
            for (AuditTask task : store.done()) {
                for (StoredBreak stored : store.breaks(task)) {
                    breaks++;
                    PointAudit audit = Runs.audit(PLAN, INFO, task.model(), stored.position());
                    Break found = audit.radii().stream()
                            .flatMap(radius -> radius.breaks().stream())
                            .filter(each -> each.r() == stored.r()
                                    && each.kind() == stored.kind()
                                    && each.boxed() == stored.boxed())
                            .findFirst()
                            .orElseThrow();
                    assertThat(stored.point()).isEqualTo(audit.point());
                    assertThat(stored.input()).isEqualTo(audit.input());
                    assertThat(stored.perturbed()).isEqualTo(found.perturbed());
                    assertThat(stored.within()).isEqualTo(found.within());
                    assertThat(stored.norm()).isEqualTo(found.norm());
                }
            }
            long expected = Runs.tasks(PLAN).stream()
                    .flatMap(task -> Runs.audits(PLAN, INFO, task).stream())
                    .flatMap(audit -> audit.radii().stream())
                    .mapToLong(radius -> radius.breaks().size())
                    .sum();
            assertThat(breaks).isEqualTo((int) expected);
            assertThat(store.withoutEvidence()).isEmpty();
        }
    }

    @Test
    void a_verified_margin_without_its_break_is_found() {
        AuditTask task = Runs.tasks(PLAN).get(0);
        List<PointAudit> audits = new ArrayList<>(Runs.audits(PLAN, INFO, task));
        PointAudit audit = audits.get(0);
        List<RadiusAudit> radii = new ArrayList<>(audit.radii());
        RadiusAudit last = radii.get(2);
        radii.set(2, new RadiusAudit(last.r(), last.clean(), last.verdict(), last.margins(), List.of(), List.of()));
        audits.set(
                0,
                new PointAudit(
                        audit.model(),
                        audit.position(),
                        audit.point(),
                        audit.label(),
                        audit.encoder(),
                        audit.smallestR(),
                        radii,
                        audit.attack(),
                        audit.input(),
                        audit.reconstruction()));
        try (RunStore store = RunStore.create(folder, PLAN, INFO, Runs.cards())) {
            store.commit(task, 1, audits);
            assertThat(store.withoutEvidence()).hasSize(4).allSatisfy(margin -> {
                assertThat(margin.point()).isEqualTo(audit.point());
                assertThat(margin.r()).isEqualTo(8.5);
            });
        }
    }

    @Test
    void exhibits_are_the_shortest_and_longest_full_breaks_of_each_model_at_the_middle_radius() {
        try (RunStore store = whole(PLAN)) {
            RunResults results = store.results(2);
            for (ModelCard card : Runs.cards()) {
                List<Double> norms = results.rows().stream()
                        .filter(row -> row.model().equals(card.name()) && row.r() == 6.0)
                        .map(AuditRow::marginUpper)
                        .filter(norm -> norm != null && norm > 0)
                        .sorted()
                        .toList();
                List<Exhibit> exhibits = results.exhibits().stream()
                        .filter(exhibit -> exhibit.model().equals(card.name()))
                        .toList();
                assertThat(exhibits.stream().map(Exhibit::norm))
                        .containsExactly(
                                norms.get(0), norms.get(1), norms.get(norms.size() - 2), norms.get(norms.size() - 1));
                for (Exhibit exhibit : exhibits) {
                    PointAudit audit =
                            Runs.audit(PLAN, INFO, card.name(), INFO.points().indexOf(exhibit.point()));
                    Break found = audit.radii().get(1).breaks().stream()
                            .filter(each -> each.kind() == Kind.FULL && each.boxed())
                            .findFirst()
                            .orElseThrow();
                    assertThat(exhibit.label()).isEqualTo(audit.label());
                    assertThat(exhibit.input()).isEqualTo(audit.input());
                    assertThat(exhibit.reconstruction()).isEqualTo(audit.reconstruction());
                    assertThat(exhibit.perturbed()).isEqualTo(found.perturbed());
                    assertThat(exhibit.attackedReconstruction()).isEqualTo(found.reconstruction());
                    assertThat(Runs.distance(exhibit.input(), exhibit.perturbed()))
                            .isCloseTo(exhibit.norm(), within(1e-12));
                }
            }
            // More than there are shows each once.
            assertThat(store.results(100).exhibits()).doesNotHaveDuplicates().hasSizeLessThan(22);
        }
    }

    @Test
    void a_task_committed_twice_changes_nothing() {
        try (RunStore store = whole(PLAN)) {
            List<AuditRow> rows = store.results(0).rows();
            AuditTask task = Runs.tasks(PLAN).get(1);
            store.commit(task, 99, Runs.audits(PLAN, INFO, task));
            assertThat(store.results(0).rows()).isEqualTo(rows);
            assertThat(store.done()).hasSameSizeAs(Runs.tasks(PLAN));
        }
    }

    @Test
    void audits_that_are_not_those_of_the_task_are_refused_and_leave_nothing() {
        AuditTask task = Runs.tasks(PLAN).get(0);
        List<PointAudit> audits = Runs.audits(PLAN, INFO, task);
        try (RunStore store = RunStore.create(folder, PLAN, INFO, Runs.cards())) {
            assertThatThrownBy(() -> store.commit(task, 1, audits.subList(0, 3)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.commit(new AuditTask("b4", 0, 0, 4), 1, audits))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.commit(new AuditTask("other", 0, 0, 4), 1, audits))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.commit(new AuditTask("b1", 2, 8, 4), 1, audits))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(store.done()).isEmpty();
            assertThat(store.results(3).rows()).isEmpty();
        }
    }

    @Test
    void a_resumed_run_has_the_rows_of_an_unbroken_one() {
        List<AuditTask> tasks = Runs.tasks(PLAN);
        Path run = folder.resolve("broken");
        try (RunStore store = RunStore.create(run, PLAN, INFO, Runs.cards())) {
            tasks.subList(0, 3).forEach(task -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)));
        }
        try (RunStore store = RunStore.resume(run)) {
            assertThat(store.done()).containsExactlyElementsOf(tasks.subList(0, 3));
            tasks.forEach(task -> store.commit(task, 1, Runs.audits(store.plan(), store.info(), task)));
            assertThat(store.results(0).rows()).isEqualTo(expectedRows(PLAN));
        }
    }

    @Test
    void seconds_of_all_sessions_add_up_to_the_last_commit_of_each() {
        AtomicLong clock = new AtomicLong();
        List<AuditTask> tasks = Runs.tasks(PLAN);
        try (RunStore store = RunStore.create(folder, PLAN, INFO, Runs.cards(), clock::get)) {
            clock.addAndGet(2_000_000_000L);
            store.commit(tasks.get(0), 9, Runs.audits(PLAN, INFO, tasks.get(0)));
            clock.addAndGet(5_000_000_000L);
        }
        try (RunStore store = RunStore.open(folder, true, clock::get)) {
            clock.addAndGet(3_000_000_000L);
            store.commit(tasks.get(1), 9, Runs.audits(PLAN, INFO, tasks.get(1)));
            assertThat(store.info().seconds()).isEqualTo(5);
        }
    }

    @Test
    void names_of_models_never_lead_out_of_the_folder_or_into_each_other() throws Exception {
        List<ModelCard> cards = List.of(Runs.card("../../b'1", 1), Runs.card("B1", 1), Runs.card("b1", 1));
        AuditTask[] tasks = {
            new AuditTask("../../b'1", 0, 0, 2), new AuditTask("B1", 0, 0, 2), new AuditTask("b1", 0, 0, 2)
        };
        try (RunStore store = RunStore.create(folder.resolve("a/b"), PLAN, INFO, cards)) {
            for (AuditTask task : tasks) {
                store.commit(task, 1, Runs.audits(PLAN, INFO, task));
            }
            for (AuditTask task : tasks) {
                assertThat(store.breaks(task).get(0).input())
                        .isEqualTo(Runs.audit(PLAN, INFO, task.model(), 0).input());
            }
        }
        try (Stream<Path> files = Files.list(folder.resolve("a/b/perturbations"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("@0-0.safetensors", "@1-0.safetensors", "@2-0.safetensors");
        }
    }

    @Test
    void evidence_that_is_missing_or_belongs_elsewhere_is_said_in_one_line() throws Exception {
        List<AuditTask> tasks = Runs.tasks(PLAN);
        try (RunStore store = whole(PLAN)) {
            Path evidence = store.folder().resolve("perturbations");
            Files.copy(
                    evidence.resolve("b1-1.safetensors"),
                    evidence.resolve("b1-0.safetensors"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Files.delete(evidence.resolve("b1-2.safetensors"));
            Files.write(evidence.resolve("b4-0.safetensors"), new byte[100]);
            for (int task : new int[] {0, 2, 3}) {
                assertThatThrownBy(() -> store.breaks(tasks.get(task)))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining(".safetensors")
                        .hasMessageNotContaining("\n");
            }
            assertThat(store.breaks(tasks.get(1))).isNotEmpty();
        }
    }

    private static PointAudit withoutBounds(PointAudit audit) {
        List<RadiusAudit> radii = audit.radii().stream()
                .map(at -> new RadiusAudit(
                        at.r(),
                        at.clean(),
                        at.verdict(),
                        at.margins().stream()
                                .filter(margin -> margin.side() == Side.UPPER)
                                .toList(),
                        at.breaks(),
                        at.curve()))
                .toList();
        return new PointAudit(
                audit.model(),
                audit.position(),
                audit.point(),
                audit.label(),
                new EncoderNorms(0, 1, 1, Double.POSITIVE_INFINITY),
                audit.smallestR(),
                radii,
                audit.attack(),
                audit.input(),
                audit.reconstruction());
    }

    @Test
    void a_deterministic_model_has_rows_without_bounds_and_a_gaussian_one_must_have_them() {
        ModelCard b1 = Runs.card("b1", 1);
        ModelCard deterministic = new ModelCard(
                "b1",
                b1.path(),
                b1.weightsChecksum(),
                b1.data(),
                b1.dataChecksum(),
                b1.architecture(),
                b1.latent(),
                b1.likelihood(),
                b1.objective(),
                b1.beta(),
                b1.seed(),
                b1.epochs(),
                b1.trainSeconds(),
                null,
                null,
                null,
                null,
                List.of(),
                "other",
                "deterministic",
                Map.of("note", "a stranger's"));
        List<ModelCard> cards = List.of(deterministic, Runs.card("b4", 4));
        AuditTask task = Runs.tasks(PLAN).get(0);
        List<PointAudit> gaussian = Runs.audits(PLAN, INFO, task);
        List<PointAudit> withheld =
                gaussian.stream().map(RunStoreTest::withoutBounds).toList();
        try (RunStore store = RunStore.create(folder.resolve("run"), PLAN, INFO, cards)) {
            assertThatThrownBy(() -> store.commit(task, 1, gaussian)).hasMessageContaining("no lower bounds");
            store.commit(task, 1, withheld);
        }
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            assertThat(store.models()).isEqualTo(cards);
            assertThat(store.results(0).rows()).isNotEmpty().allSatisfy(row -> {
                assertThat(row.boundWhitened()).isNull();
                assertThat(row.boundFrobenius()).isNull();
                assertThat(row.boundSpectral()).isNull();
                assertThat(row.jacobianWhitened()).isInfinite();
            });
        }
        try (RunStore store = RunStore.create(folder.resolve("other"), PLAN, INFO, Runs.cards())) {
            assertThatThrownBy(() -> store.commit(task, 1, withheld)).hasMessageContaining("lower bounds");
        }
    }
}
