package io.margrave.vae.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.vae.TensorCopies;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScriptModuleTest {
    @TempDir
    private Path folder;

    private ScriptModule module(String type, String body) {
        try (PointerScope scope = new PointerScope()) {
            new ScriptSource(
                            "Module",
                            "def forward(self, x: Tensor) -> " + type + ":\n" + body + "\n",
                            Map.of("w", TensorCopies.tensor(new float[] {2, 3}, 2)))
                    .save(folder.resolve("m.pt"));
        }
        return ScriptModule.load(folder.resolve("m.pt"));
    }

    private static void assertRefused(Runnable run, String message) {
        assertThatThrownBy(run::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .satisfies(thrown -> assertThat(thrown.getMessage().lines()).hasSize(1));
    }

    @Test
    void what_is_saved_and_loaded_computes_with_its_parameters() {
        ScriptModule module = module("Tensor", "    return torch.mul(x, self.w)");
        try (PointerScope scope = new PointerScope()) {
            Tensor output = module.run(TensorCopies.tensor(new float[] {5, 7}, 2), List.of())
                    .get(0);
            assertThat(TensorCopies.floats(output)).containsExactly(10, 21);
        }
    }

    @Test
    void a_dict_is_read_by_the_names_that_are_asked_for_and_else_refused_with_those_it_has() {
        ScriptModule module = module("Dict[str, Tensor]", "    return {\"b\": x, \"a\": torch.neg(x)}");
        try (PointerScope scope = new PointerScope()) {
            Tensor input = TensorCopies.tensor(new float[] {1}, 1);
            List<Tensor> outputs = module.run(input, List.of("a", "b"));
            assertThat(TensorCopies.floats(outputs.get(0))).containsExactly(-1);
            assertThat(TensorCopies.floats(outputs.get(1))).containsExactly(1);
            assertRefused(() -> module.run(input, List.of()), "it gives a dict with [a, b]: want keys");
            assertRefused(() -> module.run(input, List.of("a", "c")), "it gives a dict with [a, b]: want keys");
        }
        ScriptModule tensor = module("Tensor", "    return x");
        try (PointerScope scope = new PointerScope()) {
            assertRefused(
                    () -> tensor.run(torch.ones(1), List.of("a")), "m.pt: want a dict with [a], as model.yaml says");
        }
    }

    @Test
    void a_list_of_tensors_is_its_elements() {
        ScriptModule module = module("List[Tensor]", "    return [x, torch.neg(x)]");
        try (PointerScope scope = new PointerScope()) {
            assertThat(module.run(torch.ones(3), List.of())).hasSize(2);
        }
    }

    @Test
    void what_the_interpreter_raises_is_told_and_not_its_traceback() {
        ScriptModule wrong = module("Tensor", "    return torch.matmul(x, self.w)");
        try (PointerScope scope = new PointerScope()) {
            assertRefused(
                    () -> wrong.run(torch.ones(3), List.of()),
                    "m.pt on an input of 3 fails: inconsistent tensor size, expected tensor [3] and src [2]");
        }
        ScriptModule endless = module("int", "    return 3");
        try (PointerScope scope = new PointerScope()) {
            assertRefused(() -> endless.run(torch.ones(3), List.of()), "m.pt: want tensors, got for its output a Int");
        }
    }

    @ParameterizedTest
    @EnumSource(Fixture.class)
    void an_archive_of_pytorch_loads_or_says_which_operator_is_too_new(Fixture fixture) {
        if (!fixture.loads()) {
            assertRefused(() -> ScriptModule.load(fixture.path()), "Unknown builtin op: ");
            return;
        }
        List<String> keys = switch (fixture) {
            case CONV_TRACED, CONV_FROZEN -> List.of("embedding", "log_covariance");
            case CONTROL_FLOW_SCRIPTED -> List.of("mean", "log");
            default -> List.of();
        };
        ScriptModule module = ScriptModule.load(fixture.path());
        try (PointerScope scope = new PointerScope()) {
            assertThat(module.run(torch.ones(fixture.input()), keys)).isNotEmpty();
        }
    }

    @Test
    void source_that_is_no_torchscript_is_refused_before_a_file_exists() {
        assertRefused(() -> module("Tensor", "    return torch.nothing(x)"), "can't write ");
        assertThat(folder).isEmptyDirectory();
    }
}
