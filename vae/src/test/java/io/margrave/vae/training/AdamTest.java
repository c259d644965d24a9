package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.vae.TensorCopies;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class AdamTest {
    /** PyTorch 2.15: {@code Adam([t], lr=0.1)}, five steps down {@code ((t * [1, 2, 3]) ** 2).sum()} from [1, -2, 0.5]. */
    @Test
    @SuppressWarnings("try")
    void five_steps_end_where_pytorchs_do() {
        try (PointerScope scope = new PointerScope()) {
            Tensor parameter = TensorCopies.tensor(new float[] {1, -2, 0.5f}, 3);
            parameter.set_requires_grad(true);
            Tensor factor = TensorCopies.tensor(new float[] {1, 2, 3}, 3);
            Adam adam = new Adam(List.of(parameter), 0.1);
            for (int i = 0; i < 5; i++) {
                Tensor loss = parameter.mul(factor).square().sum();
                TensorVector gradients = torch.grad(new TensorVector(loss), new TensorVector(parameter));
                adam.step(List.of(gradients.get(0)));
            }
            assertThat(TensorCopies.doubles(parameter))
                    .containsExactly(
                            new double[] {0.5079637169837952, -1.5029557943344116, 0.027814432978630066}, within(1e-6));
            assertThat(adam.steps()).isEqualTo(5);
        }
    }
}
