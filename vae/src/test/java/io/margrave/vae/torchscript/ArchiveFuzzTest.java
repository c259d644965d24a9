package io.margrave.vae.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages archives at random and loads them in another process: {@code -Dmargrave.fuzz.mutations=N} of them, 200 by default and
 * 5,000 with {@code -Pfuzz}. The same number gives the same archives.
 */
class ArchiveFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("margrave.fuzz.mutations", 200);
    private static final long SEED = Long.getLong("margrave.fuzz.seed", 6);

    @TempDir
    private Path folder;

    @Test
    void a_damaged_archive_runs_or_is_refused_in_one_line_and_never_crashes_the_engine()
            throws IOException, InterruptedException {
        Map<Answer.Kind, Integer> counts = new EnumMap<>(Answer.Kind.class);
        Map<String, Integer> refusals = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        Path kept = Files.createDirectories(Path.of("target", "fuzz"));
        try (LoadingProcess process = new LoadingProcess(kept.resolve("stderr.txt"))) {
            for (int i = 0; i < MUTATIONS; i++) {
                SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
                Fixture fixture = Fixture.values()[random.nextInt(Fixture.values().length)];
                Mutation mutation = Mutation.values()[random.nextInt(Mutation.values().length)];
                byte[] damaged = mutation.apply(fixture.bytes(), random);
                for (int more = random.nextInt(3); more > 0 && mutation.again(); more--) {
                    damaged = mutation.apply(damaged, random);
                }
                Path file = Files.write(folder.resolve("damaged.pt"), damaged);
                Answer answer = process.load(file, fixture.input());
                counts.merge(answer.kind(), 1, Integer::sum);
                refusals.merge(mutation + " " + answer.kind(), 1, Integer::sum);
                boolean bad = switch (answer.kind()) {
                    case CRASHED, DEFECT, LATE -> true;
                    case REFUSED, ENGINE, RAN -> answer.line().contains("\\n");
                };
                if (bad) {
                    Path copy = Files.write(kept.resolve("damaged-" + SEED + "-" + i + ".pt"), damaged);
                    wrong.add(i + " " + mutation + " of " + fixture + ": " + answer + ", kept as " + copy);
                }
            }
        }
        Files.write(
                kept.resolve("figures.txt"),
                List.of(
                        MUTATIONS + " mutations: " + counts,
                        String.join("\n", wrong),
                        refusals.toString().replace(", ", "\n")));
        assertThat(wrong).as("%d mutations: %s", MUTATIONS, counts).isEmpty();
        assertThat(counts).as("the streams reach both ends").containsKeys(Answer.Kind.REFUSED, Answer.Kind.RAN);
    }
}
