package io.margrave.robustness.check;

import io.margrave.results.SearchEffort;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * 2: a budget of zero reproduces the clean result, and so does asking the model twice.
 *
 * <p>FAIL where the model gives two answers to one input and noise, or one to a row alone and another to it in a batch; where the
 * attack moves an input that it must not move, or the damage then differs from the clean one; where the clean damage that the run
 * reports is another one than is measured here, beyond chance. Else PASS.
 */
record ZeroBudgetCheck() implements Examination {
    /** Largest difference of two passes, relative to max(1, |value|): kernels may sum in another order, no more. */
    static final double SAME = 1e-5;

    /** The same of a row alone and in a batch: other shapes take other kernels. */
    static final double COMPANY = 1e-3;

    /** Standard errors that the clean damage of run and check may lie apart. */
    static final double APART = 5;

    private static final int PASSES = 4;
    private static final int STEPS = 5;

    @Override
    public int number() {
        return 2;
    }

    @Override
    public String name() {
        return "zero budget, same result";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        double again = again(scene);
        double company = company(scene);
        SearchEffort effort = scene.effort();
        Reached still = scene.attack(
                "zero",
                scene.attacks().tested(),
                0,
                new SearchEffort(STEPS, effort.draws(), effort.restarts(), effort.precision()),
                1);
        Reached untouched = scene.untouched();
        double moved = 0;
        double change = 0;
        for (int i = 0; i < still.points(); i++) {
            moved = larger(moved, Rows.distance(still.perturbed()[i], scene.originals()[i]));
            change = larger(change, Math.abs(still.damage(i) - untouched.damage(i)) / Math.max(1, untouched.damage(i)));
        }
        double apart = apart(scene, untouched);
        String evidence = "Asked " + PASSES + " times, the model's answers differ by up to " + Figures.of(again)
                + ", alone and in a batch by " + Figures.of(company)
                + "; with a radius of 0 the attack moves inputs by "
                + Figures.of(moved) + " and damage by " + Figures.of(change) + "."
                + (apart == 0
                        ? ""
                        : " The clean damage that the run reports lies " + Figures.of(apart)
                                + " standard errors from what is measured here.");
        // Written so that what is not a number fails.
        boolean holds = again <= SAME && company <= COMPANY && moved == 0 && change <= SAME && apart <= APART;
        return new Ruling(Ruling.of(!holds, false), evidence);
    }

    private static double larger(double a, double b) {
        return Double.isNaN(b) ? Double.POSITIVE_INFINITY : Math.max(a, b);
    }

    /** Answers of one pass, {@code [row][values]}: mean, standard deviation, g of a draw. */
    private static List<float[][]> pass(Vae vae, float[][] images, CheckScene scene) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            GaussianPosterior posterior = vae.encode(Reconstruction.asImages(vae, Rows.stacked(Arrays.asList(images))));
            float[] draw = new float[vae.spec().latent()];
            scene.noise().stream(0, "check/again", 0).gaussians(draw, 0, draw.length);
            Tensor latents = posterior
                    .stdDev()
                    .mul(TensorCopies.tensor(draw, draw.length))
                    .add(posterior.mean());
            return List.of(
                    Rows.arrays(posterior.mean()), Rows.arrays(posterior.stdDev()), Rows.arrays(vae.decode(latents)));
        }
    }

    private static double again(CheckScene scene) {
        Vae vae = scene.evaluation().vae();
        List<float[][]> first = pass(vae, scene.originals(), scene);
        double most = 0;
        for (int k = 1; k < PASSES; k++) {
            List<float[][]> other = pass(vae, scene.originals(), scene);
            for (int i = 0; i < scene.originals().length; i++) {
                most = larger(most, difference(first, i, other, i));
            }
        }
        return most;
    }

    private static double company(CheckScene scene) {
        Vae vae = scene.evaluation().vae();
        List<float[][]> together = pass(vae, scene.originals(), scene);
        double most = 0;
        for (int i = 0; i < Math.min(PASSES, scene.originals().length); i++) {
            most = larger(most, difference(together, i, pass(vae, new float[][] {scene.originals()[i]}, scene), 0));
        }
        return most;
    }

    private static double difference(List<float[][]> a, int i, List<float[][]> b, int j) {
        double most = 0;
        for (int k = 0; k < a.size(); k++) {
            float[] first = a.get(k)[i];
            float[] second = b.get(k)[j];
            for (int l = 0; l < first.length; l++) {
                most = larger(most, Math.abs((double) first[l] - second[l]) / Math.max(1, Math.abs((double) first[l])));
            }
        }
        return most;
    }

    /** Mean clean damage of run and check, in standard errors of their difference; 0 where the run has none. */
    private static double apart(CheckScene scene, Reached untouched) {
        Map<Integer, Double> reported = scene.evaluation().reportedClean();
        double difference = 0;
        double variance = 0;
        int[] points = scene.points();
        for (int i = 0; i < points.length; i++) {
            Double there = reported.get(points[i]);
            if (there != null) {
                difference += untouched.damage(i) - there;
                // The run measured with draws of its own, about as many.
                variance += 2 * untouched.squaredError(i);
            }
        }
        // Models without noise differ in the last digits, which are no number of standard errors.
        boolean same = Math.abs(difference) <= COMPANY * Math.max(points.length, points.length * untouched.damage());
        return same ? 0 : Math.abs(difference) / Math.sqrt(Math.max(variance, Double.MIN_NORMAL));
    }
}
