package io.margrave.report.claim;

import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An experiment's tables, found by model. */
final class Study {
    /** Of a data set's name, or of a network's, what a reader calls it. */
    private static final Map<String, String> TITLES = Map.of(
            "mnist",
            "MNIST",
            "fashion-mnist",
            "Fashion-MNIST",
            "cifar10",
            "CIFAR-10",
            "mlp",
            "MLP",
            "sprites",
            "Sprites");

    /** The median distances between images: the unit of radii. */
    private final Map<String, Double> units = new HashMap<>();

    private final List<ExperimentModel> models;
    private final Map<String, TreeMap<Double, List<MarginRow>>> margins = new HashMap<>();
    private final Map<String, TreeMap<Double, Map<String, Map<Integer, DamageRow>>>> damage = new HashMap<>();

    /** Where a statement is made: one data set and one network. */
    record Cell(String data, String network) {
        /** As in {@code MNIST MLP}. */
        String title() {
            return titled(data) + " " + titled(network);
        }
    }

    Study(ExperimentResults results) {
        models = results.models();
        results.medians().forEach(median -> units.put(median.data(), median.value()));
        for (MarginRow row : results.margins()) {
            margins.computeIfAbsent(row.model(), unseen -> new TreeMap<>())
                    .computeIfAbsent(row.r(), unseen -> new ArrayList<>())
                    .add(row);
        }
        for (DamageRow row : results.damage()) {
            damage.computeIfAbsent(row.model(), unseen -> new TreeMap<>())
                    .computeIfAbsent(row.radius(), unseen -> new HashMap<>())
                    .computeIfAbsent(row.through(), unseen -> new LinkedHashMap<>())
                    .put(row.point(), row);
        }
    }

    static String titled(String name) {
        return TITLES.getOrDefault(name, name);
    }

    /** Cells that have such a model, in the order of the experiment. */
    List<Cell> cells(Predicate<ExperimentModel> wanted) {
        return models.stream()
                .filter(wanted)
                .map(model -> new Cell(model.data(), model.network()))
                .distinct()
                .toList();
    }

    /** Such models of a cell, by ascending beta, then seed. */
    List<ExperimentModel> models(Cell cell, Predicate<ExperimentModel> wanted) {
        return models.stream()
                .filter(model ->
                        model.data().equals(cell.data()) && model.network().equals(cell.network()))
                .filter(wanted)
                .sorted(Comparator.comparingDouble(ExperimentModel::beta).thenComparingLong(ExperimentModel::seed))
                .toList();
    }

    /** The family of which beta alone varies, in one cell. */
    List<ExperimentModel> family(Cell cell) {
        return models(cell, ExperimentModel::plainVae);
    }

    /**
     * Whether a VAE has stopped looking at its input: at most one active unit, or less than one nat of information. Such a model
     * can't be moved, for no good reason.
     */
    static boolean collapsed(ExperimentModel model) {
        if (!model.kind().equals("vae")) {
            return false;
        }
        Integer active = model.activeUnits();
        Double kl = model.testKl();
        return (active != null && active <= 1) || (kl != null && kl < 1);
    }

    /** Every r at which models of a cell were audited, ascending. */
    List<Double> radii(Cell cell) {
        TreeSet<Double> radii = new TreeSet<>();
        for (ExperimentModel model : models(cell, model -> true)) {
            radii.addAll(margins.getOrDefault(model.name(), new TreeMap<>()).keySet());
        }
        return List.copyOf(radii);
    }

    /** The middle r of a cell, the lower one of two; NaN without any. */
    double middle(Cell cell) {
        List<Double> radii = radii(cell);
        return radii.isEmpty() ? Double.NaN : radii.get((radii.size() - 1) / 2);
    }

    /** Rows of a model at one r. */
    List<MarginRow> margins(ExperimentModel model, double r) {
        return margins.getOrDefault(model.name(), new TreeMap<>()).getOrDefault(r, List.of());
    }

    /** Rows of a model at its smallest r: what does not depend on r is in each. */
    List<MarginRow> anyMargins(ExperimentModel model) {
        TreeMap<Double, List<MarginRow>> rows = margins.get(model.name());
        return rows == null ? List.of() : rows.firstEntry().getValue();
    }

    /** Radii at which models of a cell were attacked, ascending. */
    List<Double> attackRadii(Cell cell) {
        TreeSet<Double> radii = new TreeSet<>();
        for (ExperimentModel model : models(cell, model -> true)) {
            radii.addAll(damage.getOrDefault(model.name(), new TreeMap<>()).keySet());
        }
        return List.copyOf(radii);
    }

    /** Attacks on a model by point; empty where there are none. */
    Map<Integer, DamageRow> damage(ExperimentModel model, double radius, String through) {
        return damage.getOrDefault(model.name(), new TreeMap<>())
                .getOrDefault(radius, Map.of())
                .getOrDefault(through, Map.of());
    }

    /** As in {@code r = 5.1 (0.5 of the median distance)}. */
    String titleOfR(Cell cell, double r) {
        return "r = " + radius(cell, r);
    }

    /** As in {@code 1.02 (0.1 of the median distance)}. */
    String radius(Cell cell, double value) {
        String number = Numbers.of(value);
        Double unit = units.get(cell.data());
        return unit == null ? number : number + " (" + Numbers.of(value / unit) + " of the median distance)";
    }

    /**
     * The full margin, or what is known of it: the norm of the smallest verified break; 0 where the clean input is not r-robust,
     * by definition; infinite where nothing was verified, that is, larger than all others for a median or an order.
     */
    static double margin(MarginRow row) {
        return known(row, row.margin());
    }

    /** Likewise of the mean-only margin, of a model where it was {@linkplain #searchedMeanOnly searched}. */
    static double marginMeanOnly(MarginRow row) {
        return known(row, row.marginMeanOnly());
    }

    private static double known(MarginRow row, @Nullable Double margin) {
        if (row.clean() == Verdict.FAILS) {
            return 0;
        }
        return margin == null ? Double.POSITIVE_INFINITY : margin;
    }

    /** Whether mean-only margins were searched: a plan may leave them out, and then none is there. */
    static boolean searchedMeanOnly(List<MarginRow> rows) {
        return rows.stream().anyMatch(row -> row.marginMeanOnly() != null);
    }
}
