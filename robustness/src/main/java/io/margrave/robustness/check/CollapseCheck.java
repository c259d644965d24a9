package io.margrave.robustness.check;

import io.margrave.results.ModelCard;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.training.HeldOut;
import java.util.Arrays;

/**
 * 14: the model has not collapsed: a model that reconstructs the same from every input can't be attacked, and is of no use.
 *
 * <p>Active units are counted on a sample of the split (latents whose posterior mean has a variance above 0.01, Burda et al. 2016). The
 * spread is the median distance between two inputs' reconstructions over that between the inputs. FAIL where no unit is active or
 * the spread is below a tenth; WARN where one is, the spread is below a half, or all dimensions together carry less than 1 nat (by the
 * model's card, where it says so). Else PASS.
 */
record CollapseCheck() implements Examination {
    /** Spread of a collapsed model. */
    static final double COLLAPSED = 0.1;

    /** Spread that is worth a look. */
    static final double NARROW = 0.5;

    /** Nats an image that a model should carry. */
    static final double LITTLE = 1;

    @Override
    public int number() {
        return 14;
    }

    @Override
    public String name() {
        return "no collapse";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        ModelCard card = scene.evaluation().card();
        int active = activeUnits(scene.sample().means());
        double spread = spread(scene.sample());
        double kl =
                card.klPerDimension().stream().mapToDouble(Double::doubleValue).sum();
        boolean known = !card.klPerDimension().isEmpty();
        double largest = card.klPerDimension().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        return new Ruling(
                Ruling.of(active == 0 || spread < COLLAPSED, active == 1 || spread < NARROW || (known && kl < LITTLE)),
                active + " of " + card.latent() + " latents are active"
                        + (known
                                ? ", KL is " + Figures.of(kl) + " nats in all, at most " + Figures.of(largest)
                                        + " a dimension"
                                : "")
                        + "; reconstructions of two inputs lie " + Figures.percent(spread)
                        + " as far apart as the inputs (medians).");
    }

    private static int activeUnits(float[][] means) {
        int active = 0;
        for (int k = 0; k < means[0].length; k++) {
            double sum = 0;
            double squares = 0;
            for (float[] mean : means) {
                sum += mean[k];
                squares += (double) mean[k] * mean[k];
            }
            double average = sum / means.length;
            active += squares / means.length - average * average > HeldOut.ACTIVE_VARIANCE ? 1 : 0;
        }
        return active;
    }

    private static double spread(CheckScene.Sample sample) {
        int pairs = sample.images().length - 1;
        double[] inputs = new double[pairs];
        double[] reconstructions = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            inputs[i] = Rows.distance(sample.images()[i], sample.images()[i + 1]);
            reconstructions[i] = Rows.distance(sample.reconstructions()[i], sample.reconstructions()[i + 1]);
        }
        Arrays.sort(inputs);
        Arrays.sort(reconstructions);
        return reconstructions[pairs / 2] / Math.max(inputs[pairs / 2], Double.MIN_NORMAL);
    }
}
