package io.margrave.vae.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.vae.EngineException;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Layer.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static final List<Layer> CHAIN = List.of(
            new Layer.Conv2d(1, 2, 3, 2, 1),
            Activation.SILU,
            new Layer.Conv2d(2, 3, 4, 2, 1),
            Activation.LEAKY_RELU,
            new Layer.Flatten(),
            new Layer.Linear(12, 4),
            Activation.TANH,
            new Layer.Linear(4, 12),
            Activation.SOFTPLUS,
            new Layer.Unflatten(3, 2, 2),
            new Layer.ConvTranspose2d(3, 2, 4, 2, 1, 0),
            Activation.RELU,
            new Layer.ConvTranspose2d(2, 1, 3, 2, 1, 0),
            Activation.SIGMOID);
    private static final List<Long> INPUT = List.of(1L, 7L, 7L);

    /** Value k of all parameters, counted in order, is 0.3 sin(0.7 k). */
    private static Map<String, Tensor> sines(List<Layer> layers) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        int[] k = {0};
        Network.parameterShapes(layers).forEach((name, shape) -> {
            long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
            float[] values =
                    new float[(int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.3 * Math.sin(0.7 * k[0]++));
            }
            parameters.put(name, TensorCopies.tensor(values, sizes));
        });
        return parameters;
    }

    /**
     * PyTorch 2.15: {@code nn.Sequential(Conv2d(1,2,3,2,1), SiLU(), Conv2d(2,3,4,2,1), LeakyReLU(0.01), Flatten(),
     * Linear(12,4), Tanh(), Linear(4,12), Softplus(), Unflatten(1,(3,2,2)), ConvTranspose2d(3,2,4,2,1), ReLU(),
     * ConvTranspose2d(2,1,3,2,1), Sigmoid())} with the same parameters, on {@code cos(arange(98)).view(2,1,7,7)}:
     * {@code y.flatten()[::7]} and {@code y.sum()}.
     */
    @Test
    void layers_compute_what_pytorchs_do_from_the_same_names_and_layouts() {
        Network network = new Network(CHAIN, INPUT, sines(CHAIN));
        assertThat(network.parameters().keySet())
                .containsExactly(
                        "0.weight",
                        "0.bias",
                        "2.weight",
                        "2.bias",
                        "5.weight",
                        "5.bias",
                        "7.weight",
                        "7.bias",
                        "10.weight",
                        "10.bias",
                        "12.weight",
                        "12.bias");
        float[] cosines = new float[98];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = (float) Math.cos(i);
        }
        double[] output = TensorCopies.doubles(network.forward(TensorCopies.tensor(cosines, 2, 1, 7, 7)));
        double[] expected = {
            0.458264, 0.451649, 0.437328, 0.3949539, 0.4627216, 0.4525709, 0.4386506, 0.4582249, 0.4516228, 0.437328,
            0.3950932, 0.4626354, 0.4524818, 0.4386689
        };
        double sum = 0;
        for (int i = 0; i < output.length; i++) {
            sum += output[i];
            if (i % 7 == 0) {
                assertThat(output[i]).isCloseTo(expected[i / 7], within(1e-6));
            }
        }
        assertThat(sum).isCloseTo(43.42206373810768, within(1e-4));
    }

    @Test
    void shapes_foretell_what_comes_out() {
        Network network = new Network(CHAIN, INPUT, sines(CHAIN));
        assertThat(network.output()).containsExactly(1L, 7L, 7L);
        for (ImageShape shape : List.of(
                new ImageShape(1, 28, 28),
                new ImageShape(1, 64, 64),
                new ImageShape(3, 32, 32),
                new ImageShape(3, 64, 64))) {
            for (Architecture architecture : List.of(
                    Architecture.mlp(),
                    Architecture.mlp(new Integer[0]),
                    Architecture.conv(),
                    Architecture.conv(8, 8, 8, 8))) {
                List<Long> image = List.of((long) shape.channels(), (long) shape.height(), (long) shape.width());
                assertThat(Network.outputShape(architecture.encoder(shape, 14), image))
                        .containsExactly(14L);
                assertThat(Network.outputShape(architecture.decoder(shape, 7), List.of(7L)))
                        .isEqualTo(image);
            }
        }
    }

    @Test
    void layers_that_do_not_fit_are_refused_by_number_and_shape() {
        List<Layer> layers = List.of(new Layer.Flatten(), new Layer.Linear(784, 10), new Layer.Linear(11, 3));
        assertThatThrownBy(() -> Network.outputShape(layers, List.of(1L, 28L, 28L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer 2 (Linear 11 -> 3): want an input of 11, got [10]");
        assertThatThrownBy(() -> new Layer.Conv2d(1, 2, 9, 1, 0).output(List.of(1L, 8L, 8L)))
                .hasMessageContaining("a side of at least 9");
    }

    @Test
    void parameters_that_do_not_fit_are_refused_by_name() {
        List<Layer> layers = List.of(new Layer.Linear(3, 2));
        assertThatThrownBy(() -> new Network(layers, List.of(3L), Map.of("0.weight", torch.zeros(2, 3))))
                .hasMessageContaining("0.bias");
        assertThatThrownBy(() -> new Network(
                        layers, List.of(3L), Map.of("0.weight", torch.zeros(3, 2), "0.bias", torch.zeros(2))))
                .hasMessage("want 0.weight of shape [2, 3], got [3, 2]");
    }

    @Test
    void an_input_of_the_wrong_shape_is_an_error_of_one_line_with_layer_and_shape() {
        Network network = Network.initialised(
                List.of(Activation.RELU, new Layer.Linear(3, 2)), List.of(3L), new Noise(1, "test").stream(0, "w", 0));
        assertThatThrownBy(() -> network.forward(torch.zeros(5, 4)))
                .isInstanceOf(EngineException.class)
                .hasMessageStartingWith("layer 1 (Linear 3 -> 2) on an input of 5x4: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void first_weights_are_seeded_and_spread_as_pytorchs() {
        List<Layer> layers = List.of(new Layer.Linear(400, 300));
        Tensor weight = initialised(layers, 1);
        assertThat(TensorCopies.floats(weight)).isEqualTo(TensorCopies.floats(initialised(layers, 1)));
        assertThat(TensorCopies.floats(weight)).isNotEqualTo(TensorCopies.floats(initialised(layers, 2)));
        // Uniform in +-1/20: a standard deviation of 1/(20 sqrt(3)).
        assertThat(weight.abs().max().item_double()).isBetween(0.0499, 0.05);
        assertThat(weight.std().item_double()).isCloseTo(0.05 / Math.sqrt(3), within(2e-4));
    }

    private static Tensor initialised(List<Layer> layers, long seed) {
        return Network.initialised(layers, List.of(400L), new Noise(seed, "test").stream(0, "w", 0))
                .parameters()
                .get("0.weight");
    }
}
