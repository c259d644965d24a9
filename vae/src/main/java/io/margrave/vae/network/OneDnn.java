package io.margrave.vae.network;

import io.margrave.vae.Engine;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * LibTorch's operators that multiply with weights laid out beforehand: those that PyTorch's compiler (TorchInductor) calls. Some
 * builds and processors have none.
 */
final class OneDnn {
    /** Rows that weights are laid out for; any number is multiplied with them. */
    private static final long ROWS = 512;

    private static final ConcurrentMap<ScalarType, Boolean> AVAILABLE = new ConcurrentHashMap<>();

    private OneDnn() {}

    /** Looked up once, when first used. */
    private static final class Operators {
        static final OperatorHandle LINEAR;
        static final OperatorHandle LAY_OUT;
        static final IValue NO_SCALARS;
        static final IValue NO_ALGORITHM;
        static final Map<Activation, IValue> NAMES = new EnumMap<>(Activation.class);

        static {
            Engine.load();
            try (PointerScope scope = new PointerScope()) {
                Dispatcher dispatcher = Dispatcher.singleton();
                LINEAR = dispatcher
                        .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                        .retainReference();
                LAY_OUT = dispatcher
                        .findSchemaOrThrow("mkldnn::_reorder_linear_weight", "")
                        .retainReference();
                Type.TypePtr scalar =
                        LINEAR.schema().arguments().getPointer(4).type().get().containedType(0);
                NO_SCALARS = outliving(new IValue(new GenericList(scalar)));
                NO_ALGORITHM = outliving(new IValue(""));
                for (Activation activation : Activation.values()) {
                    NAMES.put(activation, outliving(new IValue(activation.name().toLowerCase(Locale.ROOT))));
                }
            }
        }
    }

    /** Whether this build of LibTorch can, on this processor: a small product is tried, once. */
    static boolean multiplies(ScalarType type) {
        return AVAILABLE.computeIfAbsent(type, OneDnn::tried);
    }

    private static boolean tried(ScalarType type) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor ones = torch.ones(new long[] {4, 4}, new TensorOptions(type));
            Tensor product = new Weights(ones, null).multiply(ones, Activation.RELU);
            return product.sum().item_float() == 64;
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** What follows a product within the same operation, by the operators' names. */
    enum Activation {
        NONE,
        RELU,
        TANH,
        SIGMOID
    }

    /** Weights and bias of a layer, laid out. They outlive the scope that they were made in. */
    static final class Weights {
        private final IValue weight;
        private final IValue bias;

        /**
         * Lays out.
         *
         * @param weight {@code [out, in]}, contiguous
         * @param bias {@code [out]}, or null for none
         */
        Weights(Tensor weight, @Nullable Tensor bias) {
            try (PointerScope scope = new PointerScope()) {
                this.weight = outliving(new IValue(call(Operators.LAY_OUT, new IValue(weight), new IValue(ROWS))
                        .get(0)));
                this.bias = outliving(bias == null ? new IValue() : new IValue(bias));
            }
        }

        /**
         * activation(W x + b), without a gradient.
         *
         * @param input {@code [rows, in]}, at least one row
         */
        Tensor multiply(Tensor input, Activation activation) {
            return OneDnn.multiply(input, weight, bias, activation);
        }
    }

    /**
     * activation(W x + b), without a gradient, of weights as they lie: for those that change with each product.
     *
     * @param input {@code [rows, in]}, at least one row
     * @param weight {@code [out, in]}, contiguous or the transpose of what is
     * @param bias {@code [out]}, or null for none
     */
    static Tensor multiply(Tensor input, Tensor weight, @Nullable Tensor bias, Activation activation) {
        return multiply(input, new IValue(weight), bias == null ? new IValue() : new IValue(bias), activation);
    }

    private static Tensor multiply(Tensor input, IValue weight, IValue bias, Activation activation) {
        return new Tensor(call(
                        Operators.LINEAR,
                        new IValue(input),
                        weight,
                        bias,
                        Objects.requireNonNull(Operators.NAMES.get(activation)),
                        Operators.NO_SCALARS,
                        Operators.NO_ALGORITHM)
                .get(0)
                .toTensor());
    }

    private static IValueVector call(OperatorHandle operator, IValue... arguments) {
        IValueVector stack = new IValueVector(arguments);
        operator.callBoxed(stack);
        return stack;
    }

    private static IValue outliving(IValue value) {
        return value.retainReference();
    }
}
