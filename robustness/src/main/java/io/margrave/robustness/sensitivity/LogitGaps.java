package io.margrave.robustness.sensitivity;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.network.Tape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * By how much the predicted class of each input leads each other class at mu(x), h_j(x) = f_c(mu(x)) - f_j(mu(x)), and its gradient.
 *
 * @param predicted the class c of each input, the first of equals
 * @param gaps {@code [points][classes]}, at least 0; 0 for the predicted class itself
 * @param gradients {@code [points][classes][features]}, of the gaps with respect to the input
 */
record LogitGaps(int[] predicted, double[][] gaps, float[][][] gradients) {

    /**
     * One forward pass and one backward pass a class.
     *
     * @param classifier the model
     * @param inputs {@code [points, features]}
     */
    static LogitGaps of(ImageClassifier classifier, Tensor inputs) {
        try (PointerScope scope = new PointerScope();
                Tape tape = Tape.open()) {
            int points = (int) inputs.size(0);
            int classes = classifier.classes();
            Tensor x = inputs.detach().clone();
            x.set_requires_grad(true);
            Tensor logits = classifier.logits(classifier
                    .encode(Reconstruction.asImages(classifier.shape(), x))
                    .mean());
            Tensor best = logits.detach().argmax(new LongOptional(1), true);
            Tensor leads = logits.gather(1, best).sub(logits);
            double[] flat = TensorCopies.doubles(leads);
            double[][] gaps = new double[points][classes];
            float[][][] gradients = new float[points][classes][];
            for (int j = 0; j < classes; j++) {
                float[][] rows = Rows.arrays(tape.gradient(leads.select(1, j).sum(), x));
                for (int i = 0; i < points; i++) {
                    gaps[i][j] = flat[i * classes + j];
                    gradients[i][j] = rows[i];
                }
            }
            float[] predicted = TensorCopies.floats(best);
            return new LogitGaps(
                    IntStream.range(0, points).map(i -> (int) predicted[i]).toArray(), gaps, gradients);
        }
    }

    /**
     * min over j of h_j / |grad h_j|_2: the distance to the nearest decision hyperplane of the classifier's linearisation
     * (Moosavi-Dezfooli, Fawzi and Frossard 2016). FIRST_ORDER, of the unboxed sensitivity margin of the prediction at mu(x).
     *
     * @param point row of the input
     * @return in input units; infinite where no other class gains anything in any direction
     */
    double linearBound(int point) {
        return others(point).mapToDouble(j -> distance(point, j)).min().orElse(Double.POSITIVE_INFINITY);
    }

    private IntStream others(int point) {
        return IntStream.range(0, gaps[point].length).filter(j -> j != predicted[point]);
    }

    private double distance(int point, int other) {
        double gap = gaps[point][other];
        // Decided before the division: a gradient of zero where nothing leads is no safety.
        return gap == 0 ? 0 : gap / norm(gradients[point][other]);
    }

    private static double norm(float[] gradient) {
        double sum = 0;
        for (float value : gradient) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /**
     * Directions along which other classes catch up fastest, the nearest class of each input first.
     *
     * @param most directions; fewer where there are fewer other classes
     * @return each {@code [points, features]}, of any length; zero where the gradient is
     */
    List<Tensor> nearestFirst(int most) {
        int points = predicted.length;
        int count = Math.min(most, gaps[0].length - 1);
        List<List<Integer>> order = IntStream.range(0, points)
                .mapToObj(i -> others(i)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer j) -> distance(i, j)))
                        .toList())
                .toList();
        List<Tensor> directions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int rank = k;
            directions.add(Rows.stacked(IntStream.range(0, points)
                            .mapToObj(i -> gradients[i][order.get(i).get(rank)])
                            .toList())
                    .neg());
        }
        return directions;
    }
}
