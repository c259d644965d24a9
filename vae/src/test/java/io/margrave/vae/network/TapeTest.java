package io.margrave.vae.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Layer.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TapeTest {
    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    /** From 1x6x5 images to 7 numbers and to images again. */
    private static Network network(Activation activation) {
        return Network.initialised(
                List.of(
                        new Layer.Flatten(),
                        new Layer.Linear(30, 40),
                        activation,
                        new Layer.Linear(40, 7),
                        new Layer.Linear(7, 30),
                        activation,
                        new Layer.Unflatten(1, 6, 5)),
                List.of(1L, 6L, 5L),
                new Noise(3, "weights").stream(0, "network", 0));
    }

    private static Tensor images(int rows) {
        float[] values = new float[rows * 30];
        new Noise(4, "images").stream(0, "values", 0).gaussians(values, 0, values.length);
        Tensor images = TensorCopies.tensor(values, rows, 1, 6, 5);
        images.set_requires_grad(true);
        return images;
    }

    private static Tensor autograd(UnaryOperator<Tensor> value, Tensor inputs) {
        return torch.grad(new TensorVector(value.apply(inputs)), new TensorVector(inputs))
                .get(0);
    }

    private static Tensor taped(UnaryOperator<Tensor> value, Tensor inputs) {
        try (Tape tape = Tape.open()) {
            return tape.gradient(value.apply(inputs), inputs);
        }
    }

    private static void assertClose(Tensor got, Tensor expected, double share) {
        assertThat(TensorCopies.sizes(got)).isEqualTo(TensorCopies.sizes(expected));
        double[] values = TensorCopies.doubles(got);
        double[] wanted = TensorCopies.doubles(expected);
        double largest = expected.abs().max().item_float();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(wanted[i], within(share * largest));
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradients_are_those_of_autograd(Activation activation) {
        Network network = network(activation);
        UnaryOperator<Tensor> value = x -> network.forward(x).square().sum();
        assertClose(taped(value, images(41)), autograd(value, images(41)), 1e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 33, 64, 700})
    void what_is_computed_for_any_number_of_rows_is_what_autograd_computes(int rows) {
        Network network = network(Activation.RELU);
        Tensor batch = images(rows);
        Tensor expected = network.forward(batch).detach();
        try (Tape tape = Tape.open()) {
            assertClose(network.forward(batch), expected, 1e-5);
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            assertClose(network.forward(batch), expected, 1e-5);
        }
        assertClose(network.forward(batch.detach()), expected, 1e-5);
        assertThat(network.forward(batch.detach().narrow(0, 0, 0)).size(0)).isZero();
    }

    @Test
    void gradients_in_bfloat16_are_those_of_autograd_but_for_its_rounding() {
        Network network = network(Activation.RELU).inBfloat16();
        UnaryOperator<Tensor> value = x -> network.forward(x).square().sum();
        assertClose(taped(value, images(9)), autograd(value, images(9)), 0.03);
    }

    /** x -> f(x) -> f(f(x) + x), of which the value takes all three. */
    @Test
    void every_way_from_the_inputs_to_the_value_counts() {
        Network network = network(Activation.SOFTPLUS);
        UnaryOperator<Tensor> value = x -> {
            Tensor once = network.forward(x);
            Tensor twice = network.forward(once.add(x));
            return once.mul(x).add(twice.square().mul(once)).sum();
        };
        assertClose(taped(value, images(5)), autograd(value, images(5)), 1e-5);
    }

    /** x -> f(x) -> f(x)^3, whose way back is told: wrongly, where autograd has to follow, so that nobody can have asked. */
    @Test
    void a_function_that_tells_its_way_back_is_asked_where_a_tape_is_open_and_there_alone() {
        Network network = network(Activation.TANH);
        UnaryOperator<Tensor> told = x -> Tape.custom(
                        network.forward(x),
                        y -> new Tape.Step(
                                y.pow(new Scalar(3)), g -> g.mul(y.square()).mul(new Scalar(3))))
                .sum();
        UnaryOperator<Tensor> wrong = x -> Tape.custom(
                        network.forward(x), y -> new Tape.Step(y.pow(new Scalar(3)), g -> g.mul(new Scalar(7))))
                .sum();
        UnaryOperator<Tensor> plain = x -> network.forward(x).pow(new Scalar(3)).sum();
        Tensor expected = autograd(plain, images(5));
        assertClose(taped(told, images(5)), expected, 1e-5);
        assertClose(autograd(wrong, images(5)), expected, 1e-5);
        assertThat(taped(wrong, images(5)).sub(expected).abs().max().item_float())
                .isGreaterThan(0.01f);
        try (Tape tape = Tape.open();
                Tape own = Tape.keepingGraphs()) {
            assertClose(autograd(wrong, images(5)), expected, 1e-5);
        }
        assertThat(Tape.custom(images(2).detach(), y -> new Tape.Step(y.square(), g -> g))
                        .requires_grad())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void a_network_followed_by_a_function_gives_what_the_function_makes_of_its_outputs(Activation activation) {
        for (Activation last : List.of(Activation.SIGMOID, Activation.SILU)) {
            Network network = network(activation);
            Network followed = network.followedBy(last);
            UnaryOperator<Tensor> expected =
                    x -> last.forward(network.forward(x), Map.of()).square().sum();
            UnaryOperator<Tensor> value = x -> followed.forward(x).square().sum();
            assertClose(taped(value, images(37)), autograd(expected, images(37)), 1e-5);
            assertClose(autograd(value, images(37)), autograd(expected, images(37)), 1e-5);
            assertClose(
                    followed.forward(images(37).detach()),
                    last.forward(network.forward(images(37).detach()), Map.of()),
                    1e-5);
            assertThat(followed.output()).isEqualTo(network.output());
            assertThat(followed.parameters()).isEqualTo(network.parameters());
        }
    }

    @Test
    void several_gradients_can_be_asked_of_one_pass() {
        Network network = network(Activation.TANH);
        Tensor inputs = images(4);
        List<Tensor> expected = IntStream.range(0, 3)
                .mapToObj(k -> autograd(
                        x -> network.forward(x).flatten(1, -1).select(1, k).sum(), images(4)))
                .toList();
        try (Tape tape = Tape.open()) {
            Tensor out = network.forward(inputs).flatten(1, -1);
            for (int k = 0; k < 3; k++) {
                assertClose(tape.gradient(out.select(1, k).sum(), inputs), expected.get(k), 1e-5);
            }
        }
    }

    @Test
    void a_network_whose_way_back_is_unknown_keeps_its_graph() {
        Network network = Network.initialised(
                List.of(new Layer.Conv2d(1, 2, 3, 2, 1), Activation.RELU, new Layer.Flatten(), new Layer.Linear(18, 4)),
                List.of(1L, 6L, 5L),
                new Noise(5, "weights").stream(0, "network", 0));
        UnaryOperator<Tensor> value = x -> network.forward(x).square().sum();
        assertClose(taped(value, images(3)), autograd(value, images(3)), 1e-6);
    }

    @Test
    void changed_weights_count_at_once() {
        Network network = network(Activation.RELU);
        UnaryOperator<Tensor> value = x -> network.forward(x).square().sum();
        taped(value, images(2));
        network.parameters().values().forEach(parameter -> parameter.mul_(new Scalar(1.5)));
        assertClose(taped(value, images(2)), autograd(value, images(2)), 1e-5);
        assertThat(value.apply(images(2).detach()).item_float())
                .isCloseTo(value.apply(images(2)).item_float(), within(1e-3f));
    }

    private static List<Tensor> learnt(Network network) {
        List<Tensor> parameters = List.copyOf(network.parameters().values());
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        return parameters;
    }

    private static void assertGradientsAreAutograds(Supplier<Tensor> value, List<Tensor> of) {
        TensorVector expected = torch.grad(new TensorVector(value.get()), new TensorVector(of.toArray(new Tensor[0])));
        try (Tape tape = Tape.open()) {
            List<Tensor> gradients = tape.gradients(value.get(), of);
            for (int i = 0; i < of.size(); i++) {
                assertClose(gradients.get(i), new Tensor(expected.get(i)), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradients_of_what_is_learnt_are_those_of_autograd(Activation activation) {
        Network network = network(activation);
        List<Tensor> parameters = learnt(network);
        Tensor fixed = images(37).detach();
        assertGradientsAreAutograds(() -> network.forward(fixed).square().sum(), parameters);
        Tensor wanted = images(5);
        List<Tensor> all = new ArrayList<>(parameters);
        all.add(wanted);
        assertGradientsAreAutograds(() -> network.forward(wanted).square().sum(), all);
        try (Tape tape = Tape.open()) {
            assertThat(network.forward(fixed).is_leaf()).isEqualTo(activation.knowsTheWayBack());
        }
    }

    /** A decoder behind an encoder and its noise, twice: what is learnt is used in two places, and the value takes codes, too. */
    @Test
    void gradients_of_several_networks_add_up_over_all_uses() {
        Network there = network(Activation.RELU);
        Network back = network(Activation.SIGMOID);
        List<Tensor> parameters = new ArrayList<>(learnt(there));
        parameters.addAll(learnt(back));
        Tensor images = images(6).detach();
        assertGradientsAreAutograds(
                () -> {
                    Tensor code = there.forward(images);
                    Tensor out = back.forward(code.mul(images).add(there.forward(images.square())));
                    return out.square().sum().add(code.exp().mean());
                },
                parameters);
    }

    @Test
    void networks_in_training_with_and_without_a_way_back_go_together() {
        Network first = Network.initialised(
                List.of(
                        new Layer.Conv2d(1, 2, 3, 2, 1),
                        Activation.RELU,
                        new Layer.Flatten(),
                        new Layer.Linear(18, 30)),
                List.of(1L, 6L, 5L),
                new Noise(5, "weights").stream(0, "network", 0));
        Network second = network(Activation.TANH);
        Network third = Network.initialised(
                List.of(new Layer.Conv2d(1, 2, 3, 2, 1)), List.of(1L, 6L, 5L), new Noise(6, "w").stream(0, "n", 0));
        List<Tensor> parameters = new ArrayList<>(learnt(first));
        parameters.addAll(learnt(second));
        parameters.addAll(learnt(third));
        Tensor images = images(6).detach();
        assertGradientsAreAutograds(
                () -> {
                    Tensor code = first.forward(images).view(6, 1, 6, 5);
                    Tensor both = third.forward(second.forward(code));
                    return both.square().sum().add(code.square().mean());
                },
                parameters);
    }

    @Test
    void of_a_network_that_learns_in_part_autograd_keeps_the_graph() {
        Network network = network(Activation.RELU);
        Tensor weight = Objects.requireNonNull(network.parameters().get("3.weight"));
        weight.set_requires_grad(true);
        Tensor images = images(4).detach();
        assertGradientsAreAutograds(() -> network.forward(images).square().sum(), List.of(weight));
    }

    @Test
    void a_parameter_that_the_value_does_not_depend_on_is_named() {
        Network network = network(Activation.RELU);
        List<Tensor> parameters = learnt(network);
        List<Tensor> other = learnt(network(Activation.RELU));
        try (Tape tape = Tape.open()) {
            Tensor value = network.forward(images(2).detach()).sum();
            assertThatThrownBy(() -> tape.gradients(value, List.of(parameters.get(0), other.get(1))))
                    .isInstanceOf(MissingGradientException.class)
                    .hasMessageContaining("input 1 of 2, of shape 40");
        }
    }

    /** Without a gradient, as where held-out images are measured between epochs. */
    @Test
    void weights_in_training_multiply_without_a_graph_where_none_is_wanted() {
        Network network = network(Activation.RELU);
        Tensor images = images(9).detach();
        Tensor expected = network.forward(images);
        learnt(network);
        try (NoGradGuard guard = new NoGradGuard()) {
            assertClose(network.forward(images), expected, 1e-6);
            assertThat(network.forward(images).requires_grad()).isFalse();
        }
        assertThat(network.forward(images).requires_grad()).isTrue();
    }

    /** Of |d sum f / dx|^2, within a tape and without one. */
    @Test
    void second_derivatives_are_autograds_where_graphs_are_kept() {
        Network network = network(Activation.TANH);
        UnaryOperator<Tensor> slope = x -> torch.grad(
                        new TensorVector(network.forward(x).sum()),
                        new TensorVector(x),
                        new TensorVector(),
                        new BoolOptional(true),
                        true,
                        false)
                .get(0)
                .square()
                .sum();
        Tensor inputs = images(3);
        Tensor expected = autograd(slope, inputs);
        try (Tape tape = Tape.open()) {
            assertThat(network.forward(images(1)).is_leaf()).isTrue();
            try (Tape own = Tape.keepingGraphs()) {
                assertThat(network.forward(images(1)).is_leaf()).isFalse();
                assertClose(tape.gradient(slope.apply(inputs), inputs), expected, 1e-5);
            }
            assertThat(network.forward(images(1)).is_leaf()).isTrue();
        }
        assertThat(network.forward(images(1)).is_leaf()).isFalse();
    }

    @Test
    void a_value_that_depends_on_nothing_has_no_gradient() {
        Tensor inputs = images(2);
        try (Tape tape = Tape.open()) {
            assertThat(tape.gradientIfAny(torch.ones(), inputs)).isNull();
            assertThat(tape.gradientIfAny(
                            network(Activation.RELU).forward(images(2)).sum(), inputs))
                    .isNull();
            assertThatThrownBy(() -> tape.gradient(torch.ones(), inputs))
                    .isInstanceOf(MissingGradientException.class)
                    .hasMessageContaining("want a value that depends on input 0 of 1, of shape 2x1x6x5");
        }
    }
}
