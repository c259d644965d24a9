package io.margrave.report.claim;

import io.margrave.data.Noise;
import io.margrave.report.Quantiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How y goes with x: the running median of y, with a band, and where its slope changes.
 *
 * <p>The median at x is that of the {@link #WINDOW} of all pairs whose x are nearest in rank. The band and the knee's interval come from a
 * percentile bootstrap that draws images, each with all of its pairs; the band is pointwise.
 *
 * @param x where the median was taken, ascending
 * @param median of y around there
 * @param low lower end of the 95 % band
 * @param high upper end
 * @param knee of the piecewise linear fit
 */
record Trend(List<Double> x, List<Double> median, List<Double> low, List<Double> high, Knee knee) {
    /** Share of all pairs in one median. */
    static final double WINDOW = 0.15;

    /** Fewer pairs have no trend. */
    static final int FEWEST = 40;

    private static final int RESAMPLES = 300;
    private static final int PLACES = 24;
    private static final int KNEES = 80;

    /**
     * Where two lines that meet fit y best, by least squares.
     *
     * @param at x of the meeting point
     * @param low lower end of its 95 % interval
     * @param high upper end
     * @param before slope left of it
     * @param after slope right of it
     * @param clear whether the 95 % interval of the change of slope leaves 0 out: otherwise there is no knee to speak of
     */
    record Knee(double at, double low, double high, double before, double after, boolean clear) {}

    /** Two lines that meet. */
    private record Hinge(double at, double before, double after) {}

    /** Sums over pairs. */
    private record Sums(int n, double x, double xx, double y, double xy) {}

    /** Pairs by ascending x. */
    private record Sorted(double[] x, double[] y, int[] image, int images) {
        static Sorted of(double[] x, double[] y, int[] images) {
            int[] order = IntStream.range(0, x.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> x[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            Map<Integer, Integer> numbers = new HashMap<>();
            int[] image = Arrays.stream(order)
                    .map(i -> numbers.computeIfAbsent(images[i], unseen -> numbers.size()))
                    .toArray();
            return new Sorted(
                    Arrays.stream(order).mapToDouble(i -> x[i]).toArray(),
                    Arrays.stream(order).mapToDouble(i -> y[i]).toArray(),
                    image,
                    numbers.size());
        }

        /** With each pair as often as its image was drawn. */
        Sorted drawn(Noise.Stream stream) {
            int[] times = new int[images];
            for (int i = 0; i < images; i++) {
                times[stream.nextInt(images)]++;
            }
            int total = Arrays.stream(image).map(i -> times[i]).sum();
            double[] newX = new double[total];
            double[] newY = new double[total];
            int[] newImage = new int[total];
            int next = 0;
            for (int i = 0; i < x.length; i++) {
                for (int t = 0; t < times[image[i]]; t++) {
                    newX[next] = x[i];
                    newY[next] = y[i];
                    newImage[next++] = image[i];
                }
            }
            return new Sorted(newX, newY, newImage, images);
        }

        double medianAround(double place) {
            int n = x.length;
            int width = Math.min(n, Math.max(15, (int) Math.round(WINDOW * n)));
            int found = Arrays.binarySearch(x, place);
            int centre = found >= 0 ? found : -found - 1;
            int first = Math.max(0, Math.min(n - width, centre - width / 2));
            double[] window = Arrays.copyOfRange(y, first, first + width);
            Arrays.sort(window);
            return Quantiles.of(window, 0.5);
        }

        Hinge hinge(double[] places) {
            Sums[] beyond = sums();
            double yy = Arrays.stream(y).map(v -> v * v).sum();
            Hinge best = new Hinge(Double.NaN, Double.NaN, Double.NaN);
            double least = Double.POSITIVE_INFINITY;
            for (double place : places) {
                double[] fit = fit(beyond, place);
                double rest = yy - fit[3];
                if (rest < least) {
                    least = rest;
                    best = new Hinge(place, fit[1], fit[1] + fit[2]);
                }
            }
            return best;
        }

        /** Of the pairs from each index on, so that a fit takes no more than a search for its place. */
        private Sums[] sums() {
            Sums[] sums = new Sums[x.length + 1];
            sums[x.length] = new Sums(0, 0, 0, 0, 0);
            for (int i = x.length - 1; i >= 0; i--) {
                Sums next = sums[i + 1];
                sums[i] = new Sums(
                        next.n() + 1,
                        next.x() + x[i],
                        next.xx() + x[i] * x[i],
                        next.y() + y[i],
                        next.xy() + x[i] * y[i]);
            }
            return sums;
        }

        /** Least squares of y on 1, x and b = max(0, x - place): three coefficients and the explained sum of squares. */
        private double[] fit(Sums[] from, double place) {
            int found = Arrays.binarySearch(x, place);
            Sums all = from[0];
            Sums right = from[found >= 0 ? found : -found - 1];
            double b = right.x() - place * right.n();
            double bx = right.xx() - place * right.x();
            double bb = bx - place * b;
            double by = right.xy() - place * right.y();
            double[] solved = solve(
                    new double[][] {{all.n(), all.x(), b, all.y()}, {all.x(), all.xx(), bx, all.xy()}, {b, bx, bb, by}
                    });
            return new double[] {
                solved[0], solved[1], solved[2], solved[0] * all.y() + solved[1] * all.xy() + solved[2] * by
            };
        }

        /** Gauss with pivots; NaN where the system has no single solution. */
        private static double[] solve(double[][] m) {
            for (int column = 0; column < 3; column++) {
                int pivot = column;
                for (int row = column + 1; row < 3; row++) {
                    if (Math.abs(m[row][column]) > Math.abs(m[pivot][column])) {
                        pivot = row;
                    }
                }
                double[] swap = m[pivot];
                m[pivot] = m[column];
                m[column] = swap;
                for (int row = 0; row < 3; row++) {
                    if (row != column) {
                        double factor = m[row][column] / m[column][column];
                        for (int k = column; k < 4; k++) {
                            m[row][k] -= factor * m[column][k];
                        }
                    }
                }
            }
            return new double[] {m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]};
        }
    }

    /**
     * Measures finite pairs.
     *
     * @param x finite values, at least {@link #FEWEST}
     * @param y finite values, as many
     * @param images which image each pair is of, as many
     */
    static Trend of(double[] x, double[] y, int[] images) {
        if (x.length < FEWEST || y.length != x.length || images.length != x.length) {
            throw new IllegalArgumentException("want at least " + FEWEST + " pairs, as many y and images as x, got "
                    + x.length + ", " + y.length + " and " + images.length);
        }
        Sorted sorted = Sorted.of(x, y, images);
        double[] places = quantiles(sorted.x(), 0.02, 0.98, PLACES);
        double[] knees = quantiles(sorted.x(), 0.1, 0.9, KNEES);
        double[][] medians = new double[places.length][RESAMPLES];
        double[] at = new double[RESAMPLES];
        double[] change = new double[RESAMPLES];
        Noise.Stream stream = new Noise(0, "claims").stream(x.length, "trend", 0);
        for (int b = 0; b < RESAMPLES; b++) {
            Sorted drawn = sorted.drawn(stream);
            for (int i = 0; i < places.length; i++) {
                medians[i][b] = drawn.medianAround(places[i]);
            }
            Hinge hinge = drawn.hinge(knees);
            at[b] = hinge.at();
            change[b] = hinge.after() - hinge.before();
        }
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        for (double[] resampled : medians) {
            low.add(end(resampled, 0.025));
            high.add(end(resampled, 0.975));
        }
        Hinge hinge = sorted.hinge(knees);
        boolean clear = end(change, 0.025) > 0 || end(change, 0.975) < 0;
        return new Trend(
                Arrays.stream(places).boxed().toList(),
                Arrays.stream(places).map(sorted::medianAround).boxed().toList(),
                low,
                high,
                new Knee(hinge.at(), end(at, 0.025), end(at, 0.975), hinge.before(), hinge.after(), clear));
    }

    private static double end(double[] resampled, double quantile) {
        return Quantiles.of(
                Arrays.stream(resampled).filter(v -> !Double.isNaN(v)).sorted().toArray(), quantile);
    }

    /** Different values at equally spaced quantiles. */
    private static double[] quantiles(double[] sorted, double from, double to, int count) {
        return IntStream.range(0, count)
                .mapToDouble(i -> Quantiles.of(sorted, from + (to - from) * i / (count - 1)))
                .distinct()
                .toArray();
    }
}
