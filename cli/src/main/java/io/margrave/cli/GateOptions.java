package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.Gate;
import io.margrave.results.MarginMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A threshold on the margins, for continuous integration. */
final class GateOptions {
    @Option(
            names = "--fail-below",
            required = true,
            paramLabel = "V",
            description = "Exit 1 where, for any model, the quantile's interval begins under V (in input units).")
    double failBelow;

    @Option(names = "--at", paramLabel = "R", description = "The radius r that this speaks of. Default: the only one.")
    @Nullable
    Double at;

    @Option(
            names = "--quantile",
            paramLabel = "Q",
            defaultValue = "0.5",
            description =
                    "Quantile over points, in (0, 1); 0.1 speaks of the weakest tenth. Default: ${DEFAULT-VALUE}.")
    double quantile;

    @Option(
            names = "--method",
            paramLabel = "M",
            defaultValue = "bound_whitened",
            converter = MethodName.class,
            completionCandidates = MethodName.Names.class,
            description = "Which margin: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    MarginMethod method = MarginMethod.BOUND_WHITENED;

    /**
     * The gate for a run of this plan; checked before the run begins, so that a typing error costs no audit.
     *
     * @param plan resolved
     */
    Gate gate(AuditPlan plan) {
        List<Double> radii = plan.r().values();
        if (at == null && radii.size() > 1) {
            throw new BadInputException("want --at with one of the radii " + radii + " for --fail-below, got none");
        }
        try {
            Gate gate = new Gate(failBelow, at == null ? radii.get(0) : at, quantile, method);
            gate.radiusIn(plan);
            return gate;
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }
}
