package io.margrave.robustness.audit;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.Progress;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.robustness.suite.Probe;
import io.margrave.robustness.suite.UniversalAttack;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan's suite made ready for one model: what all of the model's tasks share. It follows from plan, model and data alone, so that a
 * resumed run makes the same again.
 *
 * @param attacks in plan order
 * @param probe whose predictions are watched; null for none
 */
record PreparedSuite(List<Ready> attacks, @Nullable Probe probe) {

    /**
     * One attack.
     *
     * @param spec as planned
     * @param goal that it is measured by
     * @param attack safe for use by several threads
     */
    record Ready(AttackSpec spec, GoalKind goal, Attack attack) {}

    PreparedSuite {
        attacks = List.copyOf(attacks);
    }

    /**
     * Refuses what makes no sense, before any work is done.
     *
     * @throws BadInputException one line
     */
    static void check(AuditPlan plan, Vae vae) {
        for (AttackSpec spec : plan.suite()) {
            AttackCatalogue.check(spec, plan.probe() != null);
            AttackCatalogue.check(spec, plan.r());
            AttackBudget.of(plan, spec, vae.spec());
        }
    }

    /**
     * Trains or opens the probe, and makes the attacks, with their universal perturbations: a task that found one missing would make all
     * others wait for it.
     *
     * @param plan resolved
     * @param model name of the model within the run
     * @param data whose training split a probe and a universal perturbation are fitted on; null where there is none
     * @param progress hears of restarts of universal perturbations
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    static PreparedSuite of(
            AuditPlan plan, String model, Vae vae, @Nullable DataSplits data, Progress.Listener progress) {
        String wanted = plan.probe();
        Probe probe = wanted == null ? null : Probe.open(wanted, vae, given(data, "a probe"), plan.seed());
        List<Ready> attacks = new ArrayList<>();
        for (AttackSpec spec : plan.suite()) {
            Attack attack = AttackCatalogue.of(
                    spec, plan, vae, probe, () -> training(data, spec), new Noise(plan.seed(), model));
            if (attack instanceof UniversalAttack universal) {
                Workers.stopIfInterrupted();
                int restarts = spec.effort().restarts();
                universal.prepare(
                        AttackBudget.of(plan, spec, vae.spec()).limit(),
                        spec.norm(),
                        spec.effort(),
                        done -> progress.on(
                                new Progress("fit " + spec.name() + " on " + model, done, restarts, "restarts", "")));
            }
            attacks.add(new Ready(spec, AttackCatalogue.goal(spec, probe), attack));
        }
        return new PreparedSuite(attacks, probe);
    }

    private static ImageSet training(@Nullable DataSplits data, AttackSpec spec) {
        return given(data, "attack " + spec.name()).train();
    }

    private static DataSplits given(@Nullable DataSplits data, String what) {
        if (data == null) {
            throw new BadInputException("want training images for " + what
                    + ", got the audited images alone: give all splits of the data set");
        }
        return data;
    }
}
