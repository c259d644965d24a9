package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {
    private static final SandboxLimits LIMITS = new SandboxLimits(256, 256, Duration.ofSeconds(60));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Console console() {
        return new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                100,
                folder,
                Map.of("PATH", "/bin", "AWS_SECRET_ACCESS_KEY", "secret"));
    }

    private int misbehaving(String how, SandboxLimits limits) {
        return Sandbox.run(Misbehaving.class.getName(), List.of(how), limits, console());
    }

    @ParameterizedTest
    @ValueSource(strings = {"datasets", "export nothing-there", "--version", "no-such-command"})
    void a_command_says_and_ends_in_the_sandbox_as_it_does_outside(String line) {
        String[] command = line.split(" ");
        Ran outside = Ran.margrave(folder, command);
        int exitCode = Sandbox.run(List.of(command), LIMITS, console());
        assertThat(exitCode).isEqualTo(outside.exitCode());
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactlyElementsOf(outside.out());
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).containsExactlyElementsOf(outside.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"crash", "native-memory", "exit-at-once"})
    void a_death_in_the_sandbox_is_one_line_of_bad_input_outside(String how) {
        assertThatThrownBy(() -> misbehaving(how, LIMITS))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want 'margrave " + how + "' to come to its end")
                .hasMessageContaining("do not load it")
                .hasMessageNotContaining("\n");
        assertThat(out.size() + err.size()).isZero();
    }

    @Test
    void what_never_ends_is_stopped_in_time() {
        SandboxLimits brief = new SandboxLimits(64, 64, Duration.ofSeconds(2));
        long begin = System.nanoTime();
        assertThatThrownBy(() -> misbehaving("never-end", brief))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("within 2 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void what_is_said_inside_can_not_steer_the_terminal() {
        assertThat(misbehaving("steer-the-terminal", LIMITS)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo("[2Jall is well");
    }

    @Test
    void the_inside_sees_an_empty_folder_and_no_secrets_of_the_environment() {
        assertThat(misbehaving("show-surroundings", LIMITS)).isZero();
        List<String> said = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(said.get(0)).contains("PATH").doesNotContain("AWS");
        assertThat(said.get(1)).isEqualTo("0");
    }
}
