package io.margrave.robustness.suite;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.robustness.goal.Classifier;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import io.margrave.vae.torchscript.ScriptModule;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A classifier on mu(x), of one model: what it predicts stands for a task downstream. Its tensors outlive the {@code PointerScope} it
 * was made in. Safe for use by several threads.
 */
public final class Probe implements Classifier {
    /** What plans call a probe that is trained here. */
    public static final String LOGISTIC = "logistic";

    private static final int MOST_IMAGES = 60_000;
    private static final int MOST_HELD_OUT = 10_000;
    private static final int MOST_CLASSES = 1_000;
    /** Numbers in the matrices of a fit: bounds its memory at 128 MiB each. */
    private static final int MOST_VALUES = 1 << 24;

    private final Classifier classifier;
    private final int classes;
    private final @Nullable Accuracy heldOut;

    private Probe(Classifier classifier, int classes, @Nullable Accuracy heldOut) {
        this.classifier = classifier;
        this.classes = classes;
        this.heldOut = heldOut;
    }

    /**
     * How often a probe is right.
     *
     * @param right images whose label it predicts
     * @param images that have a label, greater than zero
     */
    public record Accuracy(int right, int images) {
        /** From 0 to 1. */
        public double share() {
            return (double) right / images;
        }
    }

    /**
     * The probe that a plan asks for.
     *
     * @param probe {@link #LOGISTIC}, or the path of a TorchScript file
     * @param vae whose latents it takes
     * @param data that a logistic one is trained on, and held out of
     * @param seed chooses the images where there are too many
     * @throws BadInputException where there can't be such a probe
     */
    public static Probe open(String probe, Vae vae, DataSplits data, long seed) {
        return probe.equals(LOGISTIC)
                ? logistic(vae, data.train(), data.validation(), seed)
                : torchScript(Path.of(probe), vae.spec().latent()).heldOut(vae, data.validation(), seed);
    }

    /**
     * Multinomial logistic regression on posterior means (scikit-learn's, as it comes), trained until converged.
     *
     * @param vae the model
     * @param train labelled images; of more than 60,000 a random sample
     * @param heldOut labelled images that its accuracy is measured on, up to 10,000 of them
     * @param seed of the two samples
     */
    public static Probe logistic(Vae vae, ImageSet train, ImageSet heldOut, long seed) {
        int classes = classes(train);
        int most =
                Math.min(MOST_IMAGES, MOST_VALUES / Math.max(classes, vae.spec().latent()));
        int[] chosen = sample(train, most, seed);
        int[] labels = Arrays.stream(chosen).map(train::label).toArray();
        LogisticRegression fitted = LogisticRegression.fit(Latents.of(vae, train, chosen), labels, classes);
        return linear(fitted).heldOut(vae, heldOut, seed);
    }

    /** A probe of known weights. */
    static Probe linear(LogisticRegression fitted) {
        int classes = fitted.intercepts().length;
        int latent = fitted.weights().length;
        float[] weights = new float[latent * classes];
        float[] intercepts = new float[classes];
        for (int c = 0; c < classes; c++) {
            for (int j = 0; j < latent; j++) {
                weights[j * classes + c] = (float) fitted.weights()[j][c];
            }
            intercepts[c] = (float) fitted.intercepts()[c];
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor w = TensorCopies.tensor(weights, latent, classes).retainReference();
            Tensor b = TensorCopies.tensor(intercepts, classes).retainReference();
            return new Probe(latents -> latents.matmul(w).add(b), classes, null);
        }
    }

