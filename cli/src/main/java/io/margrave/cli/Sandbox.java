package io.margrave.cli;

import io.margrave.data.BadInputException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a command in a Java process of its own, so that a model which crashes LibTorch, takes all memory or never ends takes
 * that process with it and not this one.
 *
 * <p>The process has a bounded heap, address space (on Linux), processor and wall time, an environment of a few variables, an
 * empty folder to work in, and no terminal. It has the user's rights to files and network: this is no boundary against code
 * that got hold of the process. SECURITY.md says what is.
 */
final class Sandbox {
    /** What Java, LibTorch and OpenBLAS reserve with the options below: 1.6 GB measured; of it 0.3 GB are used. */
    private static final int ENGINE_MEGABYTES = 2048;

    /** Output that is kept of a command, which has little to say. */
    private static final int MOST_OUTPUT = 1 << 20;

    private static final List<String> PASSED_ON =
            List.of("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "MARGRAVE_DATA", "XDG_CACHE_HOME", "SystemRoot");
    private static final String NATIVE_CACHE = "org.bytedeco.javacpp.cachedir";

    private final String mainClass;
    private final List<String> arguments;
    private final SandboxLimits limits;
    private final Console console;

    private Sandbox(String mainClass, List<String> arguments, SandboxLimits limits, Console console) {
        this.mainClass = mainClass;
        this.arguments = arguments;
        this.limits = limits;
        this.console = console;
    }

    /**
     * Runs a command to its end. Its output is passed on then, without control characters.
     *
     * @param arguments as after {@code margrave}; relative paths start from the console's folder
     * @return its exit code
     * @throws BadInputException where it crashed, ran out of memory or of time: one line
     */
    static int run(List<String> arguments, SandboxLimits limits, Console console) {
        return run(SandboxedMain.class.getName(), arguments, limits, console);
    }

    /** As the other, with another class than {@link SandboxedMain} on the inner side, which takes the same arguments. */
    static int run(String mainClass, List<String> arguments, SandboxLimits limits, Console console) {
        return new Sandbox(mainClass, List.copyOf(arguments), limits, console).run();
    }

    private int run() {
        Path folder = create();
        try {
            return run(folder);
        } catch (IOException e) {
            throw new BadInputException("can't start a sandbox: " + e.getMessage() + "; run without --sandbox", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInputException("stopped while waiting for the sandbox", e);
        } finally {
            delete(folder);
        }
    }

    private int run(Path folder) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Path ended = folder.resolve("ended");
        ProcessBuilder builder = new ProcessBuilder(command(folder, ended));
        builder.directory(Files.createDirectory(folder.resolve("work")).toFile());
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(environment());
        Process process = builder.start();
        process.getOutputStream().close();
        Thread guard = new Thread(process::destroyForcibly, "sandbox");
        Runtime.getRuntime().addShutdownHook(guard);
        boolean inTime;
        try {
            inTime = process.waitFor(limits.time().toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
            process.waitFor();
            removeHook(guard);
        }
        Optional<Integer> exitCode = exitCode(ended);
        if (exitCode.isEmpty()) {
            throw died(inTime, process.exitValue(), text(err));
        }
        passOn(out, console.out());
        passOn(err, console.err());
        return exitCode.get();
    }

    // What is started

    private List<String> command(Path folder, Path ended) {
        List<String> command = new ArrayList<>();
        Path shell = Path.of("/bin/sh");
        if (linux() && Files.isExecutable(shell)) {
            long addresses = 1024L * (ENGINE_MEGABYTES + limits.heapMegabytes() + limits.nativeMegabytes());
            long seconds = 1 + limits.time().toSeconds() * Runtime.getRuntime().availableProcessors();
            // -c: a crash leaves no image of the memory; -f: 2 GiB a file; -v: kilobytes of addresses; -t: processor
            // time.
            String limited = "ulimit -c 0; ulimit -f 4194304; ulimit -v " + addresses + "; ulimit -t " + seconds
                    + "; exec \"$0\" \"$@\"";
            command.addAll(List.of(shell.toString(), "-c", limited));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", windows() ? "java.exe" : "java")
                .toString());
        command.addAll(List.of(
                "-Xmx" + limits.heapMegabytes() + "m",
                "-Xss1m",
                "-XX:+UseSerialGC",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:ReservedCodeCacheSize=64m",
                // A crash is told in one line by the outer process: no report of it in the user's folder.
                "-XX:+SuppressFatalErrorMessage",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes="
                        + (ENGINE_MEGABYTES / 2 + limits.heapMegabytes() + limits.nativeMegabytes()) + "m",
                "-Djava.io.tmpdir=" + folder));
        String cache = System.getProperty(NATIVE_CACHE);
        if (cache != null) {
            command.add("-D" + NATIVE_CACHE + "=" + Path.of(cache).toAbsolutePath());
        }
        command.addAll(List.of("-cp", classPath(), mainClass));
        command.add(ended.toString());
        command.add(console.directory().toString());
        command.addAll(arguments);
        return command;
    }

    /** The inner process works in another folder: paths that are relative to this one's would lead nowhere. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        for (String name : PASSED_ON) {
            String value = console.environment().get(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.put("OMP_WAIT_POLICY", "passive");
        // Each thread has buffers: with the machine's number of cores, what is reserved would depend on it.
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("OPENBLAS_NUM_THREADS", "1");
        environment.put("MALLOC_ARENA_MAX", "2");
        return environment;
    }

    // What became of it

    private BadInputException died(boolean inTime, int code, String err) {
        String command = arguments.isEmpty() ? "margrave" : "margrave " + arguments.get(0);
        if (!inTime) {
            return new BadInputException(
                    "want '" + command + "' to end within " + limits.time().toSeconds()
                            + " s in the sandbox, got no end of it; its model is too slow, or never ends: do not load it");
        }
        String lower = err.toLowerCase(Locale.ROOT);
        boolean memory = lower.contains("memory") || lower.contains("bad_alloc") || code == 128 + 9;
        String what = memory
                ? "ran out of memory (" + limits.nativeMegabytes() + " MB of tensors)"
                : code > 128 ? "crashed (signal " + (code - 128) + ")" : "ended early (code " + code + ")";
        return new BadInputException("want '" + command + "' to come to its end in the sandbox, but it " + what
                + "; its model is corrupt, hostile or too large: do not load it");
    }

    private static Optional<Integer> exitCode(Path ended) throws IOException {
        if (!Files.exists(ended)) {
            return Optional.empty();
        }
        String code = Files.readString(ended, StandardCharsets.US_ASCII);
        return code.matches("[0-9]{1,3}") ? Optional.of(Integer.parseInt(code)) : Optional.empty();
    }

    private static void passOn(Path file, PrintStream stream) throws IOException {
        stream.print(text(file));
        stream.flush();
    }

    /** What a process wrote: no more than some, and nothing that would steer a terminal. */
    private static String text(Path file) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_OUTPUT);
        }
        StringBuilder text = new StringBuilder();
        new String(bytes, StandardCharsets.UTF_8)
                .codePoints()
                .filter(c -> c == '\n' || c == '\t' || !Character.isISOControl(c))
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    private static void removeHook(Thread guard) {
        try {
            Runtime.getRuntime().removeShutdownHook(guard);
        } catch (IllegalStateException e) {
            // This process is stopping: the hook is what ends the other one.
            guard.setName("sandbox, ending");
        }
    }

    // Its folder

    private static Path create() {
        try {
            return Files.createTempDirectory("margrave-sandbox-");
        } catch (IOException e) {
            throw new BadInputException(
                    "can't make a folder for the sandbox: " + e.getMessage() + "; free some space", e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean linux() {
        return System.getProperty("os.name").equals("Linux");
    }

    private static boolean windows() {
        return System.getProperty("os.name").startsWith("Windows");
    }
}
