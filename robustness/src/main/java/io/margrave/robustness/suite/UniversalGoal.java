package io.margrave.robustness.suite;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A goal's mean over images that are all perturbed alike, as a function of the perturbation: what the engine calls inputs are
 * perturbations here, {@code [rows, features]}. Each step looks at another minibatch.
 *
 * @param kind what is wanted of each image
 * @param images fitted on, in random order
 * @param numbers of the images within their set: name their noise
 * @param noise names the run and the model
 * @param name part of the name of the noise
 * @param draws a step and image
 * @param straight whether gradients pass the cut to the range as if there were none: a value that is cut at every image has none of its
 *     own, and could not come back from where it is cut
 */
record UniversalGoal(
        GoalKind kind, List<float[]> images, int[] numbers, Noise noise, String name, int draws, boolean straight)
        implements GoalKind {

    private static final int MINIBATCH = 64;

    @Override
    public String id() {
        return kind.id();
    }

    @Override
    public String title() {
        return kind.title() + ", with one perturbation for all inputs";
    }

    @Override
    public AttackGoal of(Scene scene) {
        Vae vae = scene.map().vae();
        return (perturbations, step) -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("stopped");
            }
            int size = Math.min(MINIBATCH, images.size());
            int[] batch = new int[size];
            for (int i = 0; i < size; i++) {
                batch[i] = (int) (((long) step * size + i) % images.size());
            }
            TensorVector objectives = new TensorVector();
            for (long row = 0; row < perturbations.size(0); row++) {
                objectives.push_back(mean(vae, perturbations.narrow(0, row, 1), batch, "ascent", step));
            }
            return torch.stack(objectives, 0);
        };
    }

    /** The mean over all images, on noise that no step has seen. */
    double overAll(Vae vae, Tensor perturbation) {
        double sum = 0;
        for (int first = 0; first < images.size(); first += MINIBATCH) {
            int from = first;
            int[] batch = new int[Math.min(MINIBATCH, images.size() - first)];
            Arrays.setAll(batch, i -> from + i);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                sum += batch.length * TensorCopies.doubles(mean(vae, perturbation, batch, "choose", 0))[0];
            }
        }
        return sum / images.size();
    }

    /** The mean over some images; differentiable in the perturbation, {@code [1, features]}. */
    private Tensor mean(Vae vae, Tensor perturbation, int[] batch, String purpose, long index) {
        Tensor clean = Rows.stacked(Arrays.stream(batch).mapToObj(images::get).toList());
        Tensor moved = clean.add(perturbation);
        Tensor cut = cut(vae, moved);
        // Adds exactly 0, and its gradient.
        Tensor perturbed = straight ? cut.detach().add(moved.sub(moved.detach())) : cut;
        int[] named = Arrays.stream(batch).map(i -> numbers[i]).toArray();
        PointNoise stream = new PointNoise(noise, named, name + "/" + purpose, index);
        Reconstruction map = Reconstruction.of(vae, clean, Reconstruction.Follows.MEAN_AND_VARIANCE);
        Scene each = new Scene(map, clean, null, () -> stream.next(draws, map.noiseSize()));
        return kind.of(each).objective(perturbed, 0).mean();
    }

    /** Images cut to the model's value range. */
    static Tensor cut(Vae vae, Tensor images) {
        ValueRange range = vae.spec().range();
        return images.clamp(new ScalarOptional(new Scalar((double) range.low())), new ScalarOptional(new Scalar((double)
                range.high())));
    }
}
