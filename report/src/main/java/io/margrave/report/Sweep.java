package io.margrave.report;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.Auddc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * An attack on one model under a penalty, over all of its weights.
 *
 * @param model name of the model within the run
 * @param spec of the attack
 * @param images by image, then target: findings, one a weight
 */
record Sweep(String model, AttackSpec spec, List<List<List<AttackFinding>>> images) {

    /** Every targeted attack with weights; of untargeted ones there is no distance to a target. */
    static List<Sweep> of(List<AttackSeries> all) {
        Map<String, List<AttackSeries>> byAttack = new LinkedHashMap<>();
        for (AttackSeries each : all) {
            if (each.weight() != null) {
                byAttack.computeIfAbsent(each.model() + "\n" + each.spec().name(), key -> new ArrayList<>())
                        .add(each);
            }
        }
        List<Sweep> sweeps = new ArrayList<>();
        for (List<AttackSeries> weights : byAttack.values()) {
            Sweep sweep = of(weights.get(0).model(), weights.get(0).spec(), weights);
            if (sweep.areas().length > 0) {
                sweeps.add(sweep);
            }
        }
        return List.copyOf(sweeps);
    }

    private static Sweep of(String model, AttackSpec spec, List<AttackSeries> weights) {
        TreeMap<Integer, TreeMap<Integer, List<AttackFinding>>> found = new TreeMap<>();
        for (AttackSeries weight : weights) {
            for (List<AttackRow> rows : weight.images()) {
                for (AttackRow row : rows) {
                    Integer target = row.finding().target();
                    if (target != null) {
                        found.computeIfAbsent(row.point(), point -> new TreeMap<>())
                                .computeIfAbsent(target, each -> new ArrayList<>())
                                .add(row.finding());
                    }
                }
            }
        }
        return new Sweep(
                model,
                spec,
                found.values().stream()
                        .map(targets -> List.copyOf(targets.values()))
                        .toList());
    }

    /** One area an image, in ascending order: the mean over its targets; images where it is undefined are left out. */
    double[] areas() {
        return images.stream()
                .map(targets -> targets.stream()
                        .map(Auddc::of)
                        .filter(Objects::nonNull)
                        .mapToDouble(Double::doubleValue)
                        .average())
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .sorted()
                .toArray();
    }

    /** The curve of every image and target that has one. */
    List<List<Auddc.Point>> curves() {
        List<List<Auddc.Point>> curves = new ArrayList<>();
        for (List<List<AttackFinding>> targets : images) {
            for (List<AttackFinding> findings : targets) {
                List<Auddc.Point> points = new ArrayList<>();
                for (AttackFinding finding : findings) {
                    Double distortion = finding.relativeDistortion();
                    Double distance = finding.relativeDistance();
                    if (distortion != null && distance != null) {
                        points.add(new Auddc.Point(distortion, distance));
                    }
                }
                if (!points.isEmpty()) {
                    curves.add(Auddc.curve(points));
                }
            }
        }
        return curves;
    }

    /** A curve at a distortion in [0, 1], linear between its points. */
    static double at(List<Auddc.Point> curve, double distortion) {
        for (int i = 1; i < curve.size(); i++) {
            Auddc.Point left = curve.get(i - 1);
            Auddc.Point right = curve.get(i);
            if (distortion <= right.distortion()) {
                double width = right.distortion() - left.distortion();
                double share = width > 0 ? (distortion - left.distortion()) / width : 1;
                return left.distance() + share * (right.distance() - left.distance());
            }
        }
        return curve.get(curve.size() - 1).distance();
    }
}
