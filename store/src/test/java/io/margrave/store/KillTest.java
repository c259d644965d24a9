package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.AuditTask;
import io.margrave.results.RunResults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer killed at random moments, and again after it resumed. */
class KillTest {

    /** More of them for a longer trial: 25 take a minute. */
    private static final int KILLS = Integer.getInteger("margrave.kills", 4);

    @TempDir
    Path folder;

    @Test
    void a_killed_writer_loses_no_finished_task_and_leaves_no_half_task() throws Exception {
        Path run = folder.resolve("run");
        Random random = new Random(7);
        Set<String> announced = new HashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            Path said = folder.resolve("said-" + kill);
            Process writer = Child.start(run, "write", said);
            try {
                Child.waitForLine(writer, said);
                // Wherever in a commit that is: a commit takes some tens of milliseconds.
                Thread.sleep(random.nextInt(250));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            // A line that was cut short names no task.
            Files.readString(said).lines().filter(line -> line.endsWith("]")).forEach(announced::add);
            assertWhole(run, announced);
        }
        assertThat(announced.size()).isLessThan(Runs.tasks(Child.PLAN).size());
    }

    private static void assertWhole(Path run, Set<String> announced) {
        try (RunStore store = RunStore.open(run)) {
            Set<AuditTask> done = store.done();
            assertThat(done.stream().map(AuditTask::toString).collect(Collectors.toSet()))
                    .containsAll(announced);
            RunResults results = store.results(0);
            assertThat(results.rows())
                    .hasSize(done.stream().mapToInt(AuditTask::count).sum() * 3);
            assertThat(store.withoutEvidence()).isEmpty();
            for (AuditTask task : done) {
                List<StoredBreak> stored = store.breaks(task);
                long breaks = Runs.audits(Child.PLAN, Child.INFO, task).stream()
                        .flatMap(audit -> audit.radii().stream())
                        .mapToLong(radius -> radius.breaks().size())
                        .sum();
                assertThat(stored).hasSize((int) breaks);
                assertThat(store.attacks(task)).hasSize(5 * task.count());
            }
        }
    }
}
