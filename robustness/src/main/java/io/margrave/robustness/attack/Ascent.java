package io.margrave.robustness.attack;

import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Tape;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradient loop: read the gradient, normalise it a point, step, project.
 *
 * <p>Every gradient attack and margin search runs through here, so that projection and range are kept in one place.
 */
public final class Ascent {

    /** Chooses the radii of the next step; the radii of a plain attack stay as they are. */
    @FunctionalInterface
    public interface RadiusRule {
        /**
         * Called after the objective of a step is known, before the step is taken.
         *
         * @param step number of the step, from 0
         * @param radii one a point; changed in place
         */
        void update(int step, double[] radii);

        /** The radii stay. */
        static RadiusRule fixed() {
            return (step, radii) -> {};
        }
    }

    /**
     * A number that falls along a half cosine, as step sizes do.
     *
     * @param first at the first step
     * @param last at the last step
     */
    public record HalfCosine(double first, double last) {
        /** At a step, from 0, of so many. */
        public double at(int step, int steps) {
            return at(steps == 1 ? 1 : (double) step / (steps - 1));
        }

        private double at(double progress) {
            return last + (first - last) * 0.5 * (1 + Math.cos(Math.PI * progress));
        }

        /** One that falls from where this is after a share of the steps to where it is after another. */
        public HalfCosine between(double from, double to) {
            return new HalfCosine(at(from), at(to));
        }
    }

    private static final double TINY = 1e-30;

    private Ascent() {}

    /**
     * Runs the loop.
     *
     * @param ball centres and value range
     * @param start first iterates, {@code [points, features]}; not changed
     * @param radii L2 radius a point; changed by {@code rule}
     * @param surface whether iterates are kept on the surface of the ball instead of inside it
     * @param goal what to increase
     * @param steps gradient steps
     * @param stepSize of each step, as a share of the radius
     * @param rule chooses the radii
     * @return the last iterates, {@code [points, features]}, inside ball and range
     */
    public static Tensor maximise(
            Ball ball,
            Tensor start,
            double[] radii,
            boolean surface,
            AttackGoal goal,
            int steps,
            HalfCosine stepSize,
            RadiusRule rule) {
        return climb(start, goal, steps, (iterate, gradient, objective, step) -> {
                    rule.update(step, radii);
                    Tensor moved =
                            stepAlong(gradient, radii, stepSize.at(step, steps)).add_(iterate);
                    return surface ? ball.approach(moved.sub_(ball.centers()), radii) : ball.retract(moved, radii);
                })
                .perturbed();
    }

    /**
     * Runs the loop.
     *
     * @param start first iterates, {@code [rows, features]}; not changed
     * @param goal what to increase
     * @param steps gradient steps
     * @param stepper makes each step
     * @return the last iterates, and the objective at the iterate before each step
     */
    static Search.Climbed climb(Tensor start, AttackGoal goal, int steps, Stepper stepper) {
        Tensor iterate = start.detach().clone();
        double[][] trace = new double[steps][];
        for (int step = 0; step < steps; step++) {
            try (PointerScope scope = new PointerScope();
                    Tape tape = Tape.open()) {
                Tensor x = iterate.detach();
                x.set_requires_grad(true);
                Tensor objective = goal.objective(x, step);
                Tensor gradient = tape.gradient(objective.sum(), x);
                trace[step] = TensorCopies.doubles(objective);
                iterate.copy_(stepper.next(iterate, finite(gradient), trace[step], step));
            }
        }
        return new Search.Climbed(iterate, trace);
    }

    /** Zero in rows where a gradient isn't finite: one broken point must not stop the batch. */
    private static Tensor finite(Tensor gradient) {
        Tensor sums = gradient.sum(1);
        boolean finite = Arrays.stream(TensorCopies.doubles(sums)).allMatch(Double::isFinite);
        return finite ? gradient : torch.where(sums.isfinite().unsqueeze(1), gradient, torch.zeros_like(gradient));
    }

    /** Each gradient at the length of a share of its radius. */
    private static Tensor stepAlong(Tensor gradient, double[] radii, double share) {
        double[] norms = TensorCopies.doubles(
                torch.linalg_vector_norm(gradient, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional()));
        double[] factors = new double[norms.length];
        Arrays.setAll(factors, i -> share * radii[i] / Math.max(norms[i], TINY));
        return gradient.mul(Rows.numbers(factors).unsqueeze(1));
    }
}
