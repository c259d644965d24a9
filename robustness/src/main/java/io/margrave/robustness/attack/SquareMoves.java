package io.margrave.robustness.attack;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.results.Norm;
import java.util.Arrays;

/**
 * Proposals of {@link SquareSearch} for one row: perturbations that differ from the current one in a square.
 *
 * @param norm of the perturbation
 * @param shape of the image
 */
record SquareMoves(Norm norm, ImageShape shape) {

    private static final double FIRST_SHARE_LINF = 0.8;
    private static final double FIRST_SHARE = 0.1;
    /** When the share is halved, of 10,000 steps. */
    private static final int[] HALVED_AT = {10, 50, 200, 1_000, 2_000, 4_000, 6_000, 8_000};

    private static final double SCHEDULE = 10_000;
    /** Where the norm is a penalty: halvings of the largest size that is tried. */
    private static final int HALVINGS = 10;

    /** Of the first perturbation, along the shorter side of the image. */
    private static final int BLOBS = 5;
    /** Side of the smallest blob, where it is no larger than those of the first perturbation: below, it has no shape. */
    private static final int SMALLEST = 3;

    private static final double TINY = 1e-12;

    /** A stretch of rows and columns. */
    private record Window(int top, int left, int height, int width) {

        boolean holds(int row, int column) {
            return row >= top && row < top + height && column >= left && column < left + width;
        }
    }

    /**
     * Share of the pixels that a square covers.
     *
     * @param progress share of the steps that is behind
     */
    double share(double progress) {
        double share = norm == Norm.LINF ? FIRST_SHARE_LINF : FIRST_SHARE;
        for (int at : HALVED_AT) {
            share *= progress > at / SCHEDULE ? 0.5 : 1;
        }
        return share;
    }

    /**
     * The first perturbation: stripes in L-infinity; else a grid of blobs, whose length the caller chooses.
     *
     * @param radius of the ball
     * @return channels x height x width
     */
    float[] first(double radius, Noise.Stream stream) {
        return norm == Norm.LINF ? stripes(radius, stream) : blobs(stream);
    }

    /** Side of the blobs of the first perturbation. */
    private int side() {
        return Math.max(1, Math.min(shape.height(), shape.width()) / BLOBS);
    }

    /** Blobs of random signs side by side. */
    private float[] blobs(Noise.Stream stream) {
        float[] moves = new float[shape.size()];
        int side = side();
        int above = shape.height() % side / 2;
        int before = shape.width() % side / 2;
        for (int top = above; top + side <= shape.height(); top += side) {
            for (int left = before; left + side <= shape.width(); left += side) {
                Window window = new Window(top, left, side, side);
                double[][] blob = blob(window, stream);
                for (int channel = 0; channel < shape.channels(); channel++) {
                    double signed = sign(1, stream);
                    for (int row = 0; row < side; row++) {
                        for (int column = 0; column < side; column++) {
                            moves[index(channel, top + row, left + column)] = (float) (signed * blob[row][column]);
                        }
                    }
                }
            }
        }
        return moves;
    }

    /** Two hills beside each other, one upside down, each of norm one: the published shape, one above the other or turned. */
    private double[][] blob(Window window, Noise.Stream stream) {
        boolean drawn = stream.nextInt(2) == 0;
        boolean sideways = window.height() == 1 || (drawn && window.width() > 1);
        int length = sideways ? window.width() : window.height();
        int breadth = sideways ? window.height() : window.width();
        double[][] blob = new double[window.height()][window.width()];
        int half = length / 2;
        for (int from : new int[] {0, half}) {
            double[][] hill = hill(from == 0 && half > 0 ? half : length - half, breadth);
            double signed = from == 0 ? 1 : -1;
            for (int i = 0; i < hill.length; i++) {
                for (int j = 0; j < breadth; j++) {
                    blob[sideways ? j : from + i][sideways ? from + i : j] = signed * hill[i][j];
                }
            }
        }
        return blob;
    }

