package io.margrave.results;

import io.margrave.theory.QuantileInterval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Two runs over the same points, paired: did the margins become smaller?
 *
 * <p>Each model and radius is tested by the exact one-sided {@link SignTest}: among the points whose value changed, losses
 * are counted against one half. Nothing is assumed of how much a value changes, so a point without a
 * verified break, whose value is only known to be beyond the search limit, takes part: losing to a verified break is a loss
 * of unknown size, the reverse a gain, and two such points a tie. The chance of any false alarm among all the tests is at
 * most {@code alpha} (Bonferroni).
 *
 * @param method what was compared
 * @param alpha chance of any false alarm
 * @param tests one a model and radius
 */
public record Comparison(MarginMethod method, double alpha, List<Paired> tests) {

    /**
     * One model at one radius.
     *
     * @param oldModel its name in the old run
     * @param newModel its name in the new run
     * @param r radius of r-robustness
     * @param pairs points compared
     * @param losses points with a smaller value in the new run
     * @param gains points with a larger one
     * @param ties points with an equal one
     * @param censored pairs with no verified value on one side or both; only their order was used
     * @param medianDifference of new - old over all pairs, in input units; possibly infinite
     * @param low lower end of its interval at this test's share of alpha a side; negative infinity at too few points
     * @param high upper end of its interval
     * @param pValue chance of so many losses if losses and gains were equally likely
     * @param loss whether that is at most this test's share of alpha
     */
    public record Paired(
            String oldModel,
            String newModel,
            double r,
            int pairs,
            int losses,
            int gains,
            int ties,
            int censored,
            double medianDifference,
            double low,
            double high,
            double pValue,
            boolean loss) {

        /** One line. */
        public String line() {
            return (loss ? "LOSS " : "ok ")
                    + (oldModel.equals(newModel) ? newModel : oldModel + " -> " + newModel)
                    + " at r = " + ShortNumber.of(r)
                    + ": median change " + ShortNumber.signed(medianDifference)
                    + " [" + ShortNumber.signed(low) + ", " + ShortNumber.signed(high) + "], "
                    + losses + " lost, " + gains + " gained, " + ties + " equal of " + pairs + " points ("
                    + censored + " censored), sign test p = " + ShortNumber.of(pValue);
        }
    }

    /** Whether any model lost significantly at any radius. */
    public boolean regression() {
        return tests.stream().anyMatch(Paired::loss);
    }

