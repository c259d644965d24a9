package io.margrave.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What one call of {@code margrave} printed, run within this process.
 *
 * @param exitCode that the process would have ended with
 * @param out lines of standard output
 * @param err lines of standard error
 */
record Ran(int exitCode, List<String> out, List<String> err) {

    static Ran margrave(Path directory, String... args) {
        return margrave(directory, Map.of(), args);
    }

    static Ran margrave(Path directory, Map<String, String> environment, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                100,
                directory,
                environment);
        int exitCode = Main.run(args, console);
        return new Ran(
                exitCode,
                out.toString(StandardCharsets.UTF_8).lines().toList(),
                err.toString(StandardCharsets.UTF_8).lines().toList());
    }

    String text() {
        return String.join("\n", out);
    }
}
