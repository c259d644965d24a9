package io.margrave.vae.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One step of a network: what it is, not what it has learned. Shapes here are of one row, without the batch dimension.
 */
public sealed interface Layer
        permits Layer.Linear, Layer.Conv2d, Layer.ConvTranspose2d, Layer.Activation, Layer.Flatten, Layer.Unflatten {

    /**
     * Shape of the output for an input of one row.
     *
     * @throws IllegalArgumentException where the layer can't take such an input: what it wants, in words
     */
    List<Long> output(List<Long> input);

    /** Shapes of the parameters by PyTorch's names, {@code weight} and {@code bias}; empty for layers that learn nothing. */
    default Map<String, List<Long>> parameterShapes() {
        return Map.of();
    }

    /** Inputs that each output sums over: what sets the spread of first weights; 0 for layers that learn nothing. */
    default long fanIn() {
        return 0;
    }

    /**
     * Runs the layer.
     *
     * @param input {@code [batch, ...]}
     * @param parameters by name, of {@link #parameterShapes}
     */
    Tensor forward(Tensor input, Map<String, Tensor> parameters);

    /** Whether {@link Network} knows its derivative without autograd, from what it gives. */
    default boolean knowsTheWayBack() {
        return false;
    }

    /**
     * The same as a TorchScript expression.
     *
     * @param input an expression
     * @param parameters what stands before {@code weight} and {@code bias}, as in {@code self.layer_0_}
     */
    String script(String input, String parameters);

    /** Weight and bias, in PyTorch's order. */
    private static Map<String, List<Long>> weightAndBias(List<Long> weight, long bias) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("weight", weight);
        shapes.put("bias", List.of(bias));
        return shapes;
    }

    /**
     * The same images with the channels of a pixel side by side, as the convolutions compute: without it they are put so and back at each
     * layer. Takes a copy at most where images enter; sizes and values stay.
     */
    private static Tensor channelsLast(Tensor images) {
        return images.contiguous(torch.MemoryFormat.ChannelsLast);
    }

    /** Of a layer that has one. */
    static Tensor weight(Map<String, Tensor> parameters) {
        return parameter(parameters, "weight");
    }

    /** Of a layer that has one. */
    static Tensor bias(Map<String, Tensor> parameters) {
        return parameter(parameters, "bias");
    }

    private static Tensor parameter(Map<String, Tensor> parameters, String name) {
        Tensor parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("want a parameter called " + name + ", got " + parameters.keySet());
        }
        return parameter;
    }

    private static void require(boolean holds, String wanted, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }

    /**
     * y = W x + b.
     *
     * @param in features, greater than zero
     * @param out features, greater than zero
     */
    record Linear(int in, int out) implements Layer {
        public Linear {
            require(in > 0 && out > 0, "features > 0", in + " -> " + out);
        }

        @Override
        public List<Long> output(List<Long> input) {
            require(input.equals(List.of((long) in)), "an input of " + in, input);
            return List.of((long) out);
        }

        @Override
        public Map<String, List<Long>> parameterShapes() {
            return weightAndBias(List.of((long) out, (long) in), out);
        }

        @Override
        public long fanIn() {
            return in;
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return torch.linear(input, weight(parameters), new TensorOptional(bias(parameters)));
        }

        @Override
        public String script(String input, String parameters) {
            return "torch.linear(" + input + ", " + parameters + "weight, " + parameters + "bias)";
        }

        @Override
        public String toString() {
            return "Linear " + in + " -> " + out;
        }
    }

    /**
     * Cross-correlation with square kernels.
     *
     * @param in channels, greater than zero
     * @param out channels, greater than zero
     * @param kernel side in pixels, greater than zero
     * @param stride in pixels, greater than zero
     * @param padding zeros on each side, at least zero
     */
    record Conv2d(int in, int out, int kernel, int stride, int padding) implements Layer {
        public Conv2d {
            require(in > 0 && out > 0, "channels > 0", in + " -> " + out);
            require(kernel > 0 && stride > 0 && padding >= 0, "kernel, stride > 0 and padding >= 0", kernel);
        }

        @Override
        public List<Long> output(List<Long> input) {
            require(input.size() == 3 && input.get(0) == in, "an input of " + in + " channels, height, width", input);
            return List.of((long) out, side(input.get(1)), side(input.get(2)));
        }

        private long side(long input) {
            require(input + 2L * padding >= kernel, "a side of at least " + (kernel - 2 * padding), input);
            return (input + 2L * padding - kernel) / stride + 1;
        }

        @Override
        public Map<String, List<Long>> parameterShapes() {
            return weightAndBias(List.of((long) out, (long) in, (long) kernel, (long) kernel), out);
        }

        @Override
        public long fanIn() {
            return (long) in * kernel * kernel;
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return torch.conv2d(
                    channelsLast(input),
                    weight(parameters),
                    new TensorOptional(bias(parameters)),
                    new long[] {stride, stride},
                    new long[] {padding, padding},
                    new long[] {1, 1},
                    1);
        }

        @Override
        public String script(String input, String parameters) {
            return String.format(
                    Locale.ROOT,
                    "torch.conv2d(%s, %sweight, %sbias, [%d, %d], [%d, %d], [1, 1], 1)",
                    input,
                    parameters,
                    parameters,
                    stride,
                    stride,
                    padding,
                    padding);
        }

        @Override
        public String toString() {
            return "Conv2d " + in + " -> " + out + ", kernel " + kernel + ", stride " + stride + ", padding " + padding;
        }
    }

    /**
     * The transpose of a convolution with square kernels.
     *
     * @param in channels, greater than zero
     * @param out channels, greater than zero
     * @param kernel side in pixels, greater than zero
     * @param stride in pixels, greater than zero
     * @param padding taken off each side, at least zero
     * @param outputPadding added to one side, at least zero, less than the stride
     */
    record ConvTranspose2d(int in, int out, int kernel, int stride, int padding, int outputPadding) implements Layer {
        public ConvTranspose2d {
            require(in > 0 && out > 0, "channels > 0", in + " -> " + out);
            require(kernel > 0 && stride > 0 && padding >= 0, "kernel, stride > 0 and padding >= 0", kernel);
            require(outputPadding >= 0 && outputPadding < stride, "0 <= output padding < stride", outputPadding);
        }

        @Override
        public List<Long> output(List<Long> input) {
            require(input.size() == 3 && input.get(0) == in, "an input of " + in + " channels, height, width", input);
            return List.of((long) out, side(input.get(1)), side(input.get(2)));
        }

        private long side(long input) {
            long side = (input - 1) * stride - 2L * padding + kernel + outputPadding;
            require(side > 0, "an output side > 0", side);
            return side;
        }

        @Override
        public Map<String, List<Long>> parameterShapes() {
            return weightAndBias(List.of((long) in, (long) out, (long) kernel, (long) kernel), out);
        }

        /** PyTorch's: taken from the second size of the weight, which here is that of the output. */
        @Override
        public long fanIn() {
            return (long) out * kernel * kernel;
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return torch.conv_transpose2d(
                    channelsLast(input),
                    weight(parameters),
                    new TensorOptional(bias(parameters)),
                    new long[] {stride, stride},
                    new long[] {padding, padding},
                    new long[] {outputPadding, outputPadding},
                    1,
                    1,
                    1);
        }

        @Override
        public String script(String input, String parameters) {
            return String.format(
                    Locale.ROOT,
                    "torch.conv_transpose2d(%s, %sweight, %sbias, [%d, %d], [%d, %d], [%d, %d], 1, [1, 1])",
                    input,
                    parameters,
                    parameters,
                    stride,
                    stride,
                    padding,
                    padding,
                    outputPadding,
                    outputPadding);
        }

        @Override
        public String toString() {
            return "ConvTranspose2d " + in + " -> " + out + ", kernel " + kernel + ", stride " + stride + ", padding "
                    + padding;
        }
    }

    /** A function of each value alone. */
    enum Activation implements Layer {
        /** max(x, 0). */
        RELU {
            @Override
            Tensor apply(Tensor input) {
                return torch.relu(input);
            }

            @Override
            Tensor overwrite(Tensor input) {
                return input.relu_();
            }

            @Override
            Tensor back(Tensor gradient, Tensor output) {
                return torch.threshold_backward(gradient, output, new Scalar(0));
            }

            @Override
            OneDnn.Activation fused() {
                return OneDnn.Activation.RELU;
            }
        },
        /** tanh(x). */
        TANH {
            @Override
            Tensor apply(Tensor input) {
                return input.tanh();
            }

            @Override
            Tensor back(Tensor gradient, Tensor output) {
                return torch.tanh_backward(gradient, output);
            }

            @Override
            OneDnn.Activation fused() {
                return OneDnn.Activation.TANH;
            }
        },
        /** x sigmoid(x). */
        SILU {
            @Override
            Tensor apply(Tensor input) {
                return torch.silu(input);
            }

            @Override
            public boolean knowsTheWayBack() {
                return false;
            }
        },
        /** log(1 + e^x). */
        SOFTPLUS {
            @Override
            Tensor apply(Tensor input) {
                return torch.softplus(input);
            }

            @Override
            Tensor back(Tensor gradient, Tensor output) {
                return gradient.mul(output.neg().expm1_().neg_());
            }
        },
        /** 1 / (1 + e^-x). */
        SIGMOID {
            @Override
            Tensor apply(Tensor input) {
                return input.sigmoid();
            }

            @Override
            Tensor overwrite(Tensor input) {
                return input.sigmoid_();
            }

            @Override
            Tensor back(Tensor gradient, Tensor output) {
                return torch.sigmoid_backward(gradient, output);
            }

            @Override
            OneDnn.Activation fused() {
                return OneDnn.Activation.SIGMOID;
            }
        },
        /** x, or 0.01 x below zero. */
        LEAKY_RELU {
            @Override
            Tensor apply(Tensor input) {
                return torch.leaky_relu(input, new Scalar(0.01));
            }

            @Override
            Tensor back(Tensor gradient, Tensor output) {
                return torch.leaky_relu_backward(gradient, output, new Scalar(0.01), true);
            }
        };

        abstract Tensor apply(Tensor input);

        /** The same, in the input's memory where that is faster. */
        Tensor overwrite(Tensor input) {
            return apply(input);
        }

        /** From a gradient of the output to that of the input, for those that {@linkplain #knowsTheWayBack know}. */
        Tensor back(Tensor gradient, Tensor output) {
            throw new UnsupportedOperationException(id() + " can't tell its derivative from its value");
        }

        /** The same as part of a product, where there is such an operation; null elsewhere. */
        OneDnn.@Nullable Activation fused() {
            return null;
        }

        @Override
        public boolean knowsTheWayBack() {
            return true;
        }

        /** As plans and model files spell it: {@code leaky-relu}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The activation of that spelling. */
        public static Activation of(String id) {
            return Arrays.stream(values())
                    .filter(activation -> activation.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("want an activation of "
                            + Arrays.stream(values()).map(Activation::id).toList() + ", got '" + id + "'"));
        }

        @Override
        public List<Long> output(List<Long> input) {
            return input;
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return apply(input);
        }

        @Override
        public String script(String input, String parameters) {
            String slope = this == LEAKY_RELU ? ", 0.01" : "";
            return "torch." + name().toLowerCase(Locale.ROOT) + "(" + input + slope + ")";
        }
    }

    /** All of a row's values in one line. */
    record Flatten() implements Layer {
        @Override
        public List<Long> output(List<Long> input) {
            return List.of(input.stream().reduce(1L, Math::multiplyExact));
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return input.flatten(1, -1);
        }

        @Override
        public boolean knowsTheWayBack() {
            return true;
        }

        @Override
        public String script(String input, String parameters) {
            return "torch.flatten(" + input + ", 1)";
        }
    }

    /**
     * A row's values as channels x height x width.
     *
     * @param channels greater than zero
     * @param height greater than zero
     * @param width greater than zero
     */
    record Unflatten(int channels, int height, int width) implements Layer {
        public Unflatten {
            require(channels > 0 && height > 0 && width > 0, "sizes > 0", channels + "x" + height + "x" + width);
        }

        @Override
        public List<Long> output(List<Long> input) {
            long size = (long) channels * height * width;
            require(input.equals(List.of(size)), "an input of " + size, input);
            return List.of((long) channels, (long) height, (long) width);
        }

        @Override
        public Tensor forward(Tensor input, Map<String, Tensor> parameters) {
            return input.unflatten(1, channels, height, width);
        }

        @Override
        public boolean knowsTheWayBack() {
            return true;
        }

        @Override
        public String script(String input, String parameters) {
            return String.format(Locale.ROOT, "torch.unflatten(%s, 1, [%d, %d, %d])", input, channels, height, width);
        }
    }
}
