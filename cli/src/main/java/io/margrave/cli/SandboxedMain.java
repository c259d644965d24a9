package io.margrave.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The inner side of a {@link Sandbox}: runs a command and leaves its exit code in a file, which tells an ending from a death.
 * Exit codes alone do not: OpenBLAS, out of memory, ends the process with 1.
 */
final class SandboxedMain {
    private SandboxedMain() {}

    /** Takes the file to write, the folder that relative paths start from, and the command's own arguments. */
    public static void main(String[] args) throws IOException {
        Console console = new Console(System.out, System.err, false, 80, Path.of(args[1]), System.getenv());
        int exitCode = Main.run(Arrays.copyOfRange(args, 2, args.length), console);
        System.out.flush();
        System.err.flush();
        Files.writeString(Path.of(args[0]), Integer.toString(exitCode), StandardCharsets.US_ASCII);
        System.exit(exitCode);
    }
}
