package io.margrave.data;

import java.util.List;

/**
 * A tensor as plain numbers, row-major.
 *
 * @param shape each at least zero; empty for a single number
 * @param values as many as the product of the shape; not copied
 */
public record TensorData(List<Long> shape, float[] values) {
    public TensorData {
        shape = List.copyOf(shape);
        long size = 1;
        for (long side : shape) {
            if (side < 0) {
                throw new IllegalArgumentException("want a shape >= 0, got " + shape);
            }
            size = Math.multiplyExact(size, side);
        }
        if (size != values.length) {
            throw new IllegalArgumentException(
                    "want " + size + " values for shape " + shape + ", got " + values.length);
        }
    }

    /** The tensor of these values in this shape. */
    public static TensorData of(float[] values, long... shape) {
        return new TensorData(java.util.Arrays.stream(shape).boxed().toList(), values);
    }
}
