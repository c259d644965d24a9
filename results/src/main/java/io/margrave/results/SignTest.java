package io.margrave.results;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The exact sign test of pairs (Conover 1999, section 3.4).
 *
 * <p>Among the pairs of different values, the second is as likely the smaller as the larger one if nothing sets the two
 * apart. Only the order within a pair is used, so an infinite value, of which no more is known than that it is the larger
 * one, takes part like any other.
 *
 * @param smaller pairs whose second value is the smaller
 * @param larger pairs whose second value is the larger
 * @param ties pairs of equal values, two infinite ones among them
 */
public record SignTest(int smaller, int larger, int ties) {

    /** Of no pair yet. */
    public static final SignTest NONE = new SignTest(0, 0, 0);

    /**
     * With one more pair.
     *
     * @param first no NaN, possibly infinite
     * @param second no NaN, possibly infinite
     */
    public SignTest and(double first, double second) {
        if (Double.isNaN(first) || Double.isNaN(second)) {
            throw new IllegalArgumentException("want two numbers to compare, got " + first + " and " + second);
        }
        return new SignTest(
                smaller + (second < first ? 1 : 0),
                larger + (second > first ? 1 : 0),
                ties + (second == first ? 1 : 0));
    }

    /** Pairs of different values: those that are tested. */
    public int changed() {
        return smaller + larger;
    }

    /** Chance of so many smaller second values, or more, if smaller and larger were equally likely; 1 without a change. */
    public double pSmaller() {
        return tail(smaller);
    }

    /** Chance of so many larger second values, or more, if smaller and larger were equally likely; 1 without a change. */
    public double pLarger() {
        return tail(larger);
    }

    private double tail(int count) {
        return changed() == 0 ? 1 : BinomialDistribution.of(changed(), 0.5).survivalProbability(count - 1);
    }
}
