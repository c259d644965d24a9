package io.margrave.vae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
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
            Adam adam = new Adam(List.of(parameter), 0.1, 1);
            for (int i = 0; i < 5; i++) {
                Tensor loss = parameter.mul(factor).square().sum();
                TensorVector gradients = torch.grad(new TensorVector(loss), new TensorVector(parameter));
                step(adam, List.of(gradients.get(0)));
            }
            assertThat(TensorCopies.doubles(parameter))
                    .containsExactly(
                            new double[] {0.5079637169837952, -1.5029557943344116, 0.027814432978630066}, within(1e-6));
            assertThat(adam.steps()).isEqualTo(5);
        }
    }

    @Test
    @SuppressWarnings("try")
    void the_moments_of_a_gradient_that_stopped_end_at_zero_not_among_the_subnormals_and_javas_own_stay() {
        try (PointerScope scope = new PointerScope()) {
            Tensor parameter = torch.ones(37);
            Adam adam = new Adam(List.of(parameter), 0.001, 1);
            step(adam, List.of(torch.full(new long[] {37}, new Scalar(1e-3))));
            for (int i = 0; i < 1_000; i++) {
                step(adam, List.of(torch.zeros(37)));
            }
            assertThat(TensorCopies.doubles(adam.first().get(0))).containsOnly(0);
            assertThat(TensorCopies.doubles(adam.second().get(0))).doesNotContain(0.0);
            float smallest = Math.scalb(1f, -(int) Math.min(140, adam.steps()));
            assertThat(smallest * smallest).isZero();
            assertThat(smallest / 2).isPositive();
        }
    }

    /** The parts of a batch are summed; each parameter is moved once, whoever moves it. */
    @Test
    void shares_move_all_parameters_as_one_does() {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> one = parameters();
            List<Tensor> shared = parameters();
            Adam alone = new Adam(one, 0.01, 1);
            Adam three = new Adam(shared, 0.01, 3);
            for (int i = 0; i < 4; i++) {
                step(
                        alone,
                        one.stream()
                                .map(parameter -> parameter.mul(new Scalar(1.5)))
                                .toList());
                List<List<Tensor>> parts = List.of(
                        shared.stream().map(Tensor::clone).toList(),
                        shared.stream()
                                .map(parameter -> parameter.mul(new Scalar(0.5)))
                                .toList());
                three.begin();
                for (int share = 0; share < 3; share++) {
                    three.move(share, parts);
                }
            }
            for (int i = 0; i < one.size(); i++) {
                assertThat(TensorCopies.doubles(shared.get(i))).containsExactly(TensorCopies.doubles(one.get(i)));
            }
        }
    }

    @Test
    void more_shares_than_parameters_leave_some_with_nothing_to_do() {
        try (PointerScope scope = new PointerScope()) {
            Tensor parameter = torch.ones(5);
            Adam adam = new Adam(List.of(parameter), 0.5, 4);
            adam.begin();
            for (int share = 0; share < 4; share++) {
                adam.move(share, List.of(List.of(torch.ones(5))));
            }
            assertThat(TensorCopies.doubles(parameter))
                    .containsExactly(new double[] {0.5, 0.5, 0.5, 0.5, 0.5}, within(1e-6));
        }
    }

    private static List<Tensor> parameters() {
        List<Tensor> parameters = new ArrayList<>();
        for (int i = 1; i < 6; i++) {
            parameters.add(
                    torch.arange(new Scalar(1), new Scalar(7 * i % 16 + 3)).toType(torch.ScalarType.Float));
        }
        return parameters;
    }

    private static void step(Adam adam, List<Tensor> gradients) {
        adam.begin();
        adam.move(0, List.of(gradients));
    }
}
