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
 * points it is then used on. What the fit takes is no point's: an input's own passes are those of measuring its objective. Safe for use
 * by several threads.
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

    private record Fitted(float[] perturbation, double[] trace) {}

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

    private Fitted fitted(Fit fit) {
        return fits.computeIfAbsent(fit, this::fit);
    }

    @Override
    public Attacked perturb(Request request) {
        double[] radii = request.radii();
        List<float[]> deltas = new ArrayList<>();
        double[] trace = {};
        for (double radius : radii) {
            Fitted fitted = fitted(new Fit(radius, request.ball().norm(), request.effort(), request.stepScale()));
            deltas.add(fitted.perturbation());
            trace = fitted.trace();
        }
        Tensor perturbed = request.ball().centers().detach().clone();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            perturbed.copy_(request.ball().retract(perturbed.add(Rows.stacked(deltas)), radii));
        }
        return new Attacked(perturbed, chosen(request, perturbed), trace, BLOCKS * (1L + BLOCK), 0);
    }

    /** The goal's mean over draws that no fit has seen; in blocks, to bound the memory. */
    private double[] chosen(Request request, Tensor perturbed) {
        Reconstruction clean = request.clean();
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

    private Fitted fit(Fit fit) {
        ImageSet images = training.get();
        int count = Math.min(MOST_IMAGES, images.size());
        int[] numbers = noise.stream(0, "universal/images", 0).sample(images.size(), count);
        List<float[]> pixels = Arrays.stream(numbers).mapToObj(images::image).toList();
        UniversalGoal goal = new UniversalGoal(
                kind, pixels, numbers, noise, "universal", fit.effort().draws());
        Attack search = Attacks.of(method, goal);
        Fitted best = new Fitted(new float[images.shape().size()], new double[0]);
        double most = Double.NEGATIVE_INFINITY;
        for (int restart = 0; restart < fit.effort().restarts(); restart++) {
            try (PointerScope scope = new PointerScope()) {
                Attacked found = search.perturb(request(fit, goal, restart));
                double reached = goal.overAll(vae, found.perturbed());
                if (reached > most) {
                    most = reached;
                    best = new Fitted(TensorCopies.floats(found.perturbed()), found.trace());
                }
            }
        }
        return best;
    }

    /** A search for the perturbation itself: a batch of one 'point' around zero, without a range. */
    private Request request(Fit fit, UniversalGoal goal, int restart) {
        Tensor first = Rows.stacked(goal.images().subList(0, 1));
        Tensor zero = torch.zeros_like(first);
        SearchEffort once = new SearchEffort(
                fit.effort().steps(), fit.effort().draws(), 1, fit.effort().precision());
        return new Request(
                Reconstruction.of(vae, first, Reconstruction.Follows.MEAN_AND_VARIANCE),
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
     * where it started.
     */
    private Tensor start(Fit fit, UniversalGoal goal, int restart) {
        Tensor direction = new PointNoise(noise, new int[] {restart}, "universal/start", 0)
                .next(1, goal.images().get(0).length)
                .squeeze(1);
        Tensor start =
                new Ball(torch.zeros_like(direction), null, fit.norm()).reach(direction, new double[] {fit.radius()});
        Tensor clean = Rows.stacked(goal.images());
        return UniversalGoal.cut(vae, clean.add(start)).sub(clean).mean(0).unsqueeze(0);
    }
}
