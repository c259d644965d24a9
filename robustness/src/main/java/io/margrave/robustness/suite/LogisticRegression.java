package io.margrave.robustness.suite;

import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

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
        // Centred and of unit spread as a whole, the steps need not follow the latents' scale; the optimum is the same
        // one.
        double[] centre = means(rows);
        double scale = spread(rows, centre);
        double[] values = new double[points * features];
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < features; j++) {
                values[i * features + j] = (rows[i][j] - centre[j]) / scale;
            }
        }
        double penalty = 1 / (scale * scale * points);
        double[] best;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Loss loss = new Loss(
                    TensorCopies.tensor(values, points, features), wanted(labels, classes), penalty, features, classes);
            best = Lbfgs.minimise(loss, new double[(features + 1) * classes], TOLERANCE, MOST_STEPS);
        }
        double[][] weights = new double[features][classes];
        double[] intercepts = Arrays.copyOfRange(best, features * classes, best.length);
        for (int j = 0; j < features; j++) {
            for (int c = 0; c < classes; c++) {
                weights[j][c] = best[j * classes + c] / scale;
                intercepts[c] -= weights[j][c] * centre[j];
            }
        }
        return new LogisticRegression(weights, intercepts);
    }

    private static Tensor wanted(int[] labels, int classes) {
        double[] ones = new double[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            ones[i * classes + labels[i]] = 1;
        }
        return TensorCopies.tensor(ones, labels.length, classes);
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

    private static double spread(float[][] rows, double[] centre) {
        double squares = 0;
        for (float[] row : rows) {
            for (int j = 0; j < centre.length; j++) {
                squares += (row[j] - centre[j]) * (row[j] - centre[j]);
            }
        }
        double spread = Math.sqrt(squares / ((double) rows.length * centre.length));
        return spread > 0 ? spread : 1;
    }

    /** The mean loss as a function of (W, b), row-major, by matrix products. */
    private record Loss(Tensor rows, Tensor wanted, double penalty, int features, int classes)
            implements Lbfgs.Function {

        @Override
        public double at(double[] point, double[] gradient) {
            try (PointerScope scope = new PointerScope()) {
                int split = features * classes;
                double points = rows.size(0);
                Tensor weights = TensorCopies.tensor(Arrays.copyOf(point, split), features, classes);
                Tensor intercepts = TensorCopies.tensor(Arrays.copyOfRange(point, split, point.length), classes);
                Tensor logProbabilities = rows.matmul(weights).add(intercepts).log_softmax(1);
                Tensor residual = logProbabilities.exp().sub(wanted);
                Tensor slope = rows.t().matmul(residual).div(new Scalar(points)).add(weights.mul(new Scalar(penalty)));
                System.arraycopy(TensorCopies.doubles(slope), 0, gradient, 0, split);
                System.arraycopy(
                        TensorCopies.doubles(residual.sum(0).div(new Scalar(points))), 0, gradient, split, classes);
                double fit = -TensorCopies.doubles(logProbabilities.mul(wanted).sum())[0] / points;
                return fit
                        + 0.5 * penalty * TensorCopies.doubles(weights.square().sum())[0];
            }
        }
    }
}
