package io.margrave.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@SuppressWarnings("try")
class EngineTest {
    @Test
    void both_libraries_get_the_threads_that_are_asked_for() {
        Engine.threads(2);
        assertThat(Engine.threads()).isEqualTo(2);
        assertThat(openblas.blas_get_num_threads()).isEqualTo(2);
        Engine.singleThreaded();
        assertThat(Engine.threads()).isEqualTo(1);
        assertThat(openblas.blas_get_num_threads()).isEqualTo(1);
        assertThatThrownBy(() -> Engine.threads(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void versions_are_named() {
        assertThat(Engine.version()).matches("LibTorch \\d+\\.\\d+\\.\\d+ \\(JavaCPP \\d+\\.\\d+\\.\\d+(, MKL)?\\)");
    }

    @Test
    void an_error_of_libtorch_is_cut_to_its_first_line() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> torch.matmul(torch.zeros(2, 3), torch.zeros(4, 5)))
                    .satisfies(error -> assertThat(error.getMessage()).contains("\n"))
                    .satisfies(error -> assertThat(Engine.firstLine(error)).doesNotContain("\n"))
                    .satisfies(error -> assertThat(Engine.firstLine(error)).contains("2x3 and 4x5"));
        }
    }

    @Test
    void copies_go_in_and_out_unchanged() {
        try (PointerScope scope = new PointerScope()) {
            float[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
            Tensor images = TensorCopies.images(values, new ImageShape(1, 2, 3));
            assertThat(TensorCopies.shape(images)).isEqualTo("2x1x2x3");
            assertThat(TensorCopies.floats(images)).containsExactly(values);
            // A view that is not contiguous is copied in its own order.
            assertThat(TensorCopies.doubles(images.transpose(2, 3).select(0, 1)))
                    .containsExactly(7, 10, 8, 11, 9, 12);
            assertThat(TensorCopies.floats(TensorCopies.tensor(new double[] {1.5, -2}, 2)))
                    .containsExactly(1.5f, -2f);
            assertThatThrownBy(() -> TensorCopies.tensor(values, 2, 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("want 10 values for a tensor of 2x5, got 12");
        }
    }

    @Test
    void a_copy_does_not_follow_its_tensor() {
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = TensorCopies.tensor(new float[] {1, 2}, 2);
            float[] copy = TensorCopies.floats(tensor);
            tensor.zero_();
            assertThat(copy).containsExactly(1, 2);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void copies_leave_no_memory_behind() throws IOException {
        float[] values = new float[1 << 20];
        long before = 0;
        for (int i = 0; i < 600; i++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor tensor = TensorCopies.tensor(values, 1 << 20);
                assertThat(TensorCopies.floats(tensor)).hasSize(1 << 20);
            }
            if (i == 100) {
                before = residentMebibytes();
            }
        }
        // 500 leaked tensors would be 2000 MiB.
        assertThat(residentMebibytes() - before).isLessThan(500);
    }

    private static long residentMebibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