    /**
     * Compares two runs.
     *
     * <p>Models are paired by name; where each run has a single model, those two. Values that were measured with other
     * settings would differ though the models did not, so the settings that move the method's values have to be equal.
     *
     * @param before the old run
     * @param after the new run
     * @param method what to compare
     * @param alpha chance of any false alarm, in (0, 0.5)
     * @throws IllegalArgumentException in one line where the runs can't be paired
     */
    public static Comparison of(RunResults before, RunResults after, MarginMethod method, double alpha) {
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException("want alpha in (0, 0.5), got " + alpha);
        }
        checkPairable(before, after, method);
        List<String[]> models = models(before, after);
        List<Double> radii = after.plan().r().values();
        double share = alpha / (models.size() * radii.size());
        List<Paired> tests = new ArrayList<>();
        for (String[] pair : models) {
            for (int i = 0; i < radii.size(); i++) {
                Map<Integer, AuditRow> old =
                        rows(before, pair[0], before.plan().r().values().get(i));
                Map<Integer, AuditRow> fresh = rows(after, pair[1], radii.get(i));
                tests.add(test(pair[0], pair[1], radii.get(i), old, fresh, method, share));
            }
        }
        return new Comparison(method, alpha, List.copyOf(tests));
    }

    private static void checkPairable(RunResults before, RunResults after, MarginMethod method) {
        same("data", before.plan().data(), after.plan().data());
        same("data checksum", before.info().dataChecksum(), after.info().dataChecksum());
        same("split", before.plan().split(), after.plan().split());
        if (!new HashSet<>(before.info().points())
                .equals(new HashSet<>(after.info().points()))) {
            throw unpaired("points differ; audit both with the same --points and --seed");
        }
        List<Double> old = before.plan().r().values();
        List<Double> fresh = after.plan().r().values();
        boolean sameRadii = old.size() == fresh.size();
        for (int i = 0; sameRadii && i < old.size(); i++) {
            sameRadii = Math.abs(old.get(i) - fresh.get(i)) <= 1e-9 * old.get(i);
        }
        if (!sameRadii) {
            throw unpaired("radii differ, " + old + " and " + fresh + "; audit both with the same --r");
        }
        for (RunResults run : List.of(before, after)) {
            if (!method.askedBy(run.plan())) {
                throw unpaired("run " + run.info().id() + " has no " + method.column() + "; choose another --method");
            }
        }
        AuditPlan first = before.plan();
        AuditPlan second = after.plan();
        measured("alpha", first.alpha(), second.alpha());
        if (method.side() == Side.LOWER) {
            measured("draws", first.draws(), second.draws());
        } else {
            measured("verdict_draws", first.verdictDraws(), second.verdictDraws());
            measured("search", words(first.search()), words(second.search()));
            // Points of one chunk are searched as one batch, whose last digits depend on its size.
            measured("chunk", first.chunk(), second.chunk());
        }
    }

    private static List<String[]> models(RunResults before, RunResults after) {
        List<String> old = before.models().stream().map(ModelCard::name).toList();
        List<String> fresh = after.models().stream().map(ModelCard::name).toList();
        if (old.size() == 1 && fresh.size() == 1) {
            return List.<String[]>of(new String[] {old.get(0), fresh.get(0)});
        }
        List<String[]> pairs = fresh.stream()
                .filter(old::contains)
                .map(name -> new String[] {name, name})
                .toList();
        if (pairs.isEmpty()) {
            throw unpaired("no model of one name is in both, " + old + " and " + fresh);
        }
        return pairs;
    }

    private static Map<Integer, AuditRow> rows(RunResults run, String model, double r) {
        Map<Integer, AuditRow> rows = new HashMap<>();
        for (AuditRow row : run.rows()) {
            if (row.model().equals(model) && row.r() == r) {
                rows.put(row.point(), row);
            }
        }
        if (rows.size() < run.info().points().size()) {
            throw unpaired("run " + run.info().id() + " has " + rows.size() + " of "
                    + run.info().points().size() + " points of " + model + "; finish it with margrave audit --resume");
        }
        return rows;
    }

    private static Paired test(
            String oldModel,
            String newModel,
            double r,
            Map<Integer, AuditRow> old,
            Map<Integer, AuditRow> fresh,
            MarginMethod method,
            double share) {
        SignTest signs = SignTest.NONE;
        int censored = 0;
        List<Double> differences = new ArrayList<>();
        for (Map.Entry<Integer, AuditRow> entry : old.entrySet()) {
            AuditRow after = fresh.get(entry.getKey());
            if (after == null) {
                throw unpaired("point " + entry.getKey() + " is missing from the new run");
            }
            double from = method.value(entry.getValue());
            double to = method.value(after);
            censored += method.censored(entry.getValue()) || method.censored(after) ? 1 : 0;
            signs = signs.and(from, to);
            // Infinity less infinity is no number, but two unbounded values are a tie.
            differences.add(to == from ? 0.0 : to - from);
        }
        double[] sorted =
                differences.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        QuantileInterval interval = QuantileInterval.ofMedian(sorted, share);
        double pValue = signs.pSmaller();
        return new Paired(
                oldModel,
                newModel,
                r,
                sorted.length,
                signs.smaller(),
                signs.larger(),
                signs.ties(),
                censored,
                QuantileEstimate.of(sorted, 0.5, share).estimate(),
                interval.low(),
                interval.high(),
                pValue,
                pValue <= share);
    }

    private static String words(SearchEffort effort) {
        return effort.steps() + " steps, " + effort.draws() + " draws, " + effort.restarts() + " restarts, "
                + effort.precision();
    }

    private static void measured(String what, Object before, Object after) {
        if (!Objects.equals(before, after)) {
            throw unpaired(what + " differs, " + before + " and " + after + "; audit both with the same " + what);
        }
    }

    private static void same(String what, String before, String after) {
        if (!before.equals(after)) {
            throw unpaired(what + " differs, " + before + " and " + after);
        }
    }

    private static IllegalArgumentException unpaired(String why) {
        return new IllegalArgumentException("the two runs can't be paired: " + why);
    }
}
