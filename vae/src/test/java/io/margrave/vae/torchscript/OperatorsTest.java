package io.margrave.vae.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.vae.Engine;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.OperatorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorsTest {
    /** An upgrade of LibTorch brings operators that somebody must think of before a model may call them. */
    @Test
    void every_operator_of_this_engine_is_either_allowed_or_refused() {
        Set<String> unknown = new TreeSet<>();
        Set<String> both = new TreeSet<>();
        for (String name : ofEngine()) {
            if (Operators.allowed(name) == Operators.refused(name)) {
                (Operators.allowed(name) ? both : unknown).add(name);
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(both).isEmpty();
        assertThat(ofEngine()).hasSizeGreaterThan(1500).contains("relu", "save", "from_file");
    }

    private static Set<String> ofEngine() {
        Engine.load();
        Set<String> names = new TreeSet<>();
        try (PointerScope scope = new PointerScope()) {
            OperatorVector operators = torch.getAllOperators();
            for (long i = 0; i < operators.size(); i++) {
                String name = operators.get(i).schema().name().getString();
                if (name.startsWith("aten::")) {
                    names.add(name.substring("aten::".length()));
                }
            }
        }
        return names;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "save",
                "from_file",
                "to_here",
                "set_",
                "resize_",
                "as_strided",
                "backward",
                "manual_seed",
                "set_grad_enabled",
                "quantize_per_tensor",
                "_sparse_coo_tensor_unsafe",
                "native_batch_norm_backward",
                "wait"
            })
    void what_reaches_files_state_or_raw_memory_is_refused_by_name_too(String name) {
        assertThat(Operators.allowed(name)).isFalse();
        assertThat(Operators.refusedAsName(name)).isTrue();
    }
}
