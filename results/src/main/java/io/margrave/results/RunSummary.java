package io.margrave.results;

import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run in a few numbers: what {@code summary.json} holds and a report shows first.
 *
 * <p>Every interval is distribution-free and each of its sides errs with a chance of at most {@code alpha}, the run's own; it
 * speaks of the split that the points were drawn from. Points without a verified break count as positive infinity in the
 * quantiles of an upper bound.
 *
 * @param run name of the run
 * @param created ISO-8601 instant
 * @param version of Margrave
 * @param data name of the audited data set
 * @param dataChecksum its checksum
 * @param split that the points were drawn from
 * @param points audited points a model that the plan asks for
 * @param complete whether every model has a row for each of them
 * @param alpha chance of error a side of every interval
 * @param seed of the run
 * @param models one a model, in plan order
 * @param verdict whether the run is to be relied on, as far as its checks tell
 * @param checks of the evaluation, in model and number order
 */
public record RunSummary(
        String run,
        String created,
        String version,
        String data,
        String dataChecksum,
        String split,
        int points,
        boolean complete,
        double alpha,
        long seed,
        List<ModelSummary> models,
        Reliance verdict,
        List<CheckSummary> checks) {

    /** Whether a run's figures are to be relied on. */
    public enum Reliance {
        /** No check was made of the evaluation. */
        NOT_CHECKED,
        /** No check failed. */
        CHECKED,
        /** At least one check failed. */
        NOT_TO_BE_RELIED_ON;

        /** What some checks come to. */
        public static Reliance of(List<EvaluationCheck> checks) {
            if (checks.isEmpty()) {
                return NOT_CHECKED;
            }
            return checks.stream().anyMatch(check -> check.outcome() == Check.Outcome.FAIL)
                    ? NOT_TO_BE_RELIED_ON
                    : CHECKED;
        }
    }

    /**
     * One check of the evaluation: an {@link EvaluationCheck} without its curves.
     *
     * @param model its name
     * @param number of the check
     * @param name what was checked
     * @param outcome PASS, WARN or FAIL
     * @param evidence one or two sentences
     */
    public record CheckSummary(String model, int number, String name, Check.Outcome outcome, String evidence) {}

    /** The quantiles over points that {@link #of(RunResults)} gives. */
    public static final List<Double> QUANTILES = List.of(0.1, 0.25, 0.5, 0.75, 0.9);

    /**
     * One model.
     *
     * @param model its name
     * @param beta weight of the KL term in its training
     * @param latent latent dimension
     * @param testElbo nats an image on the whole test split; null where not measured
     * @param activeUnits latent dimensions in use; null where not measured
     * @param radii one a radius, ascending
     * @param attack the maximum-damage attack; null where not asked for
     * @param suite one an attack of the suite and weight, in plan order
     */
    public record ModelSummary(
            String model,
            double beta,
            int latent,
            @Nullable Double testElbo,
            @Nullable Integer activeUnits,
            List<RadiusSummary> radii,
            @Nullable AttackSummary attack,
            List<SuiteSummary> suite) {

        /**
         * The summary at one radius.
         *
         * @throws IllegalArgumentException where the model was not audited at it
         */
        public RadiusSummary at(double r) {
            return radii.stream()
                    .filter(each -> each.r() == r)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("want r among "
                            + radii.stream().map(RadiusSummary::r).toList() + ", got " + r));
        }
    }

    /**
     * One model at one radius.
     *
     * @param r radius of r-robustness
     * @param points audited points
     * @param holds clean inputs that are r-robust
     * @param fails clean inputs that are not
     * @param undecided clean inputs of which the draws don't tell
     * @param shareRobust holds of points
     * @param shareRobustLow Clopper-Pearson lower bound of the share for which HOLDS is found
     * @param shareRobustHigh its upper bound
     * @param methods the quantiles of every bound that was asked for, but for those that are withheld from a deterministic model
     * @param comparisons verified attacks against first-order bounds
     * @param whitenedToFrobenius how much longer the whitened bound is; null where no point has both, positive and finite
     */
    public record RadiusSummary(
            double r,
            int points,
            int holds,
            int fails,
            int undecided,
            double shareRobust,
            double shareRobustLow,
            double shareRobustHigh,
            List<MethodSummary> methods,
            List<BoundComparison> comparisons,
            @Nullable RatioSummary whitenedToFrobenius) {

        /**
         * Whether a method was asked for, and is not withheld.
         */
        public boolean has(MarginMethod method) {
            return methods.stream().anyMatch(each -> each.method().equals(method.column()));
        }

        /**
         * The quantiles of one method.
         *
         * @throws IllegalArgumentException where it was not asked for, or is withheld
         */
        public MethodSummary of(MarginMethod method) {
            return methods.stream()
                    .filter(each -> each.method().equals(method.column()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("want a method among "
                            + methods.stream().map(MethodSummary::method).toList() + ", got " + method.column()));
        }
    }

    /**
     * One bound over points.
     *
     * @param method name of its column
     * @param censored points with nothing verified below the search limit: positive infinity in the quantiles
     * @param flat points where a lower bound is infinite as the encoder's Jacobian is zero: not robust, but flat
     * @param median over points
     * @param quantiles over points, ascending
     */
    public record MethodSummary(
            String method, int censored, int flat, QuantileEstimate median, List<QuantileEstimate> quantiles) {}

    /**
     * How often a verified attack went below a first-order bound.
     *
     * @param bound name of the lower bound's column, a mean-only one
     * @param attack name of the upper bound's column
     * @param reading what a count above zero means
     * @param compared points with a verified attack
     * @param below of them, those whose attack is shorter than the bound
     */
    public record BoundComparison(String bound, String attack, Reading reading, int compared, int below) {}

    /** What an attack shorter than a bound means. */
    public enum Reading {
        /** Attack and bound speak of the same, mean-only margin: the dropped second-order terms mattered. */
        VIOLATION,
        /** The attack moves sigma too, which the bound takes as fixed: its assumption does not hold there. */
        ASSUMPTION_BROKEN
    }

    /**
     * The ratio of two bounds over points.
     *
     * @param points where both are positive and finite
     * @param mean of their ratios
     * @param median of their ratios
     */
    public record RatioSummary(int points, double mean, QuantileEstimate median) {}

    /**
     * The maximum-damage attack of one model.
     *
     * @param radius L2 radius that it was allowed
     * @param points attacked
     * @param damage median of the mean distance |Delta| it reached, mean and variance attacked
     * @param damageClean median of the same without a perturbation
     * @param natsLost median of log p(x|z) - log p(x|z*); positive is worse
     * @param degradation median of the relative likelihood degradation; negative is worse; null where nowhere defined
     * @param degradationUndefined points whose clean log-likelihood is too near zero to divide by
     */
    public record AttackSummary(
            double radius,
            int points,
            QuantileEstimate damage,
            QuantileEstimate damageClean,
            QuantileEstimate natsLost,
            @Nullable QuantileEstimate degradation,
            int degradationUndefined) {}

    /**
     * One attack of the suite, at one weight. Of a point with several targets, every number is their mean; it is broken where it is
     * by any of them, each tested at alpha divided by their number.
     *
     * @param attack its name within the plan
     * @param weight of the norm as a penalty; null where it is a constraint
     * @param radius that was allowed, in the attack's norm; null under a penalty
     * @param points attacked
     * @param unmeasured of them, those whose damage is no number: positive infinity in its quantiles
     * @param censored of them, those of which a search for the smallest norm found no break up to the radius: positive infinity in the
     *     quantiles of the norm; 0 for other methods
     * @param norm median of the norm that was used, in the attack's norm
     * @param elboClean median of the ELBO without a perturbation, in nats; null where the model has none
     * @param reconstructionErrorClean median of |g(mu(x)) - x| without a perturbation, in input units
     * @param damageClean median of the mean distance |Delta| without a perturbation
     * @param damage median of the same under the attack
     * @param natsLost median of log p(x|z) - log p(x|z*); positive is worse
     * @param degradation median of the relative likelihood degradation; negative is worse; null where nowhere defined
     * @param broken one a radius r of the plan
     * @param worst points at which no other attack under the same constraint damages more, of equals the first counts; null under a
     *     penalty, and where the smallest norm was searched
     */
    public record SuiteSummary(
            String attack,
            @Nullable Double weight,
            @Nullable Double radius,
            int points,
            int unmeasured,
            int censored,
            QuantileEstimate norm,
            @Nullable QuantileEstimate elboClean,
            QuantileEstimate reconstructionErrorClean,
            QuantileEstimate damageClean,
            QuantileEstimate damage,
            QuantileEstimate natsLost,
            @Nullable QuantileEstimate degradation,
            List<BrokenSummary> broken,
            @Nullable Integer worst) {}

    /**
     * What an attack breaks at one radius, at confidence 1 - alpha a point.
     *
     * @param r radius of r-robustness
     * @param broken points at which P(|Delta| &lt;= r) is shown to be at most one half
     * @param undecided points of which the draws don't tell
     * @param holds points at which it is shown to be above one half
     * @param shareBroken broken of points
     * @param shareBrokenLow Clopper-Pearson lower bound of that share
     * @param shareBrokenHigh Clopper-Pearson upper bound of the share that is broken or undecided
     */
    public record BrokenSummary(
            double r,
            int broken,
            int undecided,
            int holds,
            double shareBroken,
            double shareBrokenLow,
            double shareBrokenHigh) {}

    /** Summarises with {@link #QUANTILES}. */
    public static RunSummary of(RunResults results) {
        return of(results, QUANTILES);
    }

    /**
     * Summarises a run, which need not be complete: a model or radius without rows has no entry.
     *
     * @param quantiles over points, ascending, each in (0, 1)
     */
    public static RunSummary of(RunResults results, List<Double> quantiles) {
        AuditPlan plan = results.plan();
        RunInfo info = results.info();
        List<ModelSummary> models = new ArrayList<>();
        boolean complete = true;
        for (ModelCard card : results.models()) {
            List<RadiusSummary> radii = new ArrayList<>();
            List<AuditRow> first = List.of();
            for (double r : plan.r().values()) {
                List<AuditRow> rows = results.rows().stream()
                        .filter(row -> row.model().equals(card.name()) && row.r() == r)
                        .toList();
                complete &= rows.size() == info.points().size();
                if (!rows.isEmpty()) {
                    radii.add(atRadius(r, rows, plan, quantiles));
                    first = first.isEmpty() ? rows : first;
                }
            }
            models.add(new ModelSummary(
                    card.name(),
                    card.beta(),
                    card.latent(),
                    card.testElbo(),
                    card.activeUnits(),
                    List.copyOf(radii),
                    attack(first, plan.alpha()),
                    SuiteSummaries.of(card.name(), results)));
        }
        return new RunSummary(
                info.id(),
                info.created(),
                info.version(),
                plan.data(),
                info.dataChecksum(),
                plan.split(),
                info.points().size(),
                complete,
                plan.alpha(),
                plan.seed(),
                List.copyOf(models),
                Reliance.of(results.checks()),
                results.checks().stream()
                        .map(check -> new CheckSummary(
                                check.model(), check.number(), check.name(), check.outcome(), check.evidence()))
                        .toList());
    }

    private static RadiusSummary atRadius(double r, List<AuditRow> rows, AuditPlan plan, List<Double> quantiles) {
        double alpha = plan.alpha();
        int holds = count(rows, row -> row.verdictClean() == Verdict.HOLDS);
        int fails = count(rows, row -> row.verdictClean() == Verdict.FAILS);
        Proportion robust = new Proportion(holds, rows.size());
        List<MethodSummary> methods = MarginMethod.of(plan).stream()
                .filter(method -> !withheld(method, rows))
                .map(method -> method(method, rows, alpha, quantiles))
                .toList();
        List<BoundComparison> comparisons = new ArrayList<>();
        for (MarginMethod bound : MarginMethod.bounds()) {
            if (withheld(bound, rows)) {
                continue;
            }
            for (MarginMethod attack : MarginMethod.attacks()) {
                if (attack.askedBy(plan)) {
                    comparisons.add(compare(bound, attack, rows));
                }
            }
        }
        return new RadiusSummary(
                r,
                rows.size(),
                holds,
                fails,
                rows.size() - holds - fails,
                robust.estimate(),
                robust.lower(alpha),
                robust.upper(alpha),
                methods,
                List.copyOf(comparisons),
                ratio(rows, alpha));
    }

    /** A model's posterior is the same at every point: what is withheld from one is withheld from all. */
    private static boolean withheld(MarginMethod method, List<AuditRow> rows) {
        return rows.stream().anyMatch(method::withheld);
    }

    private static MethodSummary method(
            MarginMethod method, List<AuditRow> rows, double alpha, List<Double> quantiles) {
        double[] sorted = sorted(rows, method::value);
        int infinite = count(rows, row -> Double.isInfinite(method.value(row)));
        return new MethodSummary(
                method.column(),
                count(rows, method::censored),
                method.side() == Side.LOWER ? infinite : 0,
                QuantileEstimate.of(sorted, 0.5, alpha),
                quantiles.stream()
                        .map(quantile -> QuantileEstimate.of(sorted, quantile, alpha))
                        .toList());
    }

    private static BoundComparison compare(MarginMethod bound, MarginMethod attack, List<AuditRow> rows) {
        List<AuditRow> verified =
                rows.stream().filter(row -> !attack.censored(row)).toList();
        return new BoundComparison(
                bound.column(),
                attack.column(),
                bound.kind() == attack.kind() ? Reading.VIOLATION : Reading.ASSUMPTION_BROKEN,
                verified.size(),
                count(verified, row -> bound.value(row) > attack.value(row)));
    }

    private static @Nullable RatioSummary ratio(List<AuditRow> rows, double alpha) {
        List<AuditRow> both = rows.stream()
                .filter(row -> !MarginMethod.BOUND_FROBENIUS.withheld(row)
                        && MarginMethod.BOUND_FROBENIUS.value(row) > 0
                        && Double.isFinite(MarginMethod.BOUND_WHITENED.value(row)))
                .toList();
        if (both.isEmpty()) {
            return null;
        }
        double[] ratios =
                sorted(both, row -> MarginMethod.BOUND_WHITENED.value(row) / MarginMethod.BOUND_FROBENIUS.value(row));
        return new RatioSummary(
                both.size(), Arrays.stream(ratios).average().orElseThrow(), QuantileEstimate.of(ratios, 0.5, alpha));
    }

    private static @Nullable AttackSummary attack(List<AuditRow> rows, double alpha) {
        Double radius = rows.isEmpty() ? null : rows.get(0).attackRadius();
        if (radius == null) {
            return null;
        }
        List<AuditRow> defined =
                rows.stream().filter(row -> row.degradation() != null).toList();
        return new AttackSummary(
                radius,
                rows.size(),
                median(rows, alpha, AuditRow::damage),
                median(rows, alpha, AuditRow::damageClean),
                QuantileEstimate.of(
                        sorted(rows, row -> asked(row.logLikClean()) - asked(row.logLikAttacked())), 0.5, alpha),
                defined.isEmpty() ? null : median(defined, alpha, AuditRow::degradation),
                rows.size() - defined.size());
    }

    private static QuantileEstimate median(
            List<AuditRow> rows, double alpha, Function<AuditRow, @Nullable Double> column) {
        return QuantileEstimate.of(sorted(rows, row -> asked(column.apply(row))), 0.5, alpha);
    }

    private static double asked(@Nullable Double value) {
        if (value == null) {
            throw new IllegalArgumentException("want the attack's figures in every row of an attacked model, got none");
        }
        return value;
    }

    private static double[] sorted(List<AuditRow> rows, ToDoubleFunction<AuditRow> value) {
        return rows.stream().mapToDouble(value).sorted().toArray();
    }

    private static int count(List<AuditRow> rows, Predicate<AuditRow> holds) {
        return (int) rows.stream().filter(holds).count();
    }
}