    /** Steps around the middle: 1/k^2 summed over k from the distance, in the maximum norm, plus one; of norm one. */
    private double[][] hill(int height, int width) {
        int steps = Math.max(height / 2, width / 2) + 1;
        double[] level = new double[steps + 1];
        for (int k = steps; k > 0; k--) {
            level[k - 1] = level[k] + 1.0 / ((double) k * k);
        }
        double[][] hill = new double[height][width];
        double sum = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                hill[i][j] = level[Math.max(Math.abs(i - height / 2), Math.abs(j - width / 2))];
                sum += power(hill[i][j]);
            }
        }
        double length = root(sum);
        for (double[] row : hill) {
            Arrays.setAll(row, j -> row[j] / length);
        }
        return hill;
    }

    /** Vertical stripes of plus and minus the radius. */
    private float[] stripes(double radius, Noise.Stream stream) {
        float[] moves = new float[shape.size()];
        for (int channel = 0; channel < shape.channels(); channel++) {
            for (int column = 0; column < shape.width(); column++) {
                float value = (float) sign(radius, stream);
                for (int row = 0; row < shape.height(); row++) {
                    moves[index(channel, row, column)] = value;
                }
            }
        }
        return moves;
    }

    /**
     * The next proposal inside a ball.
     *
     * @param moves perturbation so far, channels x height x width; not changed
     */
    float[] within(double radius, float[] moves, double share, Noise.Stream stream) {
        if (norm == Norm.LINF) {
            return squared(moves, window(share, 1, stream), radius, stream);
        }
        int smallest = Math.min(SMALLEST, side());
        Window window = window(share, smallest, stream);
        Window giving = window(share, smallest, stream);
        double[][] blob = blob(window, stream);
        float[] next = moves.clone();
        for (int channel = 0; channel < shape.channels(); channel++) {
            refill(next, channel, window, giving, blob, radius, stream);
        }
        return next;
    }

    /** The next proposal where the norm is a penalty: a square of some size added, or one taken back. */
    float[] penalised(double largest, float[] moves, double share, Noise.Stream stream) {
        Window window = window(share, 1, stream);
        double size = stream.nextInt(4) == 0 ? 0 : largest * Math.pow(0.5, stream.nextInt(HALVINGS));
        int pixels = window.height() * window.width() * shape.channels();
        double value = switch (norm) {
            case L1 -> size / pixels;
            case L2 -> size / Math.sqrt(pixels);
            case LINF -> size;
        };
        return squared(moves, window, value, stream);
    }

    /** The window at plus or minus a value, channel by channel. */
    private float[] squared(float[] moves, Window window, double value, Noise.Stream stream) {
        float[] next = moves.clone();
        for (int channel = 0; channel < shape.channels(); channel++) {
            float signed = (float) sign(value, stream);
            for (int row = window.top(); row < window.top() + window.height(); row++) {
                for (int column = window.left(); column < window.left() + window.width(); column++) {
                    next[index(channel, row, column)] = signed;
                }
            }
        }
        return next;
    }

    /** One channel: what the giving window had, and what was left of the radius, goes to the other window, as it is plus a blob. */
    private void refill(
            float[] moves,
            int channel,
            Window window,
            Window giving,
            double[][] blob,
            double radius,
            Noise.Stream stream) {
        double all = total(moves);
        double held = 0;
        double hills = 0;
        double given = 0;
        for (int row = 0; row < shape.height(); row++) {
            for (int column = 0; column < shape.width(); column++) {
                int j = index(channel, row, column);
                if (window.holds(row, column)) {
                    held += power(moves[j]);
                    hills += power(blob[row - window.top()][column - window.left()]);
                } else if (giving.holds(row, column)) {
                    given += power(moves[j]);
                    moves[j] = 0;
                }
            }
        }
        double spare = Math.max(0, power(radius) - all) / (shape.channels() - channel);
        double budget = root(held + given + spare);
        double scale = sign(1 / Math.max(root(hills), TINY), stream);
        double kept = 1 / Math.max(root(held), TINY);
        double mixed = 0;
        for (int row = window.top(); row < window.top() + window.height(); row++) {
            for (int column = window.left(); column < window.left() + window.width(); column++) {
                int j = index(channel, row, column);
                double value = kept * moves[j] + scale * blob[row - window.top()][column - window.left()];
                moves[j] = (float) value;
                mixed += power(value);
            }
        }
        double factor = budget / Math.max(root(mixed), TINY);
        for (int row = window.top(); row < window.top() + window.height(); row++) {
            for (int column = window.left(); column < window.left() + window.width(); column++) {
                moves[index(channel, row, column)] *= (float) factor;
            }
        }
    }

    private double total(float[] moves) {
        double sum = 0;
        for (float move : moves) {
            sum += power(move);
        }
        return sum;
    }

    private double power(double value) {
        return norm == Norm.L1 ? Math.abs(value) : value * value;
    }

    private double root(double sum) {
        return norm == Norm.L1 ? sum : Math.sqrt(sum);
    }

    /** As square as the image lets it be, and no side smaller than asked for. */
    private Window window(double share, int smallest, Noise.Stream stream) {
        double pixels = share * shape.height() * shape.width();
        int height = Math.min(shape.height(), Math.max(smallest, (int) Math.round(Math.sqrt(pixels))));
        int width = Math.min(shape.width(), Math.max(smallest, (int) Math.round(pixels / height)));
        return new Window(
                stream.nextInt(shape.height() - height + 1), stream.nextInt(shape.width() - width + 1), height, width);
    }

    private static double sign(double value, Noise.Stream stream) {
        return stream.nextInt(2) == 0 ? value : -value;
    }

    private int index(int channel, int row, int column) {
        return (channel * shape.height() + row) * shape.width() + column;
    }
}
