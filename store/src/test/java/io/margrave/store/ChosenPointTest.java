package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.DamageExhibit;
import io.margrave.results.Exhibit;
import io.margrave.results.Kind;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.RunInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells of one model and one point that somebody else chose. */
class ChosenPointTest {
    private static final AuditPlan PLAN = Runs.suitePlan(7, 3);
    private static final RunInfo INFO = Runs.info(7);

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void finish() {
        run = folder.resolve("run");
        try (RunStore store = RunStore.create(run, PLAN, INFO, Runs.cards())) {
            store.targetsFrom(Runs.split());
            Runs.tasks(PLAN).forEach(task -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)));
        }
    }

    /** Every audited point of every model, as it was committed. */
    private static List<PointAudit> all() {
        return Runs.tasks(PLAN).stream()
                .flatMap(task -> Runs.audits(PLAN, INFO, task).stream())
                .toList();
    }

    @Test
    void every_break_of_a_point_comes_back_by_its_kind_box_and_radius() {
        try (RunStore store = RunStore.open(run)) {
            int found = 0;
            for (PointAudit audit : all()) {
                for (RadiusAudit radius : audit.radii()) {
                    for (Kind kind : Kind.values()) {
                        for (boolean boxed : new boolean[] {true, false}) {
                            Optional<Break> committed = radius.breaks().stream()
                                    .filter(each -> each.kind() == kind && each.boxed() == boxed)
                                    .findFirst();
                            Optional<StoredBreak> stored =
                                    store.broken(audit.model(), audit.point(), radius.r(), kind, boxed);
                            assertThat(stored.isPresent()).isEqualTo(committed.isPresent());
                            if (committed.isPresent()) {
                                StoredBreak broken = stored.orElseThrow();
                                assertThat(broken.norm())
                                        .isEqualTo(committed.get().norm());
                                assertThat(broken.within())
                                        .isEqualTo(committed.get().within());
                                assertThat(broken.perturbed())
                                        .isEqualTo(committed.get().perturbed());
                                assertThat(broken.input()).isEqualTo(audit.input());
                                assertThat(broken.position()).isEqualTo(audit.position());
                                found++;
                            }
                        }
                    }
                }
            }
            assertThat(found).isGreaterThan(100);
        }
    }

    @Test
    void a_full_break_inside_the_range_has_its_pictures_and_its_row() {
        try (RunStore store = RunStore.open(run)) {
            List<AuditRow> rows = store.results(0).rows();
            PointAudit audit = all().get(8);
            Break committed = audit.radii().get(0).breaks().stream()
                    .filter(each -> each.kind() == Kind.FULL && each.boxed())
                    .findFirst()
                    .orElseThrow();
            Exhibit shown = store.exhibit(audit.model(), audit.point(), 4.0).orElseThrow();
            assertThat(shown.norm()).isEqualTo(committed.norm());
            assertThat(shown.input()).isEqualTo(audit.input());
            assertThat(shown.perturbed()).isEqualTo(committed.perturbed());
            assertThat(shown.reconstruction()).isEqualTo(audit.reconstruction());
            assertThat(shown.attackedReconstruction()).isEqualTo(committed.reconstruction());
            AuditRow row = rows.stream()
                    .filter(each ->
                            each.model().equals(audit.model()) && each.point() == audit.point() && each.r() == 4)
                    .findFirst()
                    .orElseThrow();
            assertThat(shown.boundWhitened()).isEqualTo(row.boundWhitened());
            assertThat(shown.label()).isEqualTo(row.label());
            // The second point has none at the larger radii.
            assertThat(store.exhibit("b1", INFO.points().get(1), 6.0)).isEmpty();
        }
    }

    @Test
    void the_maximum_damage_attack_of_a_point_comes_back_whole() {
        try (RunStore store = RunStore.open(run)) {
            for (PointAudit audit : all()) {
                DamageExhibit shown =
                        store.damageExhibit(audit.model(), audit.point()).orElseThrow();
                AttackOutcome committed = Objects.requireNonNull(audit.attack());
                assertThat(shown.outcome()).usingRecursiveComparison().isEqualTo(committed);
                assertThat(shown.input()).isEqualTo(audit.input());
                assertThat(shown.reconstruction()).isEqualTo(audit.reconstruction());
                assertThat(shown.label()).isEqualTo(audit.label());
                assertThat(shown.shape()).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void an_attack_of_the_suite_comes_back_one_a_target_and_weight() {
        try (RunStore store = RunStore.open(run)) {
            PointAudit audit = all().get(4);
            List<AttackExhibit> targeted = store.attackExhibits(audit.model(), audit.point(), "latent-kl");
            assertThat(targeted).hasSize(2);
            for (int i = 0; i < 2; i++) {
                AttackFinding committed = audit.suite().get(i);
                AttackExhibit shown = targeted.get(i);
                assertThat(shown.row().finding().target()).isEqualTo(committed.target());
                assertThat(shown.row().point()).isEqualTo(audit.point());
                assertThat(shown.perturbed()).isEqualTo(committed.perturbed());
                assertThat(shown.attackedReconstruction()).isEqualTo(committed.reconstruction());
                assertThat(shown.reconstruction()).isEqualTo(audit.reconstruction());
                assertThat(shown.target()).isEqualTo(Runs.split().image(Objects.requireNonNull(committed.target())));
            }
            assertThat(store.attackExhibits(audit.model(), audit.point(), "penalty, odd name"))
                    .extracting(each -> each.row().finding().weight())
                    .containsExactly(0.5, 2.0);
        }
    }

    @Test
    void a_task_gives_every_attack_with_every_image() {
        try (RunStore store = RunStore.open(run)) {
            for (AuditTask task : Runs.tasks(PLAN)) {
                List<AttackFinding> committed = new ArrayList<>();
                Runs.audits(PLAN, INFO, task).forEach(audit -> committed.addAll(audit.suite()));
                List<AttackExhibit> shown = store.attackExhibits(task);
                assertThat(shown)
                        .extracting(AttackExhibit::attackedReconstruction)
                        .containsExactlyElementsOf(committed.stream()
                                .map(AttackFinding::reconstruction)
                                .toList());
            }
        }
    }

    @Test
    void what_was_not_audited_is_nowhere() {
        try (RunStore store = RunStore.open(run)) {
            int point = INFO.points().get(0);
            assertThat(store.broken("b1", point, 5.0, Kind.FULL, true)).isEmpty();
            assertThat(store.broken("b1", 3, 4.0, Kind.FULL, true)).isEmpty();
            assertThat(store.exhibit("other", point, 4.0)).isEmpty();
            assertThat(store.damageExhibit("other", point)).isEmpty();
            assertThat(store.attackExhibits("b1", 3, "latent-kl")).isEmpty();
            assertThat(store.attackExhibits("b1", point, "other")).isEmpty();
        }
    }

    @Test
    void images_that_do_not_fit_their_rows_are_refused_in_one_line() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + run.resolve("audit.duckdb"));
                Statement statement = connection.createStatement()) {
            // A break that no evidence stands behind: the second point has none at this radius.
            statement.execute(
                    "INSERT INTO breaks SELECT model, position, point, 6.0, kind, box, norm, draws, within, file,"
                            + " tensor FROM breaks WHERE model = 'b1' AND position = 1 AND r = 4.0 AND kind = 'full' AND box");
        }
        int point = INFO.points().get(1);
        try (RunStore store = RunStore.open(run)) {
            assertThatThrownBy(() -> store.broken("b1", point, 6.0, Kind.FULL, true))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("does not fit its run")
                    .hasMessageNotContaining("\n");
        }
        Files.delete(run.resolve("perturbations").resolve("b1-0.safetensors"));
        try (RunStore store = RunStore.open(run)) {
            assertThatThrownBy(() -> store.damageExhibit("b1", point))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("b1-0.safetensors")
                    .hasMessageNotContaining("\n");
            assertThatThrownBy(() -> store.attackExhibits("b1", point, "latent-kl"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageNotContaining("\n");
        }
    }
}
