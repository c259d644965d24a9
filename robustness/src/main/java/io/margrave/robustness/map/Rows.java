package io.margrave.robustness.map;

import io.margrave.vae.TensorCopies;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One number, flag or array a point, as tensors and back. A tensor that is returned belongs to the caller's scope. */
public final class Rows {
    private Rows() {}

    /** One number a point, as float32 {@code [points]}. */
    public static Tensor numbers(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return TensorCopies.tensor(floats, floats.length);
    }

    /** One flag a point, as booleans {@code [points, 1]}: chooses between rows with {@code torch.where}. */
    public static Tensor flags(boolean[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i] ? 1 : 0;
        }
        return TensorCopies.tensor(floats, floats.length, 1).toType(torch.ScalarType.Bool);
    }

    /**
     * Some rows, in the given order.
     *
     * @param tensor {@code [points, ...]}
     * @param rows numbers of rows, from 0; may repeat
     */
    public static Tensor select(Tensor tensor, int[] rows) {
        long[] index = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            index[i] = rows[i];
        }
        return tensor.index_select(0, torch.tensor(index));
    }

    /**
     * Rows as arrays.
     *
     * @param tensor {@code [points, ...]}
     * @return {@code [points][values]}
     */
    public static float[][] arrays(Tensor tensor) {
        float[] all = TensorCopies.floats(tensor);
        int points = (int) tensor.size(0);
        int each = all.length / points;
        float[][] rows = new float[points][each];
        for (int i = 0; i < points; i++) {
            System.arraycopy(all, i * each, rows[i], 0, each);
        }
        return rows;
    }

    /**
     * Arrays of one length as the rows of a tensor.
     *
     * @param rows at least one
     * @return {@code [points, values]}
     */
    public static Tensor stacked(List<float[]> rows) {
        int each = rows.get(0).length;
        float[] values = new float[Math.multiplyExact(rows.size(), each)];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, values, i * each, each);
        }
        return TensorCopies.tensor(values, rows.size(), each);
    }

    /** L2 distance of two inputs, in double precision. */
    public static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
