package io.margrave.report;

import io.margrave.results.AttackedPoint;
import io.margrave.results.QuantileEstimate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which of several attacks under one constraint did the most damage to each image, and what an adversary who has all of them
 * does: no single goal is the worst for every image.
 *
 * @param model name of the model within the run
 * @param threat that the attacks share
 * @param series of them, in the plan's order
 * @param images that every one of them attacked
 * @param wins for how many of those each was the worst, by its order; of equals the first
 * @param damage of the worst attack of each image, in ascending order
 */
record WorstAttack(
        String model, Threat threat, List<AttackSeries> series, int images, List<Integer> wins, double[] damage) {

    /**
     * One a model and constraint, of the attacks that are {@linkplain io.margrave.results.AttackSpec#ranked ranked}; those under a penalty have
     * no constraint to compare them under.
     */
    static List<WorstAttack> of(List<AttackSeries> all) {
        Map<String, Map<Threat, List<AttackSeries>>> byModel = new LinkedHashMap<>();
        for (AttackSeries each : all) {
            if (each.threat().radius() != null && each.spec().ranked()) {
                byModel.computeIfAbsent(each.model(), model -> new LinkedHashMap<>())
                        .computeIfAbsent(each.threat(), threat -> new ArrayList<>())
                        .add(each);
            }
        }
        List<WorstAttack> worst = new ArrayList<>();
        byModel.forEach((model, threats) -> threats.forEach((threat, series) -> worst.add(of(model, threat, series))));
        return List.copyOf(worst);
    }

    private static WorstAttack of(String model, Threat threat, List<AttackSeries> series) {
        List<Map<Integer, Double>> damages = new ArrayList<>();
        for (AttackSeries each : series) {
            Map<Integer, Double> byImage = new TreeMap<>();
            for (AttackedPoint image : each.images()) {
                byImage.put(image.point(), image.largestDamage());
            }
            damages.add(byImage);
        }
        TreeSet<Integer> images = new TreeSet<>(damages.get(0).keySet());
        damages.forEach(each -> images.retainAll(each.keySet()));
        int[] wins = new int[series.size()];
        List<Double> worst = new ArrayList<>();
        for (int image : images) {
            int best = 0;
            for (int i = 1; i < damages.size(); i++) {
                if (damages.get(i).getOrDefault(image, 0.0) > damages.get(best).getOrDefault(image, 0.0)) {
                    best = i;
                }
            }
            wins[best]++;
            worst.add(damages.get(best).getOrDefault(image, 0.0));
        }
        return new WorstAttack(
                model,
                threat,
                List.copyOf(series),
                images.size(),
                java.util.Arrays.stream(wins).boxed().toList(),
                worst.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    /** The median over images of the worst attack's damage; at least one image. */
    QuantileEstimate median(double alpha) {
        return QuantileEstimate.of(damage, 0.5, alpha);
    }
}
