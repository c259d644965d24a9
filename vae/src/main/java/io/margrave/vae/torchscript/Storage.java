package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The bytes that tensors look at.
 *
 * @param type of its values
 * @param file in the archive, as in {@code data/3}
 * @param values how many there are
 */
record Storage(Type type, String file, long values) {
    /** PyTorch has 64 at most, and no network more than 8. */
    private static final int MOST_DIMENSIONS = 16;

    /** What a value is. Quantised and complex ones are refused: no Margrave model has them. */
    enum Type {
        DoubleStorage(8),
        FloatStorage(4),
        HalfStorage(2),
        BFloat16Storage(2),
        LongStorage(8),
        IntStorage(4),
        ShortStorage(2),
        CharStorage(1),
        ByteStorage(1),
        BoolStorage(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        static Type of(String name) {
            return Arrays.stream(values())
                    .filter(t -> t.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            "tensors of real numbers, integers or truth values",
                            quote("torch." + name),
                            UnfitArchiveException.TRACE));
        }
    }

    /**
     * A storage that must be there and hold what it says: LibTorch does not compare the two.
     *
     * @param entries the archive's
     */
    static Storage of(Type type, String file, long values, Map<String, ZipEntryLayout> entries) {
        ZipEntryLayout entry = entries.get(file);
        if (entry == null) {
            throw corrupt("the tensor " + quote(file) + " in the archive", "none");
        }
        if (values < 0 || values > Integer.MAX_VALUE || values * type.bytes != entry.size()) {
            throw corrupt(
                    "a tensor of " + entry.size() + " bytes in " + quote(file),
                    "one of " + values + " values of " + type.bytes + " bytes");
        }
        return new Storage(type, file, values);
    }

    /**
     * Checks that a tensor with this shape lies within the storage.
     *
     * @param expanded values that it may have if it has more than the storage
     * @return its number of values
     */
    long checkTensor(long offset, List<Long> shape, List<Long> strides, long expanded) {
        if (offset < 0 || shape.size() != strides.size() || shape.size() > MOST_DIMENSIONS) {
            throw corrupt(
                    "at most " + MOST_DIMENSIONS + " sides, each with a stride", describe(offset, shape, strides));
        }
        long last = offset;
        long count = 1;
        boolean empty = shape.contains(0L);
        for (int i = 0; i < shape.size(); i++) {
            long side = shape.get(i);
            long stride = strides.get(i);
            // Every factor below 2^31 keeps the products within a long.
            if (side < 0
                    || stride < 0
                    || side > Integer.MAX_VALUE
                    || stride > Integer.MAX_VALUE
                    || last > Integer.MAX_VALUE) {
                throw corrupt("sides and strides from 0 to 2^31", describe(offset, shape, strides));
            }
            last += Math.max(0, side - 1) * stride;
            count *= Math.max(1, side);
            if (count > Integer.MAX_VALUE) {
                throw corrupt("tensors of fewer than 2^31 values", describe(offset, shape, strides));
            }
        }
        if (empty ? offset > values : last >= values) {
            throw corrupt(
                    "a tensor within the " + values + " values of " + quote(file), describe(offset, shape, strides));
        }
        if (!empty && count > values && count > expanded) {
            throw corrupt("an expanded tensor of at most " + expanded + " values", describe(offset, shape, strides));
        }
        return empty ? 0 : count;
    }

    private static String describe(long offset, List<Long> shape, List<Long> strides) {
        return "shape " + quote(shape.toString()) + ", strides " + quote(strides.toString()) + ", offset " + offset;
    }
}
