package io.margrave.data;

import java.util.List;

/**
 * A closed polygon around the origin, within the unit circle and touching it.
 *
 * @param x corner by corner
 * @param y likewise
 * @param period angle in radians after which a rotation looks the same
 */
record Outline(double[] x, double[] y, double period) {
    /** Corners of a curved outline: at 64 pixels the polygon is within a hundredth of a pixel of its curve. */
    private static final int CURVE_CORNERS = 96;

    private static final double ELLIPSE_RATIO = 0.6;

    /** Names of the shapes, in label order. */
    static final List<String> NAMES = List.of("ellipse", "square", "heart", "triangle");

    /** The shapes, in label order. */
    static final List<Outline> ALL = List.of(ellipse(), regular(4), heart(), regular(3));

    private static Outline ellipse() {
        double[] x = new double[CURVE_CORNERS];
        double[] y = new double[CURVE_CORNERS];
        for (int i = 0; i < CURVE_CORNERS; i++) {
            double t = 2 * Math.PI * i / CURVE_CORNERS;
            x[i] = StrictMath.cos(t);
            y[i] = ELLIPSE_RATIO * StrictMath.sin(t);
        }
        return new Outline(x, y, Math.PI);
    }

    private static Outline regular(int corners) {
        double[] x = new double[corners];
        double[] y = new double[corners];
        for (int i = 0; i < corners; i++) {
            double t = 2 * Math.PI * i / corners;
            x[i] = StrictMath.cos(t);
            y[i] = StrictMath.sin(t);
        }
        return new Outline(x, y, 2 * Math.PI / corners);
    }

    private static Outline heart() {
        double[] x = new double[CURVE_CORNERS];
        double[] y = new double[CURVE_CORNERS];
        double largest = 0;
        for (int i = 0; i < CURVE_CORNERS; i++) {
            double t = 2 * Math.PI * i / CURVE_CORNERS;
            double sine = StrictMath.sin(t);
            x[i] = 16 * sine * sine * sine;
            y[i] = 13 * StrictMath.cos(t)
                    - 5 * StrictMath.cos(2 * t)
                    - 2 * StrictMath.cos(3 * t)
                    - StrictMath.cos(4 * t);
            largest = Math.max(largest, StrictMath.hypot(x[i], y[i]));
        }
        for (int i = 0; i < CURVE_CORNERS; i++) {
            x[i] /= largest;
            y[i] /= largest;
        }
        return new Outline(x, y, 2 * Math.PI);
    }

    /** The outline turned by an angle in radians, scaled, then moved. */
    Outline placed(double angle, double radius, double centreX, double centreY) {
        double cosine = radius * StrictMath.cos(angle);
        double sine = radius * StrictMath.sin(angle);
        double[] placedX = new double[x.length];
        double[] placedY = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            placedX[i] = centreX + cosine * x[i] - sine * y[i];
            placedY[i] = centreY + sine * x[i] + cosine * y[i];
        }
        return new Outline(placedX, placedY, period);
    }

    /**
     * Share of each pixel that lies inside, exact for a polygon that does not cross itself: each edge adds its signed area
     * to the right of it, pixel by pixel, and sums along rows give the coverage.
     *
     * @param side pixels of the square picture, whose inside the outline does not leave
     * @return row by row, each in [0, 1] up to rounding
     */
    double[] coverage(int side) {
        // One column more takes what an edge leaves to its right in the last pixel.
        int stride = side + 1;
        double[] area = new double[stride * side];
        for (int i = 0; i < x.length; i++) {
            int j = (i + 1) % x.length;
            addEdge(area, stride, x[i], y[i], x[j], y[j]);
        }
        double[] coverage = new double[side * side];
        for (int row = 0; row < side; row++) {
            double sum = 0;
            for (int column = 0; column < side; column++) {
                sum += area[row * stride + column];
                coverage[row * side + column] = Math.abs(sum);
            }
        }
        return coverage;
    }

    private static void addEdge(double[] area, int stride, double x0, double y0, double x1, double y1) {
        if (y0 > y1) {
            addDownwardEdge(area, stride, x1, y1, x0, y0, -1);
        } else if (y0 < y1) {
            addDownwardEdge(area, stride, x0, y0, x1, y1, 1);
        }
    }

    private static void addDownwardEdge(
            double[] area, int stride, double x0, double y0, double x1, double y1, int sign) {
        double slope = (x1 - x0) / (y1 - y0);
        for (int row = (int) y0; row < y1; row++) {
            double top = Math.max(row, y0);
            double bottom = Math.min(row + 1.0, y1);
            double a = x0 + slope * (top - y0);
            double b = x0 + slope * (bottom - y0);
            addSpan(area, row * stride, Math.min(a, b), Math.max(a, b), sign * (bottom - top));
        }
    }

    /** Spreads the height of an edge within one row over the columns from {@code left} to {@code right} that it crosses. */
    private static void addSpan(double[] area, int start, double left, double right, double height) {
        int first = (int) left;
        int last = (int) right;
        if (first == last) {
            double fromLeft = (left + right) / 2 - first;
            area[start + first] += height * (1 - fromLeft);
            area[start + first + 1] += height * fromLeft;
            return;
        }
        double perColumn = height / (right - left);
        for (int column = first; column <= last; column++) {
            double from = Math.max(left, column);
            double to = Math.min(right, column + 1.0);
            double part = perColumn * (to - from);
            double fromLeft = (from + to) / 2 - column;
            area[start + column] += part * (1 - fromLeft);
            if (part != 0) {
                area[start + column + 1] += part * fromLeft;
            }
        }
    }
}
