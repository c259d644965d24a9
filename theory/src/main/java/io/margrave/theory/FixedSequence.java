package io.margrave.theory;

import java.util.OptionalInt;
import java.util.function.IntPredicate;

/**
 * The selection rule of break verdicts: many candidates, one chance of error.
 *
 * <p>Candidates are tested in an order that their tests' noise did not choose (decreasing norm), each at the full alpha on
 * fresh noise; the first that is not verified ends the sequence, and the last verified is reported. A report is wrong only if
 * the first candidate that is no break was verified, whatever comes after it, and that has a chance of at most alpha (fixed
 * sequence procedure: Maurer, Hothorn and Lehmacher 1995). Taking instead the smallest of all that pass multiplies the chance
 * of error by up to their number.
 */
public final class FixedSequence {

    private FixedSequence() {}

    /**
     * The last candidate of the verified run that starts at candidate 0.
     *
     * @param candidates number of candidates, at least 0, ordered by decreasing norm
     * @param freshTest whether a candidate is verified at level alpha, by draws of |Delta| &lt;= r on noise used neither to find any
     *     candidate nor in another test; called for 0, 1, ... in turn and never after the first that is not. Then alpha is the chance
     *     that the reported candidate is no break
     * @return its index; empty where candidate 0 was not verified or there is none
     */
    public static OptionalInt lastVerified(int candidates, IntPredicate freshTest) {
        if (candidates < 0) {
            throw new IllegalArgumentException("want a number of candidates >= 0, got " + candidates);
        }
        int verified = 0;
        while (verified < candidates && freshTest.test(verified)) {
            verified++;
        }
        return verified == 0 ? OptionalInt.empty() : OptionalInt.of(verified - 1);
    }
}
