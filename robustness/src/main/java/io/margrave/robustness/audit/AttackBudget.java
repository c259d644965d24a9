package io.margrave.robustness.audit;

import io.margrave.data.BadInputException;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.AuditPlan;
import io.margrave.results.Norm;
import io.margrave.robustness.attack.Ball;
import io.margrave.vae.model.VaeSpec;
import org.jspecify.annotations.Nullable;

/**
 * How far an attack of a suite may go.
 *
 * @param limit in the attack's norm: what its ball has; the largest that the range allows under a penalty
 * @param radius the constraint that was asked for; null under a penalty
 */
record AttackBudget(double limit, @Nullable Double radius) {

    /** Share of the value range that an L-infinity attack has where the plan names no radius. */
    private static final double SHARE = 0.1;

    /**
     * The budget of an attack. Where the specification has no radius: the plan's attack radius for L2, a tenth of the value range for
     * L-infinity.
     *
     * @param plan resolved
     * @throws BadInputException where no radius is given and none goes without saying
     */
    static AttackBudget of(AuditPlan plan, AttackSpec spec, VaeSpec model) {
        if (!spec.weights().isEmpty()) {
            return new AttackBudget(furthest(spec.norm(), model.shape().size(), model.range()), null);
        }
        Double given = spec.radius();
        if (given == null && spec.method() == AttackSpec.Method.MINIMAL_NORM) {
            double limit = furthest(spec.norm(), model.shape().size(), model.range());
            return new AttackBudget(limit, limit);
        }
        double radius = given == null ? usual(plan, spec, model.range()) : given;
        return new AttackBudget(radius, radius);
    }

    private static double usual(AuditPlan plan, AttackSpec spec, ValueRange range) {
        Double planned = plan.attackRadius();
        double usual = switch (spec.norm()) {
            case L1 -> 0;
            case L2 -> planned == null ? 0 : planned;
            case LINF -> SHARE * ((double) range.high() - range.low());
        };
        if (usual == 0 || spec.variable() == Variable.LATENT) {
            throw new BadInputException("want a radius for attack " + spec.name() + ", got none: add one in its norm, "
                    + spec.norm() + (spec.variable() == Variable.LATENT ? ", in latent units" : ""));
        }
        return usual;
    }

    private static double furthest(Norm norm, int features, ValueRange range) {
        double width = (double) range.high() - range.low();
        return switch (norm) {
            case L1 -> features * width;
            case L2 -> Ball.diameter(features, range);
            case LINF -> width;
        };
    }
}
