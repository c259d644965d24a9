package io.margrave.vae.network;

import io.margrave.data.Noise;
import io.margrave.vae.EngineException;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A list of layers with their parameters. Parameters are named as PyTorch's {@code Sequential} names them, {@code 0.weight},
 * {@code 0.bias}, {@code 2.weight}, ..., the number being that of the layer, and laid out as PyTorch lays them out.
 *
 * <p>Safe for use by several threads as long as nobody changes the parameters.
 */
public final class Network {
    /**
     * Rows that linear layers multiply are a multiple of these, filled up with zeros: kernels are made for each number of rows, and kept, which
     * takes time and memory where a search's batches are of any size.
     */
    private static final long BLOCK = 32;

    private final List<Layer> layers;
    private final List<Long> input;
    private final List<Long> output;
    private final Map<String, Tensor> parameters;
    private final List<Map<String, Tensor>> ofLayer;
    /** One a layer; null of those that are not linear. */
    private final @Nullable OneDnnLinear[] products;
    /** Whether all layers that learn are linear. */
    private final boolean linear;
    /** Of the parameters and of all between the first layer and the last. */
    private final ScalarType type;

    /**
     * Puts layers and parameters together. Refuses layers that don't fit one another and parameters that are missing, of
     * another shape or too many.
     *
     * @param layers first to last
     * @param input shape of one row
     * @param parameters by name; retained, so that they outlive the caller's {@code PointerScope}
     */
    public Network(List<Layer> layers, List<Long> input, Map<String, Tensor> parameters) {
        this(layers, input, parameters, ScalarType.Float);
    }

