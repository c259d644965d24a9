package io.margrave.robustness.suite;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/** Limited-memory BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.5) for smooth convex functions of few variables. */
final class Lbfgs {

    /** A function with its gradient. */
    @FunctionalInterface
    interface Function {
        /**
         * The value at a point.
         *
         * @param gradient overwritten with the gradient there
         */
        double at(double[] point, double[] gradient);
    }

    private static final int MEMORY = 10;
    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final int MOST_HALVINGS = 40;

    private Lbfgs() {}

    private record Pair(double[] step, double[] change, double product) {}

    /**
     * A point where no component of the gradient is larger than a tolerance, or the best one found.
     *
     * @param start not changed
     * @param tolerance of each component of the gradient
     * @param mostSteps after which it ends anyway
     */
    static double[] minimise(Function function, double[] start, double tolerance, int mostSteps) {
        double[] point = start.clone();
        double[] gradient = new double[point.length];
        double value = function.at(point, gradient);
        Deque<Pair> pairs = new ArrayDeque<>();
        for (int step = 0; step < mostSteps && largest(gradient) > tolerance; step++) {
            double[] direction = direction(gradient, pairs);
            double slope = dot(direction, gradient);
            double length = pairs.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
            double[] next = point;
            double[] nextGradient = new double[point.length];
            double nextValue = Double.POSITIVE_INFINITY;
            int halvings = 0;
            while (!(nextValue <= value + SUFFICIENT_DECREASE * length * slope) && halvings < MOST_HALVINGS) {
                length = halvings == 0 ? length : length / 2;
                next = along(point, direction, length);
                nextValue = function.at(next, nextGradient);
                halvings++;
            }
            if (!(nextValue < value)) {
                break; // Rounding is all that is left to gain.
            }
            remember(pairs, along(next, point, -1), along(nextGradient, gradient, -1));
            point = next;
            gradient = nextGradient;
            value = nextValue;
        }
        return point;
    }

    private static void remember(Deque<Pair> pairs, double[] step, double[] change) {
        double product = dot(step, change);
        if (product > 1e-12 * dot(change, change)) {
            pairs.addLast(new Pair(step, change, product));
            if (pairs.size() > MEMORY) {
                pairs.removeFirst();
            }
        }
    }

    /** Minus the approximate inverse Hessian times the gradient: the two-loop recursion. */
    private static double[] direction(double[] gradient, Deque<Pair> pairs) {
        double[] direction = gradient.clone();
        double[] shares = new double[pairs.size()];
        int i = pairs.size();
        for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
            Pair pair = newest.next();
            i--;
            shares[i] = dot(pair.step(), direction) / pair.product();
            add(direction, pair.change(), -shares[i]);
        }
        if (!pairs.isEmpty()) {
            Pair last = pairs.getLast();
            scale(direction, last.product() / dot(last.change(), last.change()));
        }
        for (Pair pair : pairs) {
            double share = dot(pair.change(), direction) / pair.product();
            add(direction, pair.step(), shares[i] - share);
            i++;
        }
        scale(direction, -1);
        return direction;
    }

    private static double[] along(double[] point, double[] direction, double length) {
        double[] moved = point.clone();
        add(moved, direction, length);
        return moved;
    }

    private static void add(double[] to, double[] what, double factor) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static void scale(double[] values, double factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }
}
