package io.margrave.robustness.attack;

import io.margrave.results.Norm;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Auto-PGD (Croce and Hein 2020, algorithm 1): ascent with momentum, whose step is halved, point by point, at checkpoints where too
 * few steps gained, and which then goes on from the best iterate. What is returned is the best iterate.
 *
 * <p>Steps are compared with each other, so they share draws; the draws are renewed at checkpoints.
 */
final class AutoSteps implements Search {
    private static final double MOMENTUM = 0.25;
    private static final double GAINING = 0.75;
    private static final double FIRST_INTERVAL = 0.22;
    private static final double SHORTER = 0.03;
    private static final double SHORTEST = 0.06;
    /** First step, in radii; longer in L1, where the projection takes most of its length off again. */
    private static final double FIRST_STEP = 2;

    private static final double FIRST_STEP_L1 = 4;
    /** First step under a penalty, as a share of the range's diameter. */
    private static final double FIRST_STEP_PENALISED = 0.1;

    @Override
    public Climbed from(RestartBatch batch, Tensor start) {
        HeldNoise noise = new HeldNoise(batch.draws());
        Run run = new Run(batch, start, noise);
        Climbed climbed = batch.climb(start, run.goal, run);
        run.keep(climbed.perturbed(), run.values(climbed.perturbed()));
        return new Climbed(run.best, climbed.trace());
    }

    /** What one ascent remembers. */
    private static final class Run implements Stepper {
        private final RestartBatch batch;
        private final HeldNoise noise;
        private final AttackGoal goal;
        private final @Nullable ProximalStep proximal;
        private final Tensor previous;
        private final Tensor best;
        private final Tensor bestGradient;
        private final double[] bestValue;
        private final double[] lastValue;
        private final double[] checkedValue;
        private final double[] lengths;
        private final int[] gains;
        private final boolean[] halved;
        private final int steps;
        private int interval;
        private int checkpoint;

        Run(RestartBatch batch, Tensor start, HeldNoise noise) {
            this.batch = batch;
            this.noise = noise;
            goal = batch.unpenalised(noise);
            proximal = batch.request().weight() == null ? null : new ProximalStep(batch);
            steps = batch.effort().steps();
            previous = start.detach().clone();
            best = start.detach().clone();
            bestGradient = torch.zeros_like(start);
            bestValue = filled(Double.NEGATIVE_INFINITY);
            lastValue = filled(Double.POSITIVE_INFINITY);
            checkedValue = filled(Double.NEGATIVE_INFINITY);
            gains = new int[batch.rows()];
            halved = new boolean[batch.rows()];
            double first = batch.request().stepScale() * (batch.ball().norm() == Norm.L1 ? FIRST_STEP_L1 : FIRST_STEP);
            lengths = batch.request().weight() == null
                    ? batch.shares(first)
                    : filled(batch.request().stepScale() * FIRST_STEP_PENALISED * batch.diameter());
            interval = Math.max(1, (int) (FIRST_INTERVAL * steps));
            checkpoint = interval;
        }

        private double[] filled(double value) {
            double[] values = new double[batch.rows()];
            Arrays.fill(values, value);
            return values;
        }

        @Override
        public Tensor next(Tensor iterate, Tensor gradient, double[] objective, int step) {
            if (proximal != null) {
                proximal.penalise(objective, iterate);
            }
            for (int i = 0; i < gains.length; i++) {
                gains[i] += objective[i] > lastValue[i] ? 1 : 0;
                lastValue[i] = objective[i];
            }
            Tensor better = keep(iterate, objective);
            bestGradient.copy_(torch.where(better, gradient, bestGradient));
            Tensor from = iterate;
            Tensor along = gradient;
            if (step == checkpoint) {
                Tensor back = Rows.flags(check());
                from = torch.where(back, best, iterate);
                along = torch.where(back, bestGradient, gradient);
                previous.copy_(torch.where(back, best, previous));
                renew(from);
            }
            Tensor moved = stepped(from, along);
            if (step > 0) {
                // x + 3/4 (z - x) + 1/4 (x - previous)
                moved = bounded(moved.mul_(new Scalar(1 - MOMENTUM))
                        .add_(from, new Scalar(2 * MOMENTUM))
                        .sub_(previous, new Scalar(MOMENTUM)));
            }
            previous.copy_(from);
            return moved;
        }

        private Tensor stepped(Tensor iterate, Tensor gradient) {
            return proximal == null
                    ? bounded(Steepest.along(batch.ball(), iterate, gradient)
                            .mul_(Rows.numbers(lengths).unsqueeze(1))
                            .add_(iterate))
                    : proximal.from(iterate, gradient, lengths);
        }

        private Tensor bounded(Tensor moved) {
            return proximal == null
                    ? batch.ball().project(moved, batch.radii())
                    : batch.ball().clipped(moved);
        }

        /** Keeps iterates that are better than the best; says which, as flags. */
        Tensor keep(Tensor iterate, double[] objective) {
            Tensor flags = Rows.flags(Best.update(bestValue, objective));
            best.copy_(torch.where(flags, iterate, best));
            return flags;
        }

        /** Halves steps that gain too little; says of which rows. */
        private boolean[] check() {
            boolean[] back = new boolean[gains.length];
            for (int i = 0; i < back.length; i++) {
                back[i] = gains[i] < GAINING * interval || (!halved[i] && bestValue[i] <= checkedValue[i]);
                lengths[i] *= back[i] ? 0.5 : 1;
                gains[i] = 0;
            }
            System.arraycopy(back, 0, halved, 0, back.length);
            interval = Math.max(interval - Math.max(1, (int) (SHORTER * steps)), Math.max(1, (int) (SHORTEST * steps)));
            checkpoint += interval;
            return back;
        }

        /** Other draws: what is compared from here on is valued on them. */
        private void renew(Tensor iterate) {
            noise.renew();
            System.arraycopy(values(best), 0, bestValue, 0, bestValue.length);
            System.arraycopy(bestValue, 0, checkedValue, 0, bestValue.length);
            System.arraycopy(values(iterate), 0, lastValue, 0, lastValue.length);
        }

        double[] values(Tensor iterate) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                double[] values = TensorCopies.doubles(goal.objective(iterate, steps));
                if (proximal != null) {
                    proximal.penalise(values, iterate);
                }
                return values;
            }
        }
    }
}