    private Network(List<Layer> layers, List<Long> input, Map<String, Tensor> parameters, ScalarType type) {
        this.type = type;
        this.layers = List.copyOf(layers);
        this.input = List.copyOf(input);
        this.output = outputShape(layers, input);
        Map<String, List<Long>> shapes = parameterShapes(layers);
        if (!shapes.keySet().equals(parameters.keySet())) {
            throw new IllegalArgumentException("want parameters " + shapes.keySet() + ", got " + parameters.keySet());
        }
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            Tensor parameter = Objects.requireNonNull(parameters.get(name));
            List<Long> got = boxed(TensorCopies.sizes(parameter));
            if (!got.equals(shape)) {
                throw new IllegalArgumentException("want " + name + " of shape " + shape + ", got " + got);
            }
            ordered.put(name, parameter.retainReference());
        });
        this.parameters = Collections.unmodifiableMap(ordered);
        this.ofLayer = byLayer(layers, ordered);
        this.linear = layers.stream().allMatch(layer -> layer instanceof Layer.Linear || layer.fanIn() == 0);
        this.products = new OneDnnLinear[layers.size()];
        for (int i = 0; i < products.length; i++) {
            if (layers.get(i) instanceof Layer.Linear) {
                products[i] = new OneDnnLinear(Layer.weight(ofLayer.get(i)), Layer.bias(ofLayer.get(i)));
            }
        }
    }

    /** Another's with layers put in that learn nothing, behind the last one that does; parameters and layouts are shared. */
    private Network(Network other, List<Layer> layers) {
        this.type = other.type;
        this.layers = List.copyOf(layers);
        this.input = other.input;
        this.output = outputShape(layers, input);
        this.parameters = other.parameters;
        this.ofLayer = byLayer(layers, parameters);
        this.linear = other.linear;
        this.products = Arrays.copyOf(other.products, layers.size());
    }

    /**
     * A network with first weights as PyTorch draws them: weights and biases uniform in +-1/sqrt(fan in).
     *
     * @param layers first to last
     * @param input shape of one row
     * @param noise where the weights are drawn from, in order of layers
     */
    public static Network initialised(List<Layer> layers, List<Long> input, Noise.Stream noise) {
        outputShape(layers, input);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            double bound = layer.fanIn() == 0 ? 0 : 1 / Math.sqrt((double) layer.fanIn());
            int number = i;
            layer.parameterShapes().forEach((name, shape) -> {
                long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
                float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
                for (int v = 0; v < values.length; v++) {
                    values[v] = (float) (bound * (2 * noise.nextDouble() - 1));
                }
                parameters.put(number + "." + name, TensorCopies.tensor(values, sizes));
            });
        }
        return new Network(layers, input, parameters);
    }

    /**
     * The same network with a function of each of its outputs, of the same shape. Parameters are shared, not copied; where it can, the function
     * is computed within the last product.
     */
    public Network followedBy(Layer.Activation activation) {
        List<Layer> more = new ArrayList<>(layers);
        int last = layers.size();
        while (last > 0 && layers.get(last - 1).fanIn() == 0 && !(layers.get(last - 1) instanceof Layer.Activation)) {
            last--;
        }
        more.add(last, activation);
        return new Network(this, more);
    }

    /** The same network with bfloat16 parameters and layers. It takes and gives float32. */
    public Network inBfloat16() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> converted = new LinkedHashMap<>();
            parameters.forEach(
                    (name, tensor) -> converted.put(name, tensor.detach().toType(ScalarType.BFloat16)));
            return new Network(layers, input, converted, ScalarType.BFloat16);
        }
    }

    /**
     * Runs all layers.
     *
     * @param batch {@code [batch, ...]}, a row of the network's input shape
     * @return {@code [batch, ...]}, a row of its output shape; contiguous, whatever order the layers computed in
     */
    public Tensor forward(Tensor batch) {
        Tape tape = Tape.current();
        if (tape != null && knowsTheWayBack(batch)) {
            if (wantsGradient(batch) && weightsAreFixed()) {
                return cut(tape, batch);
            }
            if (GradMode.is_enabled() && weightsAreLearnt()) {
                return cutLearning(tape, batch);
            }
        }
        return wantsGradient(batch) || !linear || !weightsAreFixed()
                ? forward(batch, new Tensor[layers.size()])
                : forward(inBlocks(batch), new Tensor[layers.size()]).narrow(0, 0, batch.size(0));
    }

    private static Tensor inBlocks(Tensor batch) {
        long rows = batch.size(0);
        if (rows <= BLOCK || rows % BLOCK == 0) {
            return batch;
        }
        long[] sizes = TensorCopies.sizes(batch);
        sizes[0] = BLOCK - rows % BLOCK;
        return torch.cat(new TensorVector(batch, torch.zeros(sizes, batch.options())), 0);
    }

    /** Runs all layers; puts down what each gave, but where it gave it to the next within one operation. */
    private Tensor forward(Tensor batch, @Nullable Tensor[] outputs) {
        Tensor value = type == ScalarType.Float ? batch : batch.toType(type);
        for (int i = 0; i < layers.size(); i++) {
            try {
                OneDnnLinear linear = products[i];
                if (linear != null && value.size(0) > 0 && !wantsGradient(value) && canMultiply(linear)) {
                    OneDnn.Activation fused = i + 1 < layers.size() ? fused(layers.get(i + 1)) : null;
                    value = linear.forward(value, fused == null ? OneDnn.Activation.NONE : fused);
                    i += fused == null ? 0 : 1;
                } else {
                    value = forward(i, value);
                }
                outputs[i] = value;
            } catch (RuntimeException e) {
                throw EngineException.of(
                        "layer " + i + " (" + layers.get(i) + ") on an input of " + TensorCopies.shape(value), e);
            }
        }
        return (type == ScalarType.Float ? value : value.toType(ScalarType.Float)).contiguous();
    }

    private static boolean canMultiply(OneDnnLinear linear) {
        return linear.isFixed() || (linear.isLearnt() && !GradMode.is_enabled());
    }

    private static OneDnn.@Nullable Activation fused(Layer layer) {
        return layer instanceof Layer.Activation activation ? activation.fused() : null;
    }

    private static boolean wantsGradient(Tensor tensor) {
        return tensor.requires_grad() && GradMode.is_enabled();
    }

    private boolean knowsTheWayBack(Tensor batch) {
        return batch.size(0) > 0
                && linear
                && layers.stream().allMatch(layer -> layer instanceof Layer.Linear || layer.knowsTheWayBack());
    }

    private boolean weightsAreFixed() {
        return allWeights(OneDnnLinear::isFixed);
    }

    private boolean weightsAreLearnt() {
        return allWeights(OneDnnLinear::isLearnt);
    }

    private boolean allWeights(Predicate<OneDnnLinear> are) {
        for (OneDnnLinear layer : products) {
            if (layer != null && !are.test(layer)) {
                return false;
            }
        }
        return true;
    }

    private Tensor cut(Tape tape, Tensor batch) {
        @Nullable Tensor[] outputs = new Tensor[layers.size()];
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor rows = inBlocks(batch.detach());
            Tensor output = forward(rows, outputs).narrow(0, 0, batch.size(0));
            return tape.cut(batch, output.detach(), gradient -> {
                Tensor ofRows = Objects.requireNonNull(back(inBlocks(gradient), rows, outputs, true, null));
                return new Tape.Gradients(ofRows.narrow(0, 0, batch.size(0)), List.of());
            });
        }
    }

    /** Training takes batches of one size, so rows are as they come. */
    private Tensor cutLearning(Tape tape, Tensor batch) {
        @Nullable Tensor[] outputs = new Tensor[layers.size()];
        boolean toInput = batch.requires_grad();
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor rows = batch.detach();
            Tensor output = forward(rows, outputs);
            return tape.cut(batch, output.detach(), gradient -> {
                List<Tape.ParameterGradient> ofParameters = new ArrayList<>();
                Tensor ofInput = back(gradient, rows, outputs, toInput, ofParameters);
                return new Tape.Gradients(toInput ? ofInput : null, ofParameters);
            });
        }
    }

    /**
     * From a gradient of the output to that of the input, through outputs of the layers between.
     *
     * @param toInput whether to go on to the input once no parameters are left
     * @param ofParameters takes the gradients of the parameters; null where nobody wants them
     * @return null if not {@code toInput}
     */
    private @Nullable Tensor back(
            Tensor gradient,
            Tensor batch,
            @Nullable Tensor[] outputs,
            boolean toInput,
            @Nullable List<Tape.ParameterGradient> ofParameters) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor value = type == ScalarType.Float ? gradient : gradient.toType(type);
            for (int i = layers.size() - 1; i >= 0; i--) {
                OneDnnLinear linear = products[i];
                if (layers.get(i) instanceof Layer.Activation activation) {
                    value = activation.back(value, Objects.requireNonNull(outputs[i]));
                    continue;
                }
                Tensor input = i == 0 ? batch : Objects.requireNonNull(outputs[i - 1]);
                if (linear == null) {
                    value = value.view_as(input);
                    continue;
                }
                if (ofParameters != null) {
                    ofParameters.addAll(linear.backToParameters(value, input));
                }
                if (!toInput && i == firstLinear()) {
                    return null;
                }
                value = linear.back(value);
            }
            return type == ScalarType.Float ? value : value.toType(ScalarType.Float);
        }
    }

    private int firstLinear() {
        int first = 0;
        while (products[first] == null) {
            first++;
        }
        return first;
    }

    private Tensor forward(int layer, Tensor input) {
        boolean ours = layer > 0 && layers.get(layer - 1).fanIn() > 0 && !input.requires_grad();
        // What a layer with weights made is nobody else's: without a gradient to keep it for, it is overwritten.
        return ours && layers.get(layer) instanceof Layer.Activation activation
                ? activation.overwrite(input)
                : layers.get(layer).forward(input, ofLayer.get(layer));
    }

    /** First to last. */
    public List<Layer> layers() {
        return layers;
    }

    /** Shape of one row going in. */
    public List<Long> input() {
        return input;
    }

    /** Shape of one row coming out. */
    public List<Long> output() {
        return output;
    }

    /** Parameters by name, in order of layers. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /**
     * Shape of one row coming out of a list of layers.
     *
     * @throws IllegalArgumentException where they don't fit one another: which layer, what it wanted and what came
     */
    public static List<Long> outputShape(List<Layer> layers, List<Long> input) {
        List<Long> shape = input;
        for (int i = 0; i < layers.size(); i++) {
            try {
                shape = layers.get(i).output(shape);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("layer " + i + " (" + layers.get(i) + "): " + e.getMessage(), e);
            }
        }
        return shape;
    }

    /** Shapes of the parameters of a list of layers by name, in order of layers. */
    public static Map<String, List<Long>> parameterShapes(List<Layer> layers) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            int number = i;
            layers.get(i).parameterShapes().forEach((name, shape) -> shapes.put(number + "." + name, shape));
        }
        return shapes;
    }

    private static List<Map<String, Tensor>> byLayer(List<Layer> layers, Map<String, Tensor> parameters) {
        List<Map<String, Tensor>> ofLayer = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            for (String name : layers.get(i).parameterShapes().keySet()) {
                own.put(name, Objects.requireNonNull(parameters.get(i + "." + name)));
            }
            ofLayer.add(Collections.unmodifiableMap(own));
        }
        return List.copyOf(ofLayer);
    }

    private static List<Long> boxed(long[] sizes) {
        List<Long> list = new ArrayList<>();
        for (long size : sizes) {
            list.add(size);
        }
        return list;
    }
}
