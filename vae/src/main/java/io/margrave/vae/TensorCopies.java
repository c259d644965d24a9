package io.margrave.vae;

import io.margrave.data.ImageShape;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongArrayRef;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Copies between arrays and tensors. A tensor that is returned belongs to the caller's {@code PointerScope}; nothing else
 * is left behind.
 */
public final class TensorCopies {
    private TensorCopies() {}

    /**
     * A new float32 tensor on the processor.
     *
     * @param values row-major; as many as the shape holds
     * @param shape sizes, outermost first; none for a single number
     */
    public static Tensor tensor(float[] values, long... shape) {
        Tensor tensor = torch.empty(shape, new TensorOptions(torch.ScalarType.Float), null);
        copy(values, tensor);
        return tensor;
    }

    /**
     * A new float32 tensor on the processor, of a part of an array.
     *
     * @param values row-major
     * @param from index of the part's first number
     * @param shape sizes, outermost first; none for a single number. The part is as long as it holds
     * @throws IndexOutOfBoundsException where the part does not lie within the array
     */
    public static Tensor tensorFrom(float[] values, int from, long... shape) {
        Tensor tensor = torch.empty(shape, new TensorOptions(torch.ScalarType.Float), null);
        Objects.checkFromIndexSize(from, tensor.numel(), values.length);
        try (FloatPointer data = tensor.data_ptr_float()) {
            data.put(values, from, Math.toIntExact(tensor.numel()));
        }
        return tensor;
    }

    /**
     * A new float64 tensor on the processor.
     *
     * @param values row-major; as many as the shape holds
     * @param shape sizes, outermost first
     */
    public static Tensor tensor(double[] values, long... shape) {
        Tensor tensor = torch.empty(shape, new TensorOptions(torch.ScalarType.Double), null);
        checkLength(values.length, tensor);
        try (DoublePointer data = tensor.data_ptr_double()) {
            data.put(values, 0, values.length);
        }
        return tensor;
    }

    /**
     * Images as {@code [images, channels, height, width]}.
     *
     * @param values whole images one after the other
     * @param shape of each
     */
    public static Tensor images(float[] values, ImageShape shape) {
        return tensor(values, values.length / shape.size(), shape.channels(), shape.height(), shape.width());
    }

    /**
     * Overwrites a contiguous float32 tensor on the processor.
     *
     * @param values row-major; as many as the tensor holds
     * @param destination keeps its shape
     */
    public static void copy(float[] values, Tensor destination) {
        checkLength(values.length, destination);
        if (!destination.is_contiguous() || destination.scalar_type().intern() != torch.ScalarType.Float) {
            throw new IllegalArgumentException("want a contiguous float32 tensor, got " + shape(destination));
        }
        try (FloatPointer data = destination.data_ptr_float()) {
            data.put(values, 0, values.length);
        }
    }

    /** All values, row-major, as float32; of any shape, type and device. */
    public static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        try (Tensor detached = tensor.detach();
                Tensor converted = detached.to(onProcessor(torch.ScalarType.Float), false, false, null);
                Tensor contiguous = converted.contiguous();
                FloatPointer data = contiguous.data_ptr_float()) {
            data.get(values, 0, values.length);
        }
        return values;
    }

    /** All values, row-major, as float64; of any shape, type and device. */
    public static double[] doubles(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.numel())];
        try (Tensor detached = tensor.detach();
                Tensor converted = detached.to(onProcessor(torch.ScalarType.Double), false, false, null);
                Tensor contiguous = converted.contiguous();
                DoublePointer data = contiguous.data_ptr_double()) {
            data.get(values, 0, values.length);
        }
        return values;
    }

    private static TensorOptions onProcessor(torch.ScalarType type) {
        return new TensorOptions(type).device(new DeviceOptional(Engine.cpu()));
    }

    /** Sizes of a tensor, outermost first. */
    public static long[] sizes(Tensor tensor) {
        try (LongArrayRef sizes = tensor.sizes()) {
            long[] copy = new long[Math.toIntExact(sizes.size())];
            if (copy.length > 0) {
                try (LongPointer data = sizes.data()) {
                    data.get(copy, 0, copy.length);
                }
            }
            return copy;
        }
    }

    /** Sizes for a message, as in {@code 8x1x28x28}. */
    public static String shape(Tensor tensor) {
        return shape(sizes(tensor));
    }

    /** Sizes for a message, as in {@code 8x1x28x28}. */
    public static String shape(long... sizes) {
        return sizes.length == 0
                ? "a single number"
                : String.join("x", Arrays.stream(sizes).mapToObj(Long::toString).toList());
    }

    private static void checkLength(int length, Tensor tensor) {
        if (length != tensor.numel()) {
            throw new IllegalArgumentException(
                    "want " + tensor.numel() + " values for a tensor of " + shape(tensor) + ", got " + length);
        }
    }
}
