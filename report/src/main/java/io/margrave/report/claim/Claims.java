package io.margrave.report.claim;

import io.margrave.results.experiment.ExperimentResults;
import java.util.List;

/** The claims of Camuto et al. 2021 beside an experiment, in the order of a page. */
public final class Claims {
    private Claims() {}

    /** Every claim, those of which the experiment shows nothing among them; numbers ascend. */
    public static List<Claim> of(ExperimentResults results) {
        return List.of(
                BoundBelowMargin.of(results),
                LessDamageWithMargin.of(results),
                BetaAndRobustness.of(results),
                MeanNotVariance.of(results),
                DeterministicCounterparts.of(results),
                TargetedSuccess.of(results),
                RobustSideBySide.of(results),
                Illustrations.of(results));
    }
}
