package io.margrave.robustness.check;

import io.margrave.results.Check.Outcome;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.Progress;
import io.margrave.vae.Engine;
import io.margrave.vae.network.MissingGradientException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;

/**
 * Checks the evaluation of one model: was its attack inside its budget, were its gradients true, would more effort have found more?
 *
 * <p>A robustness figure is worth what its attack is worth. One FAIL says that the figures of this model are not to be relied on. The
 * same evaluation gives the same outcomes; noise is named apart from that of audits, so that nothing is measured on what it was found
 * with.
 */
public final class EvaluationChecks {
    /** Points that quick checks look at. */
    public static final int QUICK_POINTS = 16;

    /** Points that thorough checks look at. */
    public static final int THOROUGH_POINTS = 64;

    private static final List<Examination> ALL = List.of(
            new BudgetCheck(),
            new ZeroBudgetCheck(),
            new GradientCheck(),
            new StepsCheck(),
            new RestartsCheck(),
            new OrderCheck(),
            new GrowthCheck(),
            new UnboundedCheck(),
            new GradientFreeCheck(),
            new DrawsCheck(),
            new FreshNoiseCheck(),
            new GoalsCheck(),
            new BoundsCheck(),
            new CollapseCheck(),
            new StepSizeCheck(),
            new TransferCheck());

    private EvaluationChecks() {}

    /**
     * Runs the checks of a level, on the calling thread.
     *
     * @param evaluation what is checked
     * @param level NONE gives an empty list
     * @param progress hears of finished checks
     * @return in order of their numbers; without those that this evaluation has no ground for, such as transfer where the run has
     *     one model
     * @throws CancellationException if the calling thread is interrupted
     */
    @SuppressWarnings("try") // The scope acts by being open.
    public static List<EvaluationCheck> run(Evaluation evaluation, Level level, Progress.Listener progress) {
        if (level == Level.NONE) {
            return List.of();
        }
        Engine.singleThreaded();
        List<EvaluationCheck> found = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            CheckScene scene = CheckScene.of(
                    evaluation, level == Level.QUICK ? QUICK_POINTS : THOROUGH_POINTS, level == Level.THOROUGH);
            List<Examination> asked = ALL.stream()
                    .filter(examination -> level == Level.THOROUGH || examination.quick())
                    .filter(examination -> examination.applies(scene))
                    .toList();
            for (Examination examination : asked) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("stopped");
                }
                found.add(examine(examination, scene));
                progress.on(new Progress(
                        "check " + evaluation.model(), found.size(), asked.size(), "checks", examination.name()));
            }
        }
        return List.copyOf(found);
    }

    private static EvaluationCheck examine(Examination examination, CheckScene scene) {
        Ruling ruling;
        try {
            ruling = examination.examine(scene);
        } catch (RuntimeException e) {
            // What LibTorch throws has this very class.
            if (e.getClass() != RuntimeException.class && !(e instanceof MissingGradientException)) {
                throw e;
            }
            ruling = new Ruling(Outcome.FAIL, "The attack could not be run: " + Engine.firstLine(e) + ".");
        }
        return new EvaluationCheck(
                scene.evaluation().model(),
                examination.number(),
                examination.name(),
                ruling.outcome(),
                ruling.evidence(),
                ruling.curves());
    }
}
