package io.margrave.results;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One attack of a suite: what the adversary wants, what it may do, and how it searches.
 *
 * @param name within the plan; unique, without a slash
 * @param goal id of what is wanted, as {@code margrave attack --list} shows them: {@code max-damage}, {@code latent-kl}, ...
 * @param variable what is perturbed
 * @param norm that measures the perturbation
 * @param radius that the norm is kept under, at least 0; null for the plan's own, where {@code weights} are swept, or where the smallest
 *     norm is searched
 * @param weights of the norm as a penalty instead of a constraint, each greater than zero, one attack each; empty for a constraint
 * @param method of search
 * @param effort steps, draws a step, restarts, precision
 * @param targets for a targeted goal: other images a point, each attacked for by itself; 0 for an untargeted one
 */
public record AttackSpec(
        String name,
        String goal,
        Variable variable,
        Norm norm,
        @Nullable Double radius,
        List<Double> weights,
        Method method,
        SearchEffort effort,
        int targets) {

    /** Steps of {@link Method#SQUARE} where nobody says. */
    public static final int QUERIES = 1_000;

    /** Steps of {@link Method#RANDOM} where nobody says. */
    public static final int RANDOM_PERTURBATIONS = 10_000;

    private static final Set<String> THROUGH_ONE_PARAMETER = Set.of("max-damage-mean", "max-damage-variance");

    /** What an attack perturbs. */
    public enum Variable {
        /** Each input by itself. */
        INPUT,
        /** All inputs alike: one perturbation, fitted on training images, cut to the range at each input. */
        UNIVERSAL,
        /** The latent mu(x): an attack on the decoder. */
        LATENT
    }

    /** How an attack searches. */
    public enum Method {
        /** Projected ascent along the gradient at a cosine of step sizes (L2: normalised; L-infinity: its signs; L1: its largest values). */
        GRADIENT,
        /** Projected ascent with Adam's steps. */
        ADAM,
        /** Projected ascent that halves its step where it stops gaining, with momentum (Croce and Hein 2020). */
        APGD,
        /** One full step along the gradient. */
        ONE_STEP,
        /** Without gradients: random squares, kept where they gain (Andriushchenko et al. 2020). */
        SQUARE,
        /** The best of random perturbations of the allowed norm: {@code steps} of them. */
        RANDOM,
        /**
         * The smallest norm that breaks r-robustness, at the one r of the plan: the break search of an audit. A radius is the largest norm
         * that it looks at.
         */
        MINIMAL_NORM
    }

    public AttackSpec {
        weights = List.copyOf(weights);
        // A slash ends it in the names of its arrays.
        require(!name.isBlank() && name.indexOf('/') < 0, "a name without a slash", name);
        require(!goal.isBlank(), "a goal", goal);
        require(radius == null || (radius >= 0 && radius < Double.POSITIVE_INFINITY), "radius >= 0", radius);
        require(radius == null || weights.isEmpty(), "a radius or weights, not both", radius);
        for (double weight : weights) {
            require(weight > 0 && weight < Double.POSITIVE_INFINITY, "weights > 0", weights);
        }
        require(targets >= 0, "targets >= 0", targets);
    }

    /**
     * How hard a method works where nobody says: a gradient search as hard as the plan's maximum-damage attack; one step takes
     * one; a search without gradients {@value #QUERIES} queries, random noise {@value #RANDOM_PERTURBATIONS} perturbations, once each; the
     * smallest norm is searched as audits search it.
     *
     * @param gradient what a gradient search does
     */
    public static SearchEffort usualEffort(Method method, SearchEffort gradient) {
        return switch (method) {
            case GRADIENT, ADAM, APGD -> gradient;
            case ONE_STEP -> new SearchEffort(1, gradient.draws(), gradient.restarts(), gradient.precision());
            case SQUARE -> new SearchEffort(QUERIES, gradient.draws(), 1, gradient.precision());
            case RANDOM -> new SearchEffort(RANDOM_PERTURBATIONS, 1, 1, gradient.precision());
            case MINIMAL_NORM -> {
                SearchEffort search = AuditPlan.defaults().search();
                yield new SearchEffort(search.steps(), search.draws(), search.restarts(), gradient.precision());
            }
        };
    }

    /** The same with {@code auto} precision made concrete. */
    AttackSpec resolved(String precision) {
        return new AttackSpec(name, goal, variable, norm, radius, weights, method, effort.resolved(precision), targets);
    }

    /** The same with so many targets a point. */
    public AttackSpec withTargets(int count) {
        return new AttackSpec(name, goal, variable, norm, radius, weights, method, effort, count);
    }

    /** The same with a radius. */
    public AttackSpec withRadius(@Nullable Double other) {
        return new AttackSpec(name, goal, variable, norm, other, weights, method, effort, targets);
    }

    /** Whether it has the radius that goes without saying in its norm. */
    public boolean takesUsualRadius() {
        return radius == null && weights.isEmpty() && method != Method.MINIMAL_NORM;
    }

    /**
     * Whether its damage can be held against that of other attacks: not of a search for the smallest norm, which stops as soon as a point is
     * broken, nor of an attack through the mean or the variance alone, whose damage is that of a model that keeps the other parameter.
     */
    public boolean ranked() {
        return method != Method.MINIMAL_NORM && !THROUGH_ONE_PARAMETER.contains(goal);
    }

    /** Attacks a point: one a target and weight. */
    public int variants() {
        return Math.max(1, targets) * Math.max(1, weights.size());
    }

    private static void require(boolean holds, String wanted, @Nullable Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }
}
