package io.margrave.robustness.measure;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003): 1 of equal images, less of others, at least 0.
 *
 * <p>A Gaussian window of 11x11, sigma 1.5, inside the image; K1 = 0.01, K2 = 0.03; scales apart by the mean of 2x2 pixels (an odd
 * last row or column is left out), weighted .0448, .2856, .3001, .2363, .1333 from fine to coarse. A scale that the window does not
 * fit is dropped and the weights of the others are divided by their sum: images of 28x28 have two. A negative factor counts as 0, as
 * it has no power; colours are rated apart and averaged. Values are counted from the low end of their range, so that how the range is
 * written does not matter.
 */
public final class MsSsim {

    private static final double[] WEIGHTS = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
    private static final int WINDOW = 11;
    private static final double SIGMA = 1.5;
    private static final double K1 = 0.01;
    private static final double K2 = 0.03;
    /** Values of one of the two images that are held at once: bounds the memory. */
    private static final int VALUES = 1 << 20;

    private MsSsim() {}

    /** How many of the five scales fit images of this size, from 0. */
    public static int scales(ImageShape shape) {
        int scales = 0;
        int side = Math.min(shape.height(), shape.width());
        while (scales < WEIGHTS.length && side >= WINDOW) {
            scales++;
            side /= 2;
        }
        return scales;
    }

    /**
     * The similarity of pairs of images.
     *
     * @param first {@code [n, channels, height, width]}
     * @param second of the same shape
     * @param range of the values
     * @return one a pair; empty where no scale fits
     */
    public static Optional<double[]> of(Tensor first, Tensor second, ValueRange range) {
        ImageShape shape = new ImageShape((int) first.size(1), (int) first.size(2), (int) first.size(3));
        int scales = scales(shape);
        if (scales == 0) {
            return Optional.empty();
        }
        int pairs = (int) first.size(0);
        double[] all = new double[pairs];
        int block = Math.max(1, VALUES / shape.size());
        for (int from = 0; from < pairs; from += block) {
            int count = Math.min(block, pairs - from);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor a = counted(first.narrow(0, from, count), range);
                Tensor b = counted(second.narrow(0, from, count), range);
                double[] similar = TensorCopies.doubles(similarity(a, b, scales, (double) range.high() - range.low()));
                System.arraycopy(similar, 0, all, from, count);
            }
        }
        return Optional.of(all);
    }

    /** In double precision and from 0. */
    private static Tensor counted(Tensor images, ValueRange range) {
        return images.toType(torch.ScalarType.Double).sub(new Scalar(range.low()));
    }

    /** {@code [n, channels, height, width]} to {@code [n]}. */
    private static Tensor similarity(Tensor first, Tensor second, int scales, double width) {
        double sum = Arrays.stream(WEIGHTS, 0, scales).sum();
        Tensor a = first;
        Tensor b = second;
        Tensor product = torch.ones_like(a.flatten(2, 3).select(2, 0));
        for (int scale = 0; scale < scales; scale++) {
            boolean coarsest = scale == scales - 1;
            Tensor factor = factor(a, b, width, coarsest);
            product = product.mul(factor.clamp_min(new Scalar(0)).pow(new Scalar(WEIGHTS[scale] / sum)));
            if (!coarsest) {
                a = halved(a);
                b = halved(b);
            }
        }
        return product.mean(1);
    }

    /** Mean of contrast times structure over positions, at the coarsest scale times luminance: {@code [n, channels]}. */
    private static Tensor factor(Tensor a, Tensor b, double width, boolean withLuminance) {
        Tensor moments = smoothed(torch.stack(new TensorVector(a, b, a.square(), b.square(), a.mul(b)), 0));
        Tensor meanA = moments.select(0, 0);
        Tensor meanB = moments.select(0, 1);
        Tensor varianceA = moments.select(0, 2).sub(meanA.square());
        Tensor varianceB = moments.select(0, 3).sub(meanB.square());
        Tensor covariance = moments.select(0, 4).sub(meanA.mul(meanB));
        Tensor similarity = ratio(covariance, varianceA, varianceB, Math.pow(K2 * width, 2));
        if (withLuminance) {
            similarity =
                    similarity.mul(ratio(meanA.mul(meanB), meanA.square(), meanB.square(), Math.pow(K1 * width, 2)));
        }
        return similarity.flatten(2, 3).mean(2);
    }

    /** (2 c + k) / (a + b + k). */
    private static Tensor ratio(Tensor common, Tensor a, Tensor b, double constant) {
        Scalar k = new Scalar(constant);
        return common.mul(new Scalar(2)).add(k).div(a.add(b).add(k));
    }

    /** The window's mean at each place where it fits, as two products with band matrices: {@code [..., height - 10, width - 10]}. */
    private static Tensor smoothed(Tensor images) {
        double[] window = new double[WINDOW];
        for (int k = 0; k < WINDOW; k++) {
            double distance = k - WINDOW / 2;
            window[k] = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
        }
        double sum = Arrays.stream(window).sum();
        double[] normalised = Arrays.stream(window).map(value -> value / sum).toArray();
        return alongBoth(images, normalised, 1);
    }

    private static Tensor halved(Tensor images) {
        return alongBoth(images, new double[] {0.5, 0.5}, 2);
    }

    private static Tensor alongBoth(Tensor images, double[] window, int stride) {
        Tensor rows = band((int) images.size(-2), window, stride);
        Tensor columns = band((int) images.size(-1), window, stride);
        return torch.matmul(torch.matmul(rows, images), columns.t());
    }

    /** {@code [places, size]}: row p holds the window from position p times stride. */
    private static Tensor band(int size, double[] window, int stride) {
        int places = (size - window.length) / stride + 1;
        double[] values = new double[places * size];
        for (int place = 0; place < places; place++) {
            System.arraycopy(window, 0, values, place * size + place * stride, window.length);
        }
        return TensorCopies.tensor(values, places, size);
    }
}
