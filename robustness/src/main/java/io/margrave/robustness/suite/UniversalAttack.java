package io.margrave.robustness.suite;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackSpec;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.attack.ModelCounts;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One perturbation for all inputs (Moosavi-Dezfooli et al. 2017), of one model: fitted on up to 1,000 training images, then added to
 * each input and cut to the range there. Cutting only shortens it, so the radius holds at each input.
 *
 * <p>It is fitted when first asked for with some radius and effort, and held: the same noise gives the same perturbation, whatever
 * points it is then used on. Who waits for a fit waits long; {@link #prepare} makes it ahead. A fit's passes are counted as those of the
 * images that it saw: each input that is attacked carries the share of one of them, besides those of measuring its own objective. So
 * a count is the same however many inputs there are, and in a run that was resumed. Safe for use by several threads.
 */
public final class UniversalAttack implements Attack {
    private static final int MOST_IMAGES = 1_000;
    /** Draws decoded at once, and how often, to say what a perturbation came to. */
    private static final int BLOCK = 8;

    private static final int BLOCKS = 8;

    private final AttackSpec.Method method;
    private final GoalKind kind;
    private final Vae vae;
    private final Supplier<ImageSet> training;
    private final Noise noise;
    private final Map<Fit, Fitted> fits = new ConcurrentHashMap<>();

    private record Fit(double radius, Norm norm, SearchEffort effort, double stepScale) {}

    /**
     * What came of a fit.
     *
     * @param forwards of an image that it was fitted on, rounded up
     * @param backwards likewise
     */
    private record Fitted(float[] perturbation, double[] trace, long forwards, long backwards) {}

    /**
     * An attack that has yet to be fitted.
     *
     * @param method how the perturbation is searched: one that may see another objective at each step
     * @param kind what is wanted of each input; not a targeted one
     * @param vae the model
     * @param training images to fit on
     * @param noise names the run and the model
     */
    public UniversalAttack(AttackSpec.Method method, GoalKind kind, Vae vae, Supplier<ImageSet> training, Noise noise) {
        if (kind.targeted()) {
            throw new IllegalArgumentException("want an untargeted goal for all inputs, got " + kind.id());
        }
        this.method = method;
        this.kind = kind;
        this.vae = vae;
        this.training = training;
        this.noise = noise;
    }

    /**
     * The perturbation of a radius; fitted where it was not yet.
     *
     * @param radius of the norm, at least 0
     * @param stepScale as in {@link Attack.Request}
     * @return channels x height x width
     */
    public float[] perturbation(double radius, Norm norm, SearchEffort effort, double stepScale) {
        return fitted(new Fit(radius, norm, effort, stepScale)).perturbation().clone();
    }

    /**
     * Fits the perturbation of a radius, where it was not yet.
     *
     * @param radius of the norm, at least 0
     * @param heard gets the number of restarts that are done, from 0
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    public void prepare(double radius, Norm norm, SearchEffort effort, IntConsumer heard) {
        fits.computeIfAbsent(new Fit(radius, norm, effort, 1), fit -> fit(fit, heard));
    }

    private Fitted fitted(Fit fit) {
        return fits.computeIfAbsent(fit, absent -> fit(absent, restart -> {}));
    }

    @Override
    public Attacked perturb(Request request) {
        double[] radii = request.radii();
        List<float[]> deltas = new ArrayList<>();
        double[] trace = {};
        long forwards = 0;
        long backwards = 0;
        for (double radius : radii) {
            Fitted fitted = fitted(new Fit(radius, request.ball().norm(), request.effort(), request.stepScale()));
            deltas.add(fitted.perturbation());
            trace = fitted.trace();
            forwards += fitted.forwards();
            backwards += fitted.backwards();
        }
        Tensor perturbed = request.ball().centers().detach().clone();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturbed.copy_(request.ball().retract(perturbed.add(Rows.stacked(deltas)), radii));
        }
        ModelCounts own = new ModelCounts();
        double[] chosen = chosen(request, request.clean().through(own::watch), perturbed);
        return new Attacked(
                perturbed, chosen, trace, (forwards + own.forwards()) / radii.length, backwards / radii.length);
    }

    /** The goal's mean over draws that no fit has seen; in blocks, to bound the memory. */
    private double[] chosen(Request request, Reconstruction clean, Tensor perturbed) {
        double[] sums = new double[request.points().length];
        PointNoise stream = new PointNoise(noise, request.points(), request.name() + "/choose", 0);
        for (int block = 0; block < BLOCKS; block++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                AttackGoal goal = kind.of(new GoalKind.Scene(
                        clean, request.ball().centers(), null, () -> stream.next(BLOCK, clean.noiseSize())));
                double[] objective = TensorCopies.doubles(goal.objective(perturbed, 0));
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += objective[i] / BLOCKS;
                }
            }
        }
        return sums;
    }

    private Fitted fit(Fit fit, IntConsumer heard) {
        ImageSet images = training.get();
        int count = Math.min(MOST_IMAGES, images.size());
        int[] numbers = noise.stream(0, "universal/images", 0).sample(images.size(), count);
        List<float[]> pixels = Arrays.stream(numbers).mapToObj(images::image).toList();
        // In a ball that is no box, what a cut value takes would be taken from the others.
        boolean straight = fit.norm() == Norm.LINF;
        UniversalGoal goal = new UniversalGoal(
                kind, pixels, numbers, noise, "universal", fit.effort().draws(), straight);
        Attack search = Attacks.of(method, goal);
        ModelCounts counts = new ModelCounts();
        Vae counted = counts.watch(vae);
        float[] best = new float[images.shape().size()];
        double[] trace = {};
        double most = Double.NEGATIVE_INFINITY;
        for (int restart = 0; restart < fit.effort().restarts(); restart++) {
            heard.accept(restart);
            try (PointerScope scope = new PointerScope()) {
                Attacked found = search.perturb(request(fit, counted, goal, restart));
                double reached = goal.overAll(counted, found.perturbed());
                if (reached > most) {
                    most = reached;
                    best = TensorCopies.floats(found.perturbed());
                    trace = found.trace();
                }
            }
        }
        heard.accept(fit.effort().restarts());
        return new Fitted(best, trace, share(counts.forwards(), count), share(counts.traced(), count));
    }

    private static long share(long passes, int images) {
        return (passes + images - 1) / images;
    }

    /** A search for the perturbation itself: a batch of one 'point' around zero, without a range. */
    private Request request(Fit fit, Vae counted, UniversalGoal goal, int restart) {
        Tensor first = Rows.stacked(goal.images().subList(0, 1));
        Tensor zero = torch.zeros_like(first);
        SearchEffort once = new SearchEffort(
                fit.effort().steps(), fit.effort().draws(), 1, fit.effort().precision());
        return new Request(
                Reconstruction.of(counted, first, Reconstruction.Follows.MEAN_AND_VARIANCE),
                new Ball(zero, null, fit.norm()),
                new double[] {fit.radius()},
                null,
                null,
                List.of(start(fit, goal, restart)),
                new int[] {restart},
                noise,
                "universal/search",
                once,
                fit.stepScale());
    }

    /**
     * Random, less what the images' range cuts off on average: a value that is cut at every image has no gradient, and would stay
     * where it started. In L-infinity, where a start is taken by its signs, that would be undone; there gradients pass the cut.
     */
    private Tensor start(Fit fit, UniversalGoal goal, int restart) {
        Tensor direction = new PointNoise(noise, new int[] {restart}, "universal/start", 0)
                .next(1, goal.images().get(0).length)
                .squeeze(1);
        if (goal.straight()) {
            return direction;
        }
        Tensor start =
                new Ball(torch.zeros_like(direction), null, fit.norm()).reach(direction, new double[] {fit.radius()});
        Tensor clean = Rows.stacked(goal.images());
        return UniversalGoal.cut(vae, clean.add(start)).sub(clean).mean(0).unsqueeze(0);
    }
}
