package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the process around it: streams, folder, environment.
 *
 * @param out takes results
 * @param err takes progress and errors
 * @param terminal whether somebody watches {@code err}, so that a bar may redraw itself
 * @param columns width of the terminal
 * @param directory that relative paths start from
 * @param environment variables
 */
record Console(
        PrintStream out,
        PrintStream err,
        boolean terminal,
        int columns,
        Path directory,
        Map<String, String> environment) {

    /** The console of this process. The launcher says whether standard error is a terminal: Java can't tell. */
    static Console ofProcess() {
        boolean terminal = Boolean.getBoolean("margrave.terminal");
        int columns = Integer.getInteger("margrave.columns", 80);
        return new Console(
                System.out,
                System.err,
                terminal,
                Math.max(columns, 40),
                Path.of("").toAbsolutePath(),
                System.getenv());
    }

    /** Progress on standard error. */
    ConsoleProgress progress() {
        return new ConsoleProgress(
                err, terminal ? new ConsoleProgress.Terminal(columns, unicode()) : null, System::nanoTime);
    }

    /** A result: each line of it to standard output. */
    void say(Iterable<String> lines) {
        lines.forEach(out::println);
        out.flush();
    }

    /** A remark beside progress, on standard error. */
    void note(String line) {
        err.println(line);
        err.flush();
    }

    /** {@code path} as the user meant it. */
    Path resolve(Path path) {
        return directory.resolve(path).normalize();
    }

    /** Whether the terminal shows more than ASCII. */
    boolean unicode() {
        return StandardCharsets.UTF_8.name().equalsIgnoreCase(System.getProperty("native.encoding"));
    }

    /** Whether stack traces are wanted. */
    boolean debug() {
        String value = environment.getOrDefault("MARGRAVE_DEBUG", "");
        return !value.isEmpty() && !value.equals("0");
    }
}
