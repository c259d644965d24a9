package io.margrave.robustness.sensitivity;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.EncoderNorms;
import io.margrave.results.Kind;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.audit.FiniteCheck;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.margin.BreakSearch;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.PosteriorFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Measures one chunk of points of one classifier.
 *
 * @param plan what is measured
 * @param classifier the model
 * @param name of the model: part of the name of the noise
 * @param images the split
 * @param points indices within it
 * @param step hears of each finished search of the whole chunk
 */
record ChunkSensitivity(
        SensitivityPlan plan, ImageClassifier classifier, String name, ImageSet images, int[] points, Runnable step) {

    private static final Criterion CHANGED = Criterion.changesClass();
    /** Other classes towards which a search starts. */
    private static final int MOST_CLASSES = 9;

    /** Kinds of margin that are searched; without noise they are one. */
    static List<Kind> kinds(SensitivityPlan plan, ImageClassifier classifier) {
        return plan.meanOnly() && classifier.posterior() == PosteriorFamily.GAUSSIAN
                ? List.of(Kind.FULL, Kind.MEAN_ONLY)
                : List.of(Kind.FULL);
    }

    /** One row a point, in order. */
    List<SensitivityRow> rows() {
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = TensorCopies.tensor(
                    images.images(points), points.length, images.shape().size());
            Noise noise = new Noise(plan.seed(), name);
            EncoderJacobian jacobian = EncoderJacobian.of(
                    new EncoderJacobian.Encoder(
                            flat -> classifier.encode(Reconstruction.asImages(classifier.shape(), flat)),
                            classifier.latent(),
                            classifier.posterior()),
                    inputs);
            Classification clean = Classification.of(classifier, inputs, Follows.MEAN_AND_VARIANCE);
            double[][] excess =
                    Excess.sample(clean, inputs, CHANGED, new PointNoise(noise, points, "clean", 0), plan.draws());
            FiniteCheck.of(name, images, points, jacobian.norms(), excess, classifier.posterior());
            LogitGaps gaps = LogitGaps.of(classifier, inputs);
            List<Tensor> directions = new ArrayList<>(gaps.nearestFirst(MOST_CLASSES));
            directions.add(jacobian.whitenedDirections());
            directions.add(jacobian.whitenedDirections().neg());
            List<Optional<BreakSearch.Found>> full = search(clean, inputs, Kind.FULL, noise, directions);
            List<Optional<BreakSearch.Found>> meanOnly = kinds(plan, classifier).contains(Kind.MEAN_ONLY)
                    ? search(clean.following(Follows.MEAN), inputs, Kind.MEAN_ONLY, noise, directions)
                    : List.of();
            List<SensitivityRow> rows = new ArrayList<>();
            for (int i = 0; i < points.length; i++) {
                rows.add(row(
                        i,
                        RobustnessEstimator.within(excess[i], 0),
                        jacobian.norms().get(i),
                        gaps,
                        norm(full.get(i)),
                        meanOnly.isEmpty() ? null : norm(meanOnly.get(i))));
            }
            return rows;
        }
    }

    private List<Optional<BreakSearch.Found>> search(
            Classification map, Tensor inputs, Kind kind, Noise noise, List<Tensor> directions) {
        try (PointerScope scope = new PointerScope()) {
            double limit = Ball.diameter((int) inputs.size(1), images.range());
            List<Optional<BreakSearch.Found>> breaks = BreakSearch.run(
                            map,
                            new Ball(inputs, images.range()),
                            CHANGED,
                            points,
                            noise,
                            kind + "/boxed/prediction",
                            directions,
                            new BreakSearch.Settings(plan.search(), plan.alpha(), plan.verdictDraws(), limit))
                    .breaks();
            step.run();
            return breaks;
        }
    }

    private static @Nullable Double norm(Optional<BreakSearch.Found> found) {
        return found.map(BreakSearch.Found::norm).orElse(null);
    }

    private SensitivityRow row(
            int i,
            Proportion kept,
            EncoderNorms norms,
            LogitGaps gaps,
            @Nullable Double margin,
            @Nullable Double marginMeanOnly) {
        double p = kept.lower(plan.alpha());
        boolean random = classifier.posterior() == PosteriorFamily.GAUSSIAN;
        return new SensitivityRow(
                name,
                points[i],
                images.label(points[i]),
                gaps.predicted()[i],
                kept.estimate(),
                p,
                kept.verdict(plan.alpha()),
                random ? Double.valueOf(MarginBounds.frobenius(norms.minStdDev(), p, norms.frobenius())) : null,
                random ? Double.valueOf(MarginBounds.whitened(p, norms.whitened())) : null,
                random ? null : Double.valueOf(gaps.linearBound(i)),
                margin,
                marginMeanOnly);
    }
}
