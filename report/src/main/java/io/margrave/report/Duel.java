package io.margrave.report;

import io.margrave.results.QuantileEstimate;
import io.margrave.results.SignTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model whose images need the largest perturbations in the median, against another model, image by image.
 *
 * @param best that model
 * @param other another
 * @param signs its margins against the other's: larger where {@code best} needed the larger perturbation
 * @param level chance of error that each side of this test may spend
 */
record Duel(String best, String other, SignTest signs, double level) {

    /**
     * The best model against every other one. The chance of naming any winner where no two models differ is at most {@code
     * alpha}: the best was picked by the same images, so the tests share alpha as if every pair were tested on both sides.
     *
     * @param margins of each model, in order: upper bound by point, infinite where no break was found
     * @param alpha chance of naming any winner falsely, in (0, 1)
     * @return none where there are fewer than two models with points
     */
    static List<Duel> of(Map<String, Map<Integer, Double>> margins, double alpha) {
        int models = margins.size();
        String best = best(margins);
        if (models < 2 || best == null) {
            return List.of();
        }
        double level = alpha / (models * (models - 1.0));
        Map<Integer, Double> own = margins.getOrDefault(best, Map.of());
        List<Duel> duels = new ArrayList<>();
        margins.forEach((other, theirs) -> {
            if (!other.equals(best)) {
                SignTest signs = SignTest.NONE;
                for (Map.Entry<Integer, Double> point : own.entrySet()) {
                    Double against = theirs.get(point.getKey());
                    signs = against == null ? signs : signs.and(against, point.getValue());
                }
                duels.add(new Duel(best, other, signs, level));
            }
        });
        return List.copyOf(duels);
    }

    /** Which model is shown to need the larger perturbations; null where that is open. */
    @Nullable
    String winner() {
        return signs.pLarger() <= level ? best : signs.pSmaller() <= level ? other : null;
    }

    private static @Nullable String best(Map<String, Map<Integer, Double>> margins) {
        String best = null;
        double largest = -1;
        for (Map.Entry<String, Map<Integer, Double>> model : margins.entrySet()) {
            double[] sorted = model.getValue().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            double median = sorted.length == 0
                    ? -1
                    : QuantileEstimate.of(sorted, 0.5, 0.5).estimate();
            if (median > largest) {
                largest = median;
                best = model.getKey();
            }
        }
        return best;
    }
}
