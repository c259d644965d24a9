package io.margrave.vae.network;

import io.margrave.vae.Engine;
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
        static final Type.TypePtr SCALAR;

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
                SCALAR = LINEAR.schema()
                        .arguments()
                        .getPointer(4)
                        .type()
                        .get()
                        .containedType(0)
                        .retainReference();
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
            Tensor product = linear(ones, layOut(ones), null, "relu");
            return product.sum().item_float() == 64;
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Weights {@code [out, in]} in the layout of the kernels. */
    static Tensor layOut(Tensor weight) {
        return call(Operators.LAY_OUT, new IValue(weight), new IValue(ROWS));
    }

    /**
     * activation(W x + b), without a gradient.
     *
     * @param input {@code [rows, in]}, at least one row
     * @param weight laid out
     * @param bias {@code [out]}, or null for none
     * @param activation as these operators call it; {@code none} for none
     */
    static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias, String activation) {
        return call(
                Operators.LINEAR,
                new IValue(input),
                new IValue(weight),
                bias == null ? new IValue() : new IValue(bias),
                new IValue(activation),
                new IValue(new GenericList(Operators.SCALAR)),
                new IValue(""));
    }

    private static Tensor call(OperatorHandle operator, IValue... arguments) {
        IValueVector stack = new IValueVector(arguments);
        operator.callBoxed(stack);
        return new Tensor(stack.get(0).toTensor());
    }
}
