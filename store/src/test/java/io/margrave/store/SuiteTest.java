package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.data.BadInputException;
import io.margrave.data.Safetensors;
import io.margrave.data.SafetensorsFile;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Check;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.PointAudit;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.results.RunSummary.Reliance;
import io.margrave.store.RunExport.Format;
import io.margrave.store.RunExport.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the attacks of a suite found, and the checks, in a run folder. */
class SuiteTest {
    private static final AuditPlan PLAN = Runs.suitePlan(11, 4);
    private static final RunInfo INFO = Runs.info(11);

    @TempDir
    Path folder;

    private RunStore whole() {
        RunStore store = RunStore.create(folder.resolve("run"), PLAN, INFO, Runs.cards());
        store.targetsFrom(Runs.split());
        Runs.tasks(PLAN).forEach(task -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)));
        return store;
    }

    private static List<AttackRow> expected() {
        List<AttackRow> rows = new ArrayList<>();
        for (AuditTask task : Runs.tasks(PLAN)) {
            for (PointAudit audit : Runs.audits(PLAN, INFO, task)) {
                audit.suite()
                        .forEach(found -> rows.add(new AttackRow(
                                audit.model(), audit.point(), audit.label(), audit.clean(), withoutImages(found))));
            }
        }
        return rows;
    }

    private static AttackFinding withoutImages(AttackFinding f) {
        return new AttackFinding(
                f.attack(),
                f.target(),
                f.weight(),
                f.radius(),
                f.norm(),
                f.normL2(),
                f.objective(),
                f.damage(),
                f.within(),
                f.logLikAttacked(),
                f.logLikTarget(),
                f.symmetricKl(),
                f.msSsimInputs(),
                f.msSsimReconstructions(),
                f.prediction(),
                f.forwards(),
                f.backwards(),
                new float[0],
                new float[0],
                f.relativeDistortion(),
                f.relativeDistance());
    }

    @Test
    void findings_come_back_as_they_went() {
        whole().close();
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            assertThat(store.plan()).isEqualTo(PLAN);
            List<AttackRow> attacks = store.results(0).attacks();
            assertThat(attacks).hasSize(2 * 11 * 5);
            assertThat(attacks).usingRecursiveComparison().isEqualTo(expected());
            assertThat(store.results(0).attackExhibits()).isEmpty();
        }
    }

    @Test
    void a_task_gives_the_arrays_that_were_measured() {
        try (RunStore store = whole()) {
            for (AuditTask task : Runs.tasks(PLAN)) {
                List<AttackFinding> found = new ArrayList<>();
                List<float[]> inputs = new ArrayList<>();
                for (PointAudit audit : Runs.audits(PLAN, INFO, task)) {
                    found.addAll(audit.suite());
                    audit.suite().forEach(each -> inputs.add(audit.input()));
                }
                List<StoredAttack> stored = store.attacks(task);
                assertThat(stored).hasSize(found.size());
                for (int i = 0; i < stored.size(); i++) {
                    assertThat(stored.get(i).perturbed()).isEqualTo(found.get(i).perturbed());
                    assertThat(stored.get(i).input()).isEqualTo(inputs.get(i));
                    assertThat(stored.get(i).spec().name())
                            .isEqualTo(found.get(i).attack());
                }
            }
        }
    }

    @Test
    void the_most_and_the_least_damaged_points_of_each_attack_are_shown_once_with_their_targets() {
        try (RunStore store = whole()) {
            RunResults results = store.results(9);
            assertThat(results.attackExhibits()).hasSize(2 * 3 * 6);
            List<AttackExhibit> first = results.attackExhibits().subList(0, 6);
            assertThat(first)
                    .isSortedAccordingTo(Comparator.<AttackExhibit>comparingDouble(
                                    each -> each.row().finding().damage())
                            .reversed());
            assertThat(first.stream().map(each -> each.row().point())).doesNotHaveDuplicates();
            // Damage grows with the position: the last ones are hurt most.
            assertThat(first.stream()
                            .map(each -> INFO.points().indexOf(each.row().point())))
                    .containsExactly(10, 9, 8, 7, 1, 0);
            for (AttackExhibit exhibit : results.attackExhibits()) {
                Integer target = exhibit.row().finding().target();
                if (target == null) {
                    assertThat(exhibit.target()).isNull();
                } else {
                    assertThat(exhibit.target()).isEqualTo(Runs.split().image(target));
                }
                boolean latent = exhibit.row().finding().attack().equals("max-damage");
                assertThat(exhibit.perturbed()).hasSize(6);
                assertThat(exhibit.perturbed() == exhibit.input()).isEqualTo(latent);
            }
            assertThat(store.results(1).attackExhibits()).hasSize(2 * 3 * 2);
        }
    }

    @Test
    void evidence_names_attack_weight_and_target() {
        whole().close();
        SafetensorsFile images = Safetensors.read(folder.resolve("run/perturbations/b1-0.safetensors"), 1 << 20);
        assertThat(images.tensors())
                .containsKeys(
                        "suite/latent-kl/perturbed",
                        "suite/latent-kl/targets",
                        "suite/penalty, odd name/weight=0.5/perturbed",
                        "suite/penalty, odd name/weight=2.0/reconstructions",
                        "suite/max-damage/positions");
        assertThat(images.tensors().get("suite/latent-kl/perturbed").shape()).containsExactly(8L, 1L, 2L, 3L);
        assertThat(images.tensors().get("suite/max-damage/perturbed").shape()).containsExactly(4L, 2L);
        assertThat(images.tensors().get("targets/points").values()).containsExactly(1, 2, 3, 4, 5);
        assertThat(images.tensors().get("targets/images").shape()).containsExactly(5L, 1L, 2L, 3L);
    }

    @Test
    void targets_without_images_and_findings_of_no_attack_are_refused_before_anything_is_written() throws Exception {
        try (RunStore store = RunStore.create(folder.resolve("run"), PLAN, INFO, Runs.cards())) {
            AuditTask task = Runs.tasks(PLAN).get(0);
            List<PointAudit> audits = Runs.audits(PLAN, INFO, task);
            assertThatThrownBy(() -> store.commit(task, 1, audits)).isInstanceOf(IllegalStateException.class);
            assertThat(folder.resolve("run/perturbations")).isEmptyDirectory();
        }
        Path other = folder.resolve("other");
        AuditPlan without = PLAN.withSuite(PLAN.suite().subList(1, 3));
        try (RunStore store = RunStore.create(other, without, INFO, Runs.cards())) {
            AuditTask task = Runs.tasks(PLAN).get(0);
            assertThatThrownBy(() -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("latent-kl");
        }
    }

    private static EvaluationCheck check(String model, int number, Check.Outcome outcome) {
        return new EvaluationCheck(
                model,
                number,
                "more steps",
                outcome,
                "twice the steps gain 0.3 %",
                List.of(new EvaluationCheck.Curve(
                        "tiny", "steps", "damage", List.of(1.0, 2.0), List.of(0.5, Double.POSITIVE_INFINITY))));
    }

    @Test
    void checks_come_back_in_order_and_new_ones_replace_them() {
        try (RunStore store = whole()) {
            assertThat(store.checks()).isEmpty();
            assertThat(RunSummary.of(store.results(0)).verdict()).isEqualTo(Reliance.NOT_CHECKED);
            store.checks(List.of(check("b4", 2, Check.Outcome.FAIL), check("b1", 4, Check.Outcome.WARN)));
            store.checks(List.of(
                    check("b4", 1, Check.Outcome.PASS),
                    check("b1", 10, Check.Outcome.PASS),
                    check("b1", 4, Check.Outcome.WARN)));
            assertThat(RunSummary.of(store.results(0)).verdict()).isEqualTo(Reliance.CHECKED);
            assertThatThrownBy(() -> store.checks(List.of(check("b9", 4, Check.Outcome.WARN))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (RunStore store = RunStore.open(folder.resolve("run"))) {
            assertThat(store.results(0).checks())
                    .containsExactly(
                            check("b1", 4, Check.Outcome.WARN),
                            check("b1", 10, Check.Outcome.PASS),
                            check("b4", 1, Check.Outcome.PASS));
        }
    }

    @Test
    void a_failed_check_marks_the_summary() throws Exception {
        try (RunStore store = whole()) {
            store.checks(List.of(check("b4", 2, Check.Outcome.FAIL), check("b1", 4, Check.Outcome.PASS)));
            RunSummary summary = RunSummary.of(store.results(0));
            assertThat(summary.verdict()).isEqualTo(Reliance.NOT_TO_BE_RELIED_ON);
            JsonNode json = new ObjectMapper().readTree(Summary.json(summary));
            assertThat(json.path("verdict").asText()).isEqualTo("NOT_TO_BE_RELIED_ON");
            assertThat(json.path("checks").path(1).path("evidence").asText()).isEqualTo("twice the steps gain 0.3 %");
            assertThat(json.path("models").path(0).path("suite")).hasSize(4);
        }
    }

    @Test
    void attacks_are_exported_with_every_measure() throws Exception {
        try (RunStore store = whole()) {
            Path csv = folder.resolve("attacks.csv");
            RunExport.write(store, Format.CSV, Table.ATTACKS, csv);
            List<String> lines = Files.readAllLines(csv);
            assertThat(lines).hasSize(1 + 2 * 11 * 5);
            assertThat(lines.get(0))
                    .startsWith("model,data,split,point,label,beta,attack,goal,variable,norm_name,method,target,weight,"
                            + "radius,norm,")
                    .contains(",r_1,p_within_1,r_2,p_within_2,r_3,p_within_3,draws,", ",nats_lost,degradation,");
            assertThat(lines.get(1))
                    .startsWith("b1,sprites,test,1000,-1,1.0,latent-kl,latent-kl,input,l2,gradient,1,,0.5,");
            assertThat(lines.get(3)).contains("\"penalty, odd name\",max-damage,input,linf,one-step,,0.5,,");
            Path json = folder.resolve("attacks.json");
            RunExport.write(store, Format.JSON, Table.ATTACKS, json);
            JsonNode rows = new ObjectMapper().readTree(json.toFile());
            assertThat(rows).hasSize(2 * 11 * 5);
            assertThat(rows.get(0).path("p_within_1").asDouble()).isEqualTo(0.4);
            assertThat(rows.get(5).path("objective").asText()).isEqualTo("-Infinity");
            RunExport.write(store, Format.PARQUET, Table.ATTACKS, folder.resolve("attacks.parquet"));
            store.checks(List.of(check("b4", 2, Check.Outcome.FAIL)));
            Path checks = folder.resolve("checks.csv");
            RunExport.write(store, Format.CSV, Table.CHECKS, checks);
            assertThat(Files.readAllLines(checks))
                    .containsExactly(
                            "model,number,name,outcome,evidence", "b4,2,more steps,FAIL,twice the steps gain 0.3 %");
        }
    }

    /** As version 1 left it: no tables of a suite, and a plan that does not speak of one. */
    private Path old() throws Exception {
        Path run = folder.resolve("old");
        AuditPlan plan = Runs.plan(11, 4, true);
        try (RunStore store = RunStore.create(run, plan, INFO, Runs.cards())) {
            AuditTask task = Runs.tasks(plan).get(0);
            store.commit(task, 1, Runs.audits(plan, INFO, task));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + run.resolve("audit.duckdb"));
                Statement statement = connection.createStatement()) {
            statement.execute("DROP VIEW attack_rows; DROP TABLE suite; DROP TABLE suite_within; DROP TABLE quality;"
                    + " DROP TABLE checks; UPDATE run SET schema_version = 1, plan = json_merge_patch(plan,"
                    + " '{\"breaks\": null, \"suite\": null, \"probe\": null, \"checks\": null}')");
        }
        return run;
    }

    @Test
    void a_run_of_the_version_before_is_read_as_it_is_and_raised_where_it_goes_on() throws Exception {
        Path run = old();
        AuditPlan plan = Runs.plan(11, 4, true);
        try (RunStore store = RunStore.open(run)) {
            assertThat(store.plan()).isEqualTo(plan);
            RunResults results = store.results(2);
            assertThat(results.rows()).hasSize(4 * 3);
            assertThat(results.attacks()).isEmpty();
            assertThat(results.checks()).isEmpty();
            assertThat(store.attacks(Runs.tasks(plan).get(0))).isEmpty();
            assertThatThrownBy(() -> RunExport.write(store, Format.CSV, Table.ATTACKS, folder.resolve("x.csv")))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("older Margrave")
                    .hasMessageNotContaining("\n");
        }
        try (RunStore store = RunStore.resume(run)) {
            AuditTask next = Runs.tasks(plan).get(1);
            store.commit(next, 1, Runs.audits(plan, INFO, next));
            store.checks(List.of(check("b4", 2, Check.Outcome.WARN)));
        }
        try (RunStore store = RunStore.open(run)) {
            assertThat(store.results(0).rows()).hasSize(8 * 3);
            assertThat(store.checks()).hasSize(1);
        }
    }
}
