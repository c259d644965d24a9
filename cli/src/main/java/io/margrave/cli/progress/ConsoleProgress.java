package io.margrave.cli.progress;

import io.margrave.results.Progress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress to whoever watches: a bar that redraws itself on a terminal, else plain lines, at most one every five
 * seconds a stage besides its first and last.
 */
public final class ConsoleProgress implements Progress.Listener, AutoCloseable {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    private final PrintStream err;
    private final @Nullable Terminal terminal;
    private final LongSupplier nanoTime;
    private final Map<String, Stage> stages = new LinkedHashMap<>();
    private @Nullable ProgressBar bar;
    private String barStage = "";

    /**
     * How a terminal is drawn on.
     *
     * @param columns its width
     * @param unicode whether it shows block characters
     */
    public record Terminal(int columns, boolean unicode) {}

    private static final class Stage {
        final long begun;
        final long doneAtBegin;
        long told;
        boolean finished;

        Stage(long begun, long doneAtBegin) {
            this.begun = begun;
            this.told = begun;
            this.doneAtBegin = doneAtBegin;
        }
    }

    /**
     * Progress for {@code err}.
     *
     * @param terminal null where {@code err} goes to a file or a pipe
     * @param nanoTime the clock
     */
    public ConsoleProgress(PrintStream err, @Nullable Terminal terminal, LongSupplier nanoTime) {
        this.err = err;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    /** Shows nothing. */
    public static ConsoleProgress silent() {
        return new ConsoleProgress(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                null,
                System::nanoTime);
    }

    @Override
    public synchronized void on(Progress progress) {
        if (terminal == null) {
            plain(progress);
        } else {
            draw(progress, terminal);
        }
    }

    private void plain(Progress progress) {
        long now = nanoTime.getAsLong();
        Stage stage = stages.get(progress.stage());
        boolean first = stage == null;
        if (stage == null) {
            stage = new Stage(now, progress.done());
            stages.put(progress.stage(), stage);
        }
        boolean last = progress.total() > 0 && progress.done() >= progress.total();
        boolean due = now - stage.told >= PLAIN_INTERVAL.toNanos();
        if (stage.finished || !(first || last || due)) {
            return;
        }
        stage.told = now;
        stage.finished = last;
        err.println(line(progress, stage, now));
        err.flush();
    }

    private static String line(Progress progress, Stage stage, long now) {
        StringBuilder line = new StringBuilder(progress.stage()).append(": ").append(progress.done());
        if (progress.total() > 0) {
            line.append(" of ").append(progress.total());
        }
        line.append(' ').append(progress.unit());
        double seconds = (now - stage.begun) / 1e9;
        long gained = progress.done() - stage.doneAtBegin;
        if (seconds >= 0.05) {
            line.append(String.format(Locale.ROOT, ", %.1f s", seconds));
        }
        if (gained > 0 && progress.done() < progress.total()) {
            line.append(String.format(
                    Locale.ROOT, ", about %.0f s left", seconds / gained * (progress.total() - progress.done())));
        }
        return progress.detail().isEmpty()
                ? line.toString()
                : line.append("; ").append(progress.detail()).toString();
    }

    private void draw(Progress progress, Terminal on) {
        ProgressBar current = bar;
        if (current == null || !barStage.equals(progress.stage())) {
            close();
            current = new ProgressBarBuilder()
                    .setTaskName(progress.stage())
                    .setInitialMax(progress.total())
                    .setUnit(" " + progress.unit(), 1)
                    .startsFrom(progress.done(), Duration.ZERO)
                    .setStyle(on.unicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .showSpeed()
                    .setConsumer(new ConsoleProgressBarConsumer(err, on.columns() - 1))
                    .build();
            bar = current;
            barStage = progress.stage();
        }
        current.maxHint(progress.total());
        current.stepTo(progress.done());
        current.setExtraMessage(progress.detail());
        if (progress.total() > 0 && progress.done() >= progress.total()) {
            close();
        }
    }

    /** Ends the bar's line, if one is drawn. */
    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            barStage = "";
        }
    }
}
