package io.margrave.results;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an audit does: models x points x radii. Same plan, same rows.
 *
 * @param models folders of the models to audit, at least one
 * @param data name of the data set
 * @param dataDir where the data lies; null for the user's cache
 * @param imageSize side that folder images are resized to; null where the data set says
 * @param split {@code test}, {@code validation} or {@code train}
 * @param points audited points, a seeded random sample of the split, greater than zero
 * @param r radii of r-robustness
 * @param alpha chance of error a side and a point, in (0, 0.5)
 * @param draws clean posterior draws a point
 * @param verdictDraws posterior draws of one break verdict
 * @param meanOnly whether mean-only margins are searched too
 * @param unboxed whether margins without the value range are searched too
 * @param attackRadius L2 radius of the maximum-damage attack, in input units; null for a tenth of the median distance between
 *     validation inputs, 0 for no attack
 * @param attack how the maximum-damage attack searches
 * @param search how the smallest break is searched
 * @param curvePoints points a model whose P(|Delta| &lt;= r) is measured along their break, from 0
 * @param seed of every noise stream
 * @param chunk points a task
 * @param breaks whether smallest breaks are searched: the upper bounds of margins
 * @param suite attacks that are run besides; may be empty
 * @param probe classifier on mu(x) whose predictions are watched: {@code logistic}, trained on the data set's training split, or
 *     the path of a TorchScript file; null for none
 * @param checks of the evaluation itself
 */
public record AuditPlan(
        List<String> models,
        String data,
        @Nullable String dataDir,
        @Nullable Integer imageSize,
        String split,
        int points,
        Radii r,
        double alpha,
        int draws,
        int verdictDraws,
        boolean meanOnly,
        boolean unboxed,
        @Nullable Double attackRadius,
        SearchEffort attack,
        SearchEffort search,
        int curvePoints,
        long seed,
        int chunk,
        boolean breaks,
        List<AttackSpec> suite,
        @Nullable String probe,
        EvaluationCheck.Level checks) {

    private static final Set<String> SPLITS = Set.of("test", "validation", "train");

    public AuditPlan {
        models = List.copyOf(models);
        suite = List.copyOf(suite);
        require(
                suite.stream().map(AttackSpec::name).distinct().count() == suite.size(),
                "attacks of different names in the suite",
                suite.stream().map(AttackSpec::name).toList());
        require(SPLITS.contains(split), "split test, validation or train", split);
        require(imageSize == null || imageSize > 0, "image_size > 0", imageSize);
        require(points > 0, "points > 0", points);
        require(alpha > 0 && alpha < 0.5, "alpha in (0, 0.5)", alpha);
        // With fewer, no outcome lets the verdict be HOLDS, or FAILS.
        require(Math.pow(0.5, draws) < alpha, "draws > log2(1/alpha)", draws);
        require(Math.pow(0.5, verdictDraws) <= alpha, "verdict_draws >= log2(1/alpha)", verdictDraws);
        require(curvePoints >= 0, "curve_points >= 0", curvePoints);
        require(chunk > 0, "chunk > 0", chunk);
        if (attackRadius != null) {
            require(attackRadius >= 0 && attackRadius < Double.POSITIVE_INFINITY, "attack_radius >= 0", attackRadius);
        }
    }

    /** An audit of margins, with the quick checks and no suite of attacks. */
    public AuditPlan(
            List<String> models,
            String data,
            @Nullable String dataDir,
            @Nullable Integer imageSize,
            String split,
            int points,
            Radii r,
            double alpha,
            int draws,
            int verdictDraws,
            boolean meanOnly,
            boolean unboxed,
            @Nullable Double attackRadius,
            SearchEffort attack,
            SearchEffort search,
            int curvePoints,
            long seed,
            int chunk) {
        this(
                models,
                data,
                dataDir,
                imageSize,
                split,
                points,
                r,
                alpha,
                draws,
                verdictDraws,
                meanOnly,
                unboxed,
                attackRadius,
                attack,
                search,
                curvePoints,
                seed,
                chunk,
                true,
                List.of(),
                null,
                EvaluationCheck.Level.QUICK);
    }

    private static void require(boolean holds, String wanted, @Nullable Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }

    /** The plan that {@code margrave audit} runs where nothing is said: on generated sprites, with no model yet. */
    public static AuditPlan defaults() {
        return new AuditPlan(
                List.of(),
                "sprites",
                null,
                null,
                "test",
                128,
                Radii.automatic(),
                0.001,
                2_000,
                1_000,
                true,
                false,
                null,
                new SearchEffort(50, 8, 2, SearchEffort.AUTO),
                new SearchEffort(32, 4, 40, SearchEffort.AUTO),
                64,
                0,
                64);
    }

    /**
     * The same plan with its radii and attack radius made concrete; the radii of its suite stay as they are.
     *
     * @param precision what {@code auto} stands for in its searches
     */
    public AuditPlan resolved(double medianDistance, String precision) {
        return new AuditPlan(
                models,
                data,
                dataDir,
                imageSize,
                split,
                points,
                r.resolve(medianDistance),
                alpha,
                draws,
                verdictDraws,
                meanOnly,
                unboxed,
                attackRadius == null ? Double.valueOf(0.1 * medianDistance) : attackRadius,
                attack.resolved(precision),
                search.resolved(precision),
                curvePoints,
                seed,
                chunk,
                breaks,
                suite.stream().map(spec -> spec.resolved(precision)).toList(),
                probe,
                checks);
    }

    /** Whether nothing is left to be made concrete from data and processor. */
    public boolean concrete() {
        return r.resolved()
                && attackRadius != null
                && !attack.precision().equals(SearchEffort.AUTO)
                && !search.precision().equals(SearchEffort.AUTO)
                && suite.stream().noneMatch(spec -> spec.effort().precision().equals(SearchEffort.AUTO));
    }

    /** The same plan for other models. */
    public AuditPlan withModels(List<String> others) {
        return with(others, attackRadius, suite);
    }

    /** The same plan with another suite. */
    public AuditPlan withSuite(List<AttackSpec> others) {
        return with(models, attackRadius, others);
    }

    /** The same plan with another radius of the maximum-damage attack. */
    public AuditPlan withAttackRadius(@Nullable Double other) {
        return with(models, other, suite);
    }

    private AuditPlan with(List<String> otherModels, @Nullable Double otherRadius, List<AttackSpec> otherSuite) {
        return new AuditPlan(
                otherModels,
                data,
                dataDir,
                imageSize,
                split,
                points,
                r,
                alpha,
                draws,
                verdictDraws,
                meanOnly,
                unboxed,
                otherRadius,
                attack,
                search,
                curvePoints,
                seed,
                chunk,
                breaks,
                otherSuite,
                probe,
                checks);
    }
}
