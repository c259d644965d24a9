package io.margrave.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * Draws Vega-Lite specifications as SVG without a browser: the same libraries as in the page, in one JavaScript context that
 * can reach neither files nor network. Not safe for use by several threads.
 */
final class SvgRenderer implements AutoCloseable {
    private final Context context;
    private final Value render;
    private final Value step;
    private final Duration limit;
    private boolean usable = true;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "svg-watch");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Loads the libraries: seconds.
     *
     * @param limit wall-clock time that one figure may take; a renderer that had to be stopped is of no more use
     */
    SvgRenderer(Duration limit) {
        this.limit = limit;
        context = Context.newBuilder("js")
                .option("engine.WarnInterpreterOnly", "false")
                .build();
        for (String library : new String[] {"svg-setup.js", "vega.min.js", "vega-lite.min.js", "svg-render.js"}) {
            context.eval(source(library));
        }
        render = context.getBindings("js").getMember("renderToSvg");
        step = context.getBindings("js").getMember("step");
    }

    /** Whether another figure can be drawn. */
    boolean usable() {
        return usable;
    }

    private static Source source(String library) {
        try {
            return Source.newBuilder("js", Resource.text(library), library).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Draws one figure.
     *
     * @param json its specification
     * @return the text of an SVG file
     * @throws FailedException in one line, where the specification can't be drawn or takes too long
     */
    String render(String json) throws FailedException {
        ScheduledFuture<?> alarm = watch.schedule(() -> context.close(true), limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            Value outcome = render.execute(json);
            while (!outcome.getMember("done").asBoolean()) {
                if (!step.execute().asBoolean()) {
                    throw new FailedException("the drawing never ended");
                }
            }
            if (!outcome.getMember("error").isNull()) {
                throw new FailedException(firstLine(outcome.getMember("error").asString()));
            }
            return outcome.getMember("svg").asString();
        } catch (PolyglotException e) {
            usable = !e.isCancelled();
            throw new FailedException(
                    usable ? firstLine(e.getMessage()) : "took longer than " + limit.toSeconds() + " s");
        } finally {
            alarm.cancel(false);
        }
    }

    static String firstLine(@org.jspecify.annotations.Nullable String message) {
        return message == null ? "unknown error" : message.lines().findFirst().orElse("unknown error");
    }

    @Override
    public void close() {
        watch.shutdownNow();
        context.close(true);
    }

    /** A figure could not be drawn. The message is one line. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }
}
