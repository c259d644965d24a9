package io.margrave.report.claim;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a field on a square grid crosses a level, as short lines: marching squares (Lorensen and Cline 1987, in the plane), with linear
 * interpolation along the sides of a cell. Cells with a NaN corner have none.
 */
final class Contour {
    private Contour() {}

    /** From one point to another. */
    record Line(double x, double y, double toX, double toY) {}

    /**
     * The lines of a level.
     *
     * @param axis coordinates along either axis, ascending
     * @param field row-major, rows along the second axis
     */
    static List<Line> of(List<Double> axis, List<Double> field, double level) {
        List<Line> lines = new ArrayList<>();
        int n = axis.size();
        for (int row = 0; row + 1 < n; row++) {
            for (int column = 0; column + 1 < n; column++) {
                int at = row * n + column;
                lines.addAll(cell(
                        new double[] {axis.get(column), axis.get(row), axis.get(column + 1), axis.get(row + 1)},
                        new double[] {
                            field.get(at) - level,
                            field.get(at + 1) - level,
                            field.get(at + n + 1) - level,
                            field.get(at + n) - level
                        }));
            }
        }
        return lines;
    }

    /** Corners in turn from the lower left; sides are crossed in pairs, and in a saddle in two. */
    private static List<Line> cell(double[] box, double[] corners) {
        double[] x = {box[0], box[2], box[2], box[0]};
        double[] y = {box[1], box[1], box[3], box[3]};
        List<double[]> crossings = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int j = (i + 1) % 4;
            if (Double.isNaN(corners[i])) {
                return List.of();
            }
            if (corners[i] > 0 != corners[j] > 0 && !Double.isNaN(corners[j])) {
                double share = corners[i] / (corners[i] - corners[j]);
                crossings.add(new double[] {x[i] + share * (x[j] - x[i]), y[i] + share * (y[j] - y[i])});
            }
        }
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i + 1 < crossings.size(); i += 2) {
            double[] from = crossings.get(i);
            double[] to = crossings.get(i + 1);
            lines.add(new Line(from[0], from[1], to[0], to[1]));
        }
        return lines;
    }
}
