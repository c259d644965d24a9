package io.margrave.robustness.check;

import io.margrave.data.ValueRange;
import io.margrave.results.AttackRow;
import io.margrave.results.Check.Outcome;
import io.margrave.results.Norm;
import org.jspecify.annotations.Nullable;

/**
 * 1: every perturbed input keeps the radius and the data's range, measured here in double precision with nothing of the code that
 * projects.
 *
 * <p>FAIL where one is not a number, is further from its input than allowed by more than float32 can tell, or has a value outside the
 * range by however little. Else PASS. Looked at: the attack under test run on the checked points, what the run stored, and the
 * norms that it reports.
 */
record BudgetCheck() implements Examination {
    /** A norm may exceed its radius by this share: the last digits of float32 over many pixels. */
    static final double ROUNDING = 1e-5;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String name() {
        return "budget and range";
    }

    @Override
    public boolean quick() {
        return true;
    }

    @Override
    public Ruling examine(CheckScene scene) {
        Tally tally = new Tally(scene.evaluation().images().range());
        double radius = scene.radius();
        float[][] perturbed = scene.base().perturbed();
        for (int i = 0; i < perturbed.length; i++) {
            tally.add(scene.originals()[i], perturbed[i], scene.norm(), radius, true);
        }
        for (Claim claim : scene.evaluation().claims()) {
            tally.add(
                    scene.evaluation().images().image(claim.point()),
                    claim.perturbed(),
                    claim.norm(),
                    claim.limit(),
                    claim.boxed());
            Double reported = claim.reported();
            if (reported != null) {
                tally.addReported(reported, claim.limit());
            }
        }
        for (AttackRow row : scene.evaluation().findings()) {
            tally.addReported(row.finding().norm(), row.finding().radius());
        }
        return tally.ruling();
    }

    /** What was seen so far. */
    private static final class Tally {
        private final ValueRange range;
        private int inputs;
        private int reported;
        private int beyond;
        private int outside;
        private double largestShare;
        private double furthestOut;

        Tally(ValueRange range) {
            this.range = range;
        }

        void add(float[] from, float[] to, Norm norm, double limit, boolean boxed) {
            inputs++;
            if (from.length != to.length) {
                throw new IllegalArgumentException(
                        "want " + from.length + " values of a perturbed input, got " + to.length);
            }
            double length = length(from, to, norm);
            compare(length, limit, spacing(from.length));
            double out = boxed ? outside(to) : 0;
            furthestOut = Math.max(furthestOut, out);
            outside += out > 0 ? 1 : 0;
        }

        void addReported(double norm, @Nullable Double limit) {
            if (limit != null) {
                reported++;
                compare(norm, limit, 0);
            }
        }

        private void compare(double length, double limit, double spacing) {
            double share = limit == 0 ? (length <= spacing ? 1 : Double.POSITIVE_INFINITY) : length / limit;
            // What is not a number compares false.
            beyond += length <= limit * (1 + ROUNDING) + spacing ? 0 : 1;
            largestShare = Double.isNaN(share) ? Double.POSITIVE_INFINITY : Math.max(largestShare, share);
        }

        /** Norm of the rounding of as many float32 values. */
        private double spacing(int values) {
            return Math.sqrt(values) * Math.ulp(Math.max(Math.abs(range.low()), Math.abs(range.high())));
        }

        private double outside(float[] values) {
            double most = 0;
            for (float value : values) {
                double out = Math.max((double) range.low() - value, (double) value - range.high());
                most = Double.isNaN(out) ? Double.POSITIVE_INFINITY : Math.max(most, out);
            }
            return most;
        }

        private static double length(float[] from, float[] to, Norm norm) {
            double sum = 0;
            double squares = 0;
            double largest = 0;
            for (int i = 0; i < from.length; i++) {
                double difference = Math.abs((double) to[i] - (double) from[i]);
                sum += difference;
                squares += difference * difference;
                largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
            }
            return norm == Norm.L1 ? sum : norm == Norm.L2 ? Math.sqrt(squares) : largest;
        }

        Ruling ruling() {
            String seen = inputs + " perturbed inputs measured again"
                    + (reported == 0 ? "" : " and " + reported + " reported norms compared") + ": ";
            if (beyond == 0 && outside == 0) {
                return new Ruling(
                        Outcome.PASS,
                        seen + "none is longer than allowed (the longest has " + Figures.percent(largestShare)
                                + " of its radius), none leaves the range.");
            }
            String tooLong = beyond == 0
                    ? ""
                    : beyond + " longer than allowed, the longest by " + Figures.percent(largestShare - 1) + ". ";
            String away =
                    outside == 0 ? "" : outside + " outside the range, by up to " + Figures.of(furthestOut) + ". ";
            return new Ruling(Outcome.FAIL, seen + tooLong + away + "The attack did what it must not.");
        }
    }
}
