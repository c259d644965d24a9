package io.margrave.report;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackedPoint;
import io.margrave.results.Auddc;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

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
            if (sweep.targeted()) {
                sweeps.add(sweep);
            }
        }
        return List.copyOf(sweeps);
    }

    private static Sweep of(String model, AttackSpec spec, List<AttackSeries> weights) {
        TreeMap<Integer, TreeMap<Integer, List<AttackFinding>>> found = new TreeMap<>();
        for (AttackSeries weight : weights) {
            for (AttackedPoint image : weight.images()) {
                for (AttackRow row : image.rows()) {
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

    /** Whether any finding has a place relative to a target, be it one that an area can't be made of. */
    private boolean targeted() {
        return targets().anyMatch(findings -> !Auddc.points(findings).isEmpty());
    }

    /** One an image and target: findings, one a weight. */
    private Stream<List<AttackFinding>> targets() {
        return images.stream().flatMap(List::stream);
    }

    /** Of each image and target, how many weights count: those with a distortion in (0, 1]; ascending. */
    int[] counted() {
        return targets()
                .mapToInt(findings -> Auddc.inside(Auddc.points(findings)).size())
                .sorted()
                .toArray();
    }

    /** Curves, one an image and target, that end before the target's distance and short of the target: their areas are upper bounds. */
    Proportion notSpanned() {
        List<List<Auddc.Point>> defined = targets()
                .map(Auddc::points)
                .filter(points -> !Auddc.inside(points).isEmpty())
                .toList();
        return new Proportion(
                defined.stream().filter(points -> !Auddc.spanned(points)).count(), defined.size());
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
        return targets()
                .map(Auddc::points)
                .filter(points -> !Auddc.inside(points).isEmpty())
                .map(Auddc::curve)
                .toList();
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
