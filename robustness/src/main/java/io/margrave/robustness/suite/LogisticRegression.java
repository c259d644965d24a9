package io.margrave.robustness.suite;

import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Multinomial logistic regression with an L2 penalty: sum of -log softmax(x W + b)[y], plus |W|^2 / 2, made smallest. That is
 * scikit-learn's {@code LogisticRegression()} as it comes (C = 1); the intercept is not penalised.
 *
 * @param weights W, {@code [features][classes]}
 * @param intercepts b, {@code [classes]}
 */
record LogisticRegression(double[][] weights, double[] intercepts) {
    private static final double TOLERANCE = 1e-7;
    private static final int MOST_STEPS = 1_000;

    /**
     * Fits it, until the mean loss has no slope to speak of.
     *
     * @param rows {@code [points][features]}, finite
     * @param labels class of each row, from 0
     * @param classes two or more
     */
    static LogisticRegression fit(float[][] rows, int[] labels, int classes) {
        int points = rows.length;
        int features = rows[0].length;
        double[] centre = means(rows);
        double[] values = new double[points * features];
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < features; j++) {
                values[i * features + j] = rows[i][j] - centre[j];
            }
        }
        double[] fitted;
        double[] best;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor centred = TensorCopies.tensor(values, points, features);
            Tensor scaling = scaling(centred);
            Loss loss = new Loss(centred.t().contiguous(), wanted(labels, classes), scaling, features, classes);
            best = Lbfgs.minimise(loss, new double[(features + 1) * classes], TOLERANCE, MOST_STEPS);
            fitted = TensorCopies.doubles(loss.weights(best));
        }
        double[][] weights = new double[features][classes];
        double[] intercepts = Arrays.copyOfRange(best, features * classes, best.length);
        for (int j = 0; j < features; j++) {
            for (int c = 0; c < classes; c++) {
                weights[j][c] = fitted[j * classes + c];
                intercepts[c] -= weights[j][c] * centre[j];
            }
        }
        return new LogisticRegression(weights, intercepts);
    }

    /**
     * M, so that W = M V and the loss is about equally curved in all of V: latents differ in spread by orders of magnitude, unused ones
     * hardly vary. With H = 0.1 X'X/n + I/n, about the Hessian of a class, M is the transposed inverse of H's Cholesky factor.
     */
    private static Tensor scaling(Tensor rows) {
        double points = rows.size(0);
        Tensor identity = torch.eye(rows.size(1)).toType(torch.ScalarType.Double);
        Tensor curvature =
                rows.t().matmul(rows).mul(new Scalar(0.1)).add(identity).div(new Scalar(points));
        return torch.linalg_inv(torch.linalg_cholesky(curvature)).t();
    }

    private static Tensor wanted(int[] labels, int classes) {
        double[] ones = new double[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            ones[labels[i] * labels.length + i] = 1;
        }
        return TensorCopies.tensor(ones, classes, labels.length);
    }

    private static double[] means(float[][] rows) {
        double[] means = new double[rows[0].length];
        for (float[] row : rows) {
            for (int j = 0; j < means.length; j++) {
                means[j] += row[j] / (double) rows.length;
            }
        }
        return means;
    }

    /**
     * The mean loss as a function of (V, b), row-major, by matrix products.
     *
     * @param columns X', centred, {@code [features, points]}: class by class, a softmax runs along the points
     * @param wanted one in the label's row, {@code [classes, points]}
     * @param scaling M, {@code [features, features]}
     */
    private record Loss(Tensor columns, Tensor wanted, Tensor scaling, int features, int classes)
            implements Lbfgs.Function {

        /** W, {@code [features, classes]}. */
        Tensor weights(double[] point) {
            return scaling.matmul(TensorCopies.tensor(Arrays.copyOf(point, features * classes), features, classes));
        }

        @Override
        public double at(double[] point, double[] gradient) {
            try (PointerScope scope = new PointerScope()) {
                int split = features * classes;
                double points = columns.size(1);
                Tensor weights = weights(point);
                Tensor intercepts = TensorCopies.tensor(Arrays.copyOfRange(point, split, point.length), classes, 1);
                Tensor logProbabilities =
                        weights.t().matmul(columns).add_(intercepts).log_softmax(0);
                double fit = TensorCopies.doubles(logProbabilities.mul(wanted).sum())[0];
                double norm = TensorCopies.doubles(weights.square().sum())[0];
                Tensor residual = logProbabilities.exp_().sub_(wanted);
                Tensor slope = scaling.t().matmul(columns.matmul(residual.t()).add_(weights));
                System.arraycopy(TensorCopies.doubles(slope.div_(new Scalar(points))), 0, gradient, 0, split);
                System.arraycopy(
                        TensorCopies.doubles(residual.sum(1).div_(new Scalar(points))), 0, gradient, split, classes);
                return (0.5 * norm - fit) / points;
            }
        }
    }
}
