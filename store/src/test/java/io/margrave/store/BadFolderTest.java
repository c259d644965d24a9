package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.RunInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every error that a folder can cause is one line that names it. */
class BadFolderTest {
    private static final AuditPlan PLAN = Runs.plan(4, 2, true);
    private static final RunInfo INFO = Runs.info(4);

    @TempDir
    Path folder;

    private static void assertOneLine(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOf(BadInputException.class)
                .hasMessageNotContaining("\n")
                .hasMessageContainingAll(parts);
    }

    private Path finished() {
        Path run = folder.resolve("run");
        try (RunStore store = RunStore.create(run, PLAN, INFO, Runs.cards())) {
            Runs.tasks(PLAN).forEach(task -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)));
        }
        return run;
    }

    private static void sql(Path run, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + run.resolve("audit.duckdb"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void a_second_writer_in_this_process_is_refused() {
        Path run = folder.resolve("run");
        try (RunStore store = RunStore.create(run, PLAN, INFO, Runs.cards())) {
            assertOneLine(() -> RunStore.resume(run), store.folder().toString(), "in use by this process");
            assertOneLine(() -> RunStore.open(run), "in use by this process");
            assertOneLine(() -> RunStore.create(run, PLAN, INFO, Runs.cards()), "in use by this process");
        }
        try (RunStore first = RunStore.open(run);
                RunStore second = RunStore.open(run)) {
            assertThat(first.plan()).isEqualTo(second.plan());
            assertOneLine(() -> RunStore.resume(run), "in use by this process");
        }
        RunStore.resume(run).close();
    }

    @Test
    void a_second_writer_in_another_process_is_refused() throws Exception {
        Path run = finished();
        Path said = folder.resolve("said");
        Process other = Child.start(run, "hold", said);
        try {
            Child.waitForLine(other, said);
            assertOneLine(
                    () -> RunStore.resume(run),
                    run.toRealPath().toString(),
                    "in use by another process (" + other.pid() + ")",
                    "wait until it ends");
            assertOneLine(() -> RunStore.open(run), "in use by another process");
        } finally {
            other.destroyForcibly().waitFor();
        }
        RunStore.resume(run).close();
    }

    @Test
    void a_folder_that_holds_a_run_is_not_made_again() throws Exception {
        Path run = finished();
        String plan = Files.readString(run.resolve("plan.yaml"));
        assertOneLine(
                () -> RunStore.create(run, Runs.plan(9, 3, false), Runs.info(9), Runs.cards()),
                "already holds a run",
                "--resume");
        assertThat(Files.readString(run.resolve("plan.yaml"))).isEqualTo(plan);
        try (RunStore store = RunStore.open(run)) {
            assertThat(store.done()).hasSize(4);
        }
    }

    @Test
    void a_missing_run_is_named() throws Exception {
        assertOneLine(() -> RunStore.open(folder.resolve("nowhere")), "no run in", "nowhere");
        assertOneLine(() -> RunStore.resume(folder), "no run in", "audit.duckdb");
        Files.createDirectory(folder.resolve("audit.duckdb"));
        assertOneLine(() -> RunStore.open(folder), "no run in");
    }

    @Test
    void a_folder_that_can_not_be_made_is_named() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertOneLine(() -> RunStore.create(file.resolve("run"), PLAN, INFO, Runs.cards()), "can't make run folder");
        assertOneLine(() -> RunStore.create(file, PLAN, INFO, Runs.cards()), "can't make run folder");
        assertOneLine(
                () -> RunStore.create(folder.resolve("a;b=c"), PLAN, INFO, Runs.cards()), "without ';' in its path");
    }

    @Test
    void a_commit_that_can_not_be_written_loses_no_finished_task() throws Exception {
        Path run = folder.resolve("run");
        List<AuditTask> tasks = Runs.tasks(PLAN);
        try (RunStore store = RunStore.create(run, PLAN, INFO, Runs.cards())) {
            store.commit(tasks.get(0), 1, Runs.audits(PLAN, INFO, tasks.get(0)));
            // A folder in place of the file can't be replaced by it, whoever runs this.
            Path inTheWay = run.resolve("perturbations/b1-1.safetensors");
            Files.createDirectories(inTheWay.resolve("full"));
            assertOneLine(
                    () -> store.commit(tasks.get(1), 1, Runs.audits(PLAN, INFO, tasks.get(1))), "b1-1.safetensors");
            assertThat(store.done()).containsExactly(tasks.get(0));
            store.commit(tasks.get(2), 1, Runs.audits(PLAN, INFO, tasks.get(2)));
        }
        try (RunStore store = RunStore.open(run)) {
            assertThat(store.done()).containsExactly(tasks.get(0), tasks.get(2));
            assertThat(store.results(0).rows()).hasSize(2 * 2 * 3);
        }
    }

    @Test
    void a_corrupt_database_never_gives_more_than_one_line() throws Exception {
        Path run = finished();
        Path file = run.resolve("audit.duckdb");
        byte[] good = Files.readAllBytes(file);
        for (int length : new int[] {0, 10, 4_096, 5_000, 12_288, good.length / 2}) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertOneLine(() -> RunStore.open(run).close(), "audit.duckdb is corrupt");
        }
        Files.writeString(file, "not a database at all".repeat(1_000));
        assertOneLine(() -> RunStore.open(run).close(), "audit.duckdb is corrupt");
        Random random = new Random(1);
        int refused = 0;
        for (int trial = 0; trial < 40; trial++) {
            byte[] bad = good.clone();
            for (int flips = 0; flips < 4; flips++) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file, bad);
            try (RunStore store = RunStore.open(run)) {
                store.results(1);
            } catch (BadInputException e) {
                refused++;
                assertThat(e).hasMessageContaining(run.toRealPath().toString()).hasMessageNotContaining("\n");
            }
        }
        assertThat(refused).isGreaterThan(10);
    }

    @Test
    void a_newer_schema_a_missing_table_and_a_view_in_its_place_are_refused() throws Exception {
        Path run = finished();
        sql(run, "ALTER TABLE margins RENAME TO others; CREATE VIEW margins AS SELECT * FROM others");
        assertOneLine(() -> RunStore.open(run), "not a complete run database");
        sql(run, "UPDATE run SET schema_version = 99");
        assertOneLine(() -> RunStore.open(run), "schema version 99", "use a newer Margrave");
        sql(run, "DROP VIEW audit_rows; DROP TABLE run");
        assertOneLine(() -> RunStore.open(run), "not a complete run database");
    }

    @Test
    void rows_that_make_no_sense_are_refused_in_one_line() throws Exception {
        Path run = finished();
        sql(run, "UPDATE clean SET verdict = 'PERHAPS'");
        try (RunStore store = RunStore.open(run)) {
            assertOneLine(() -> store.results(0), "makes no sense", "PERHAPS");
        }
        sql(run, "UPDATE run SET plan = '{\"alpha\": 7}'");
        assertOneLine(() -> RunStore.open(run), "not readable");
    }
}
