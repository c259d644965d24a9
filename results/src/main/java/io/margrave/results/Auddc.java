package io.margrave.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Area under the distortion-distortion curve of a targeted attack, swept over weights of the perturbation's norm: the larger, the more
 * robust (Gondim-Ribeiro, Tabacof and Valle 2018, "Adversarial attacks on variational autoencoders").
 *
 * <p>Each weight gives a point (u, v). With source x, target x_t, perturbation d and rec = g(mu(.)), all norms L2,
 *
 * <pre>
 * u = |d| / |x - x_t|
 * v = (|rec(x+d) - x_t| - |rec(x_t) - x_t|) / (|rec(x) - x_t| - |rec(x_t) - x_t|)
 * </pre>
 *
 * so that (0, 1) is the untouched source and (1, 0) the target itself. Points with u &gt; 1 are left out: with so much distortion the
 * target itself could be given. So are those with u = 0, which say nothing beyond the start, and those that are no numbers. Where none
 * is left, the sweep has overshot or failed and the area is undefined: it would be that of a model that nothing moves. The rest is
 * sorted by u and joined by straight lines (trapezoids), from (0, 1), which is exact, to the largest u; from there to u = 1 the curve
 * stays at its lowest v. So far this is what the authors' published program computes, but for the start at (0, 1), which their weights
 * reach by themselves.
 *
 * <p>It departs from them where a sweep is not monotone, as where a search failed at one weight: here each v is the smallest that any
 * smaller or equal u reached. The adversary keeps what it has found, so a failed search does not flatter the model; the area is never
 * more than theirs with that start.
 *
 * <p>0.5 is where the reconstruction moves to the target in proportion to the distortion; 0 is a model that follows an imperceptible
 * distortion all the way; 1 one that no distortion moves. Below 0 is possible: a reconstruction may come nearer to x_t than that of x_t
 * does.
 */
public final class Auddc {
    /** Below this share of |x - x_t| the two reconstructions are equally far from the target, for all that can be told. */
    public static final double SMALLEST_GAIN = 0.01;

    private Auddc() {}

    /**
     * A point of the curve.
     *
     * @param distortion u, at least 0
     * @param distance v
     */
    public record Point(double distortion, double distance) {}

    /**
     * The area for one input and target.
     *
     * @param sweep findings of one attack, one a weight, in any order; those without u or v are left out
     * @return null where none has both with 0 &lt; u &lt;= 1
     */
    public static @Nullable Double of(List<AttackFinding> sweep) {
        List<Point> inside = inside(points(sweep));
        return inside.isEmpty() ? null : Double.valueOf(area(inside));
    }

    /** The points of those findings that have both u and v. */
    public static List<Point> points(List<AttackFinding> sweep) {
        List<Point> points = new ArrayList<>();
        for (AttackFinding finding : sweep) {
            Double u = finding.relativeDistortion();
            Double v = finding.relativeDistance();
            if (u != null && v != null) {
                points.add(new Point(u, v));
            }
        }
        return List.copyOf(points);
    }

    /** The points that an area is made of: finite, with 0 &lt; u &lt;= 1; by ascending u. */
    public static List<Point> inside(List<Point> points) {
        return points.stream()
                .filter(point -> point.distortion() > 0 && point.distortion() <= 1 && Double.isFinite(point.distance()))
                .sorted(Comparator.comparingDouble(Point::distortion).thenComparingDouble(Point::distance))
                .toList();
    }

    /**
     * Whether the sweep says how far the reconstruction can be led: its largest u is 1, or its lowest v at most 0. Where not, the flat
     * end of the curve is no more than that nothing larger was tried, and the area an upper bound.
     */
    public static boolean spanned(List<Point> points) {
        return inside(points).stream().anyMatch(point -> point.distortion() == 1 || point.distance() <= 0);
    }

    /**
     * The curve that the area is under.
     *
     * @param points of a sweep, in any order; at least one {@link #inside}
     * @return from (0, 1) to (1, lowest v); u ascending, v never ascending after the first point
     */
    public static List<Point> curve(List<Point> points) {
        List<Point> sorted = inside(points);
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("want a point with 0 < u <= 1 and a finite v, got " + points);
        }
        List<Point> curve = new ArrayList<>();
        curve.add(new Point(0, 1));
        double lowest = 1;
        for (Point point : sorted) {
            lowest = Math.min(lowest, point.distance());
            curve.add(new Point(point.distortion(), lowest));
        }
        curve.add(new Point(1, lowest));
        return curve;
    }

    /**
     * The area of a sweep.
     *
     * @param points in any order; at least one {@link #inside}
     */
    public static double area(List<Point> points) {
        List<Point> curve = curve(points);
        double area = 0;
        for (int i = 1; i < curve.size(); i++) {
            Point left = curve.get(i - 1);
            Point right = curve.get(i);
            area += (right.distortion() - left.distortion()) * (left.distance() + right.distance()) / 2;
        }
        return area;
    }

    /**
     * v of a perturbation.
     *
     * @param attacked |rec(x+d) - x_t|
     * @param source |rec(x) - x_t|
     * @param target |rec(x_t) - x_t|
     * @param inputs |x - x_t|
     * @return null where reconstructing x_t instead of x comes less than {@link #SMALLEST_GAIN} of |x - x_t| nearer to x_t, as in a
     *     collapsed model: there is nothing to attack for, and nothing to divide by
     */
    public static @Nullable Double relativeDistance(double attacked, double source, double target, double inputs) {
        double whole = source - target;
        return whole >= SMALLEST_GAIN * inputs && whole > 0 ? Double.valueOf((attacked - target) / whole) : null;
    }
}
