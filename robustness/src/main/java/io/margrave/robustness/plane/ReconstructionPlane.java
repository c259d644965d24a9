package io.margrave.robustness.plane;

import io.margrave.data.BadInputException;
import io.margrave.data.Noise;
import io.margrave.results.experiment.Slice;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Clean reconstructions around g(mu(x)), seen along the two directions in which they spread most. */
final class ReconstructionPlane {
    private static final int DRAWS = 1_000;
    /** Draws that are decoded at once. */
    private static final int BLOCK = 200;

    private ReconstructionPlane() {}

    static Slice of(Subject subject) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor input = Rows.stacked(List.of(subject.input()));
            Reconstruction clean = Reconstruction.of(subject.vae(), input, Follows.MEAN_AND_VARIANCE);
            Tensor spread = spread(clean, input, subject.noise(), subject.point());
            if (!spread.isfinite().all().item_bool()) {
                throw new BadInputException("want finite reconstructions to draw, got others from " + subject.model()
                        + " for image " + subject.point() + ": check the model and its value range");
            }
            double[] excess = TensorCopies.doubles(
                    Criterion.leavesBall(subject.r()).excess(spread.unsqueeze(0), torch.zeros(1, spread.size(1))));
            Components components = Components.of(spread);
            List<Slice.Mark> marks = new ArrayList<>();
            for (int i = 0; i < DRAWS; i++) {
                marks.add(new Slice.Mark(components.first[i], components.second[i], excess[i] <= 0));
            }
            return new Slice(
                    Slice.Kind.RECONSTRUCTIONS,
                    subject.model(),
                    subject.point(),
                    subject.r(),
                    List.of(),
                    List.of(),
                    marks,
                    List.of(new Slice.Length("r", subject.r()), new Slice.Length("explained", components.explained)));
        }
    }

    /** Delta of each draw, {@code [draws, outputs]}. */
    private static Tensor spread(Reconstruction clean, Tensor input, Noise name, int point) {
        PointNoise noise = new PointNoise(name, new int[] {point}, "plane/reconstructions", 0);
        StochasticMap.Sampler sampler = clean.at(input);
        Tensor spread = torch.empty(DRAWS, clean.reference().size(1));
        for (int first = 0; first < DRAWS; first += BLOCK) {
            try (PointerScope scope = new PointerScope()) {
                Tensor outputs =
                        sampler.outputs(noise.next(BLOCK, clean.noiseSize())).squeeze(0);
                spread.narrow(0, first, BLOCK).copy_(outputs.sub(clean.reference()));
            }
        }
        return spread;
    }

    /**
     * The draws in the coordinates of the two right singular vectors of most weight.
     *
     * @param explained share of the draws' sum of squares; 1 where they are all zero
     */
    private record Components(double[] first, double[] second, double explained) {
        static Components of(Tensor spread) {
            T_TensorTensorTensor_T decomposed = torch.linalg_svd(spread, false, new StringViewOptional());
            double[] weights = TensorCopies.doubles(decomposed.get1());
            double sum = 0;
            for (double weight : weights) {
                sum += weight * weight;
            }
            double first = weights[0];
            double second = weights.length > 1 ? weights[1] : 0;
            return new Components(
                    coordinates(decomposed, 0, first),
                    weights.length > 1 ? coordinates(decomposed, 1, second) : new double[DRAWS],
                    sum > 0 ? (first * first + second * second) / sum : 1);
        }

        /** Of the two signs that a singular vector may have, the one in which its largest entry is positive. */
        private static double[] coordinates(T_TensorTensorTensor_T decomposed, int number, double weight) {
            double[] left = TensorCopies.doubles(decomposed.get0().select(1, number));
            double[] right = TensorCopies.doubles(decomposed.get2().select(0, number));
            double largest = 0;
            for (double value : right) {
                largest = Math.abs(value) > Math.abs(largest) ? value : largest;
            }
            for (int i = 0; i < left.length; i++) {
                left[i] *= largest < 0 ? -weight : weight;
            }
            return left;
        }
    }
}
