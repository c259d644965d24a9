package io.margrave.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final AtomicLong now = new AtomicLong();

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Progress audited(long done) {
        return new Progress("audit", done, 100, "points", done == 40 ? "median 1.2" : "");
    }

    @Test
    void without_a_terminal_first_last_and_one_line_every_five_seconds_are_told() {
        ConsoleProgress progress = new ConsoleProgress(err, null, now::get);
        for (int second = 0; second <= 10; second++) {
            now.set(second * 1_000_000_000L);
            progress.on(audited(second * 10L));
            progress.on(audited(second * 10L));
        }
        assertThat(lines())
                .containsExactly(
                        "audit: 0 of 100 points",
                        "audit: 50 of 100 points, 5.0 s, about 5 s left",
                        "audit: 100 of 100 points, 10.0 s");
    }

    @Test
    void each_stage_has_its_own_clock_and_details_are_told() {
        ConsoleProgress progress = new ConsoleProgress(err, null, now::get);
        progress.on(audited(40));
        progress.on(new Progress("train", 1, 5, "epochs", ""));
        progress.on(audited(41));
        assertThat(lines()).containsExactly("audit: 40 of 100 points; median 1.2", "train: 1 of 5 epochs");
    }

    @Test
    void on_a_terminal_a_bar_redraws_one_line() {
        ConsoleProgress progress = new ConsoleProgress(err, new ConsoleProgress.Terminal(70, false), System::nanoTime);
        progress.on(audited(0));
        progress.on(audited(100));
        String drawn = bytes.toString(StandardCharsets.UTF_8);
        assertThat(drawn).contains("\r").contains("audit").contains("100/100");
        assertThat(drawn.strip()).doesNotContain("\n");
    }
}
