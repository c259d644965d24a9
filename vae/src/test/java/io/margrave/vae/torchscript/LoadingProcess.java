package io.margrave.vae.torchscript;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The process that loads archives, started again when it dies. */
final class LoadingProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ExecutorService reading = Executors.newSingleThreadExecutor();
    private final Path errors;
    private Process process;
    private Writer to;
    private BufferedReader from;

    LoadingProcess(Path errors) {
        this.errors = errors;
        start();
    }

    private void start() {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/bin/sh"))) {
            // An archive that asks for terabytes gets an error, not the memory of whoever runs the tests.
            command.addAll(List.of("/bin/sh", "-c", "ulimit -c 0; ulimit -v 6000000; exec \"$0\" \"$@\""));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:ErrorFile=" + errors.resolveSibling("crash-%p.log"),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                LoadingChild.class.getName()));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().put("OPENBLAS_NUM_THREADS", "1");
            builder.environment().put("OMP_NUM_THREADS", "1");
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        to = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    Answer load(Path file, long[] input) throws InterruptedException {
        Future<String> line = reading.submit(() -> {
            to.write(LongStream.of(input).mapToObj(Long::toString).collect(Collectors.joining(",")) + "\t" + file
                    + "\n");
            to.flush();
            return nextAnswer();
        });
        try {
            String answer = line.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            int space = answer.indexOf(' ');
            return new Answer(Answer.Kind.valueOf(answer.substring(0, space)), answer.substring(space + 1));
        } catch (TimeoutException e) {
            restart();
            return new Answer(Answer.Kind.LATE, "no answer within " + PATIENCE);
        } catch (ExecutionException e) {
            process.waitFor();
            int code = process.exitValue();
            restart();
            return new Answer(Answer.Kind.CRASHED, "exit code " + code);
        }
    }

    /** The next answer; what LibTorch or the model print is passed over. */
    private String nextAnswer() throws IOException {
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            int mark = line.indexOf('\u0001');
            if (mark >= 0) {
                return line.substring(mark + 1);
            }
        }
        throw new IOException("the process ended");
    }

    private void restart() throws InterruptedException {
        process.destroyForcibly().waitFor();
        start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        reading.shutdownNow();
    }
}