    /**
     * A classifier that somebody else trained: latents {@code [points, latent]} in, logits {@code [points, classes]} out. The archive
     * is checked before LibTorch sees it.
     *
     * @param file TorchScript archive
     * @param latent dimension of the model's latents
     * @throws BadInputException where it is none, is not one to load, or gives anything else
     */
    public static Probe torchScript(Path file, int latent) {
        ScriptModule module = ScriptModule.load(file);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor tried = one(file, module.run(TensorCopies.tensor(new float[2 * latent], 2, latent), List.of()));
            long[] sizes = TensorCopies.sizes(tried);
            if (sizes.length != 2 || sizes[0] != 2 || sizes[1] < 2 || sizes[1] > MOST_CLASSES) {
                throw new BadInputException(file + ": want logits [points, classes] of 2 to " + MOST_CLASSES
                        + " classes for latents 2x" + latent + ", got " + TensorCopies.shape(sizes)
                        + ": export a classifier that takes mu and gives logits");
            }
            int classes = (int) sizes[1];
            return new Probe(
                    latents -> {
                        Tensor logits = one(file, module.run(latents, List.of()));
                        check(file, logits, latents.size(0), classes);
                        // Of the latents' graph whatever the archive does: where it cuts the gradient, the gradient is
                        // zero.
                        return logits.add(latents.sum(1).unsqueeze(1).mul(new Scalar(0.0)));
                    },
                    classes,
                    null);
        }
    }

    private static Tensor one(Path file, List<Tensor> outputs) {
        if (outputs.size() != 1) {
            throw new BadInputException(file + ": want one output, the logits, got " + outputs.size()
                    + ": export a classifier that gives logits alone");
        }
        Tensor logits = outputs.get(0);
        if (logits.scalar_type().intern() != torch.ScalarType.Float) {
            throw new BadInputException(file + ": want float32 logits, got "
                    + logits.scalar_type().intern() + ": export the classifier without its argmax, in float32");
        }
        return logits;
    }

    private static void check(Path file, Tensor logits, long points, int classes) {
        if (!Arrays.equals(TensorCopies.sizes(logits), new long[] {points, classes})) {
            throw new BadInputException(
                    file + ": want logits " + points + "x" + classes + ", got " + TensorCopies.shape(logits)
                            + ": the classifier must give one row a latent, whatever their number");
        }
    }

    /** The same probe with its accuracy on the labelled ones of some images; without one where none is labelled. */
    private Probe heldOut(Vae vae, ImageSet images, long seed) {
        int[] labelled = IntStream.of(sample(images, MOST_HELD_OUT, seed))
                .filter(i -> images.label(i) >= 0)
                .toArray();
        if (labelled.length == 0) {
            return this;
        }
        int right = 0;
        int[] predicted = predictions(Latents.of(vae, images, labelled));
        for (int i = 0; i < labelled.length; i++) {
            right += predicted[i] == images.label(labelled[i]) ? 1 : 0;
        }
        return new Probe(classifier, classes, new Accuracy(right, labelled.length));
    }

    private int[] predictions(float[][] latents) {
        try (PointerScope scope = new PointerScope()) {
            return predictions(Rows.stacked(Arrays.asList(latents)));
        }
    }

    /** Some images of a set: all in order, or a sample in random order. */
    private static int[] sample(ImageSet images, int most, long seed) {
        return images.size() <= most
                ? IntStream.range(0, images.size()).toArray()
                : new Noise(seed, "probe").stream(0, images.name(), 0).sample(images.size(), most);
    }

    private static int classes(ImageSet images) {
        int[] labels =
                IntStream.range(0, images.size()).map(images::label).distinct().toArray();
        int largest = Arrays.stream(labels).max().orElse(-1);
        boolean all = Arrays.stream(labels).allMatch(label -> label >= 0);
        if (!all || labels.length < 2 || largest >= MOST_CLASSES) {
            throw new BadInputException("want labelled images of 2 to " + MOST_CLASSES
                    + " classes to train a probe on, got " + images.name()
                    + (all ? " with " + labels.length + ", the last " + largest : ", where some have no label")
                    + ": give a TorchScript probe, or none");
        }
        return largest + 1;
    }

    @Override
    public Tensor logits(Tensor latents) {
        return classifier.logits(latents);
    }

    /** The classes predicted. */
    public int classes() {
        return classes;
    }

    /** How often it was right on images it was not trained on; null where none of them has a label. */
    public @Nullable Accuracy heldOut() {
        return heldOut;
    }

    /**
     * The predicted class of each point; the first of equals.
     *
     * @param latents {@code [points, latent]}
     */
    public int[] predictions(Tensor latents) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            double[] predicted = TensorCopies.doubles(logits(latents).argmax(new LongOptional(1), false));
            return Arrays.stream(predicted).mapToInt(value -> (int) value).toArray();
        }
    }
}
