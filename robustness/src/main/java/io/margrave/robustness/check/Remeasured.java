package io.margrave.robustness.check;

import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Word;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.suite.FirstOrderAttack.Direction;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The perturbed inputs that one attack of a run stored, measured again on the noise of a check.
 *
 * @param spec of the suite's attack; null for the audit's own
 * @param radius that it was allowed
 * @param rows which checked point each is of, ascending; a targeted attack has several a point
 * @param reported damage of each by the run
 * @param reached what is measured, with what the goal is about following
 */
record Remeasured(@Nullable AttackSpec spec, double radius, int[] rows, double[] reported, Reached reached) {

    /** Methods that climb: what twice their steps would find is worth asking. */
    private static final Set<Method> CLIMBS = EnumSet.of(Method.GRADIENT, Method.ADAM, Method.APGD);

    /** Which parameters follow where the damage of an attack is measured. */
    static Follows follows(@Nullable AttackSpec spec) {
        return Arrays.stream(Follows.values())
                .filter(each -> spec != null && new MaximumDamageGoal(each).id().equals(spec.goal()))
                .findFirst()
                .orElse(Follows.MEAN_AND_VARIANCE);
    }

    /** Whether an attack of a suite searches for what an audit's own does: the most damage to each input within a radius. */
    static boolean maximumDamage(AttackSpec spec) {
        return spec.goal().equals(new MaximumDamageGoal(Follows.MEAN_AND_VARIANCE).id()) && onInputs(spec);
    }

    /** Whether it is one of those, and climbs. */
    static boolean climbsToDamage(AttackSpec spec) {
        return maximumDamage(spec) && CLIMBS.contains(spec.method());
    }

    private static boolean onInputs(AttackSpec spec) {
        return spec.variable() == Variable.INPUT && spec.weights().isEmpty() && spec.method() != Method.MINIMAL_NORM;
    }

    private static boolean firstOrder(AttackSpec spec) {
        return Arrays.stream(Direction.values())
                .anyMatch(direction -> direction.id().equals(spec.goal()));
    }

    /** The suite's attack, where it is on single inputs, kept to a radius and after damage, so that noise must not do more of it. */
    Optional<AttackSpec> rivalOfNoise() {
        return Optional.ofNullable(spec)
                .filter(each -> onInputs(each) && radius > 0)
                .filter(each -> firstOrder(each)
                        || Arrays.stream(Follows.values())
                                .anyMatch(follows ->
                                        new MaximumDamageGoal(follows).id().equals(each.goal())));
    }

    /** Whether an attack searches long enough for noise that does more to be a defect: one step and chance may be unlucky. */
    static boolean searches(AttackSpec spec) {
        return !firstOrder(spec) && (CLIMBS.contains(spec.method()) || spec.method() == Method.SQUARE);
    }

    /** As evidence names it. */
    String title() {
        return spec == null ? "the audit's own" : spec.name() + " (" + kind(spec) + ")";
    }

    /** As in {@code linf square}. */
    static String kind(AttackSpec spec) {
        return (spec.variable() == Variable.INPUT ? "" : Word.of(spec.variable()) + " ") + Word.of(spec.norm()) + " "
                + Word.of(spec.method()) + (spec.weights().isEmpty() ? "" : " under a penalty");
    }

    /** Mean of what the run reports over the mean of what is measured, less 1. */
    double more() {
        double here = reached.damage();
        return Arrays.stream(reported).average().orElseThrow() / Math.max(here, Double.MIN_NORMAL) - 1;
    }

    /** How far the reported mean lies from the measured one, in standard errors of their difference; 0 where they agree but for rounding. */
    double apart() {
        double difference = 0;
        double variance = 0;
        double ofPoint = 0;
        for (int k = 0; k < rows.length; k++) {
            difference += reported[k] - reached.damage(k);
            // All of one point are measured with the same draws, so that their errors may add up.
            ofPoint = (k > 0 && rows[k] == rows[k - 1] ? ofPoint : 0) + Math.sqrt(reached.squaredError(k));
            if (k + 1 == rows.length || rows[k + 1] != rows[k]) {
                // The run measured with draws of its own, about as many.
                variance += 2 * ofPoint * ofPoint;
            }
        }
        double rounding = ZeroBudgetCheck.COMPANY * rows.length * Math.max(1, reached.damage());
        return Math.abs(difference) <= rounding
                ? 0
                : Math.abs(difference) / Math.sqrt(Math.max(variance, Double.MIN_NORMAL));
    }
}
