package io.margrave.results;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers for a line of text: four significant digits, no trailing zeros. */
final class ShortNumber {
    private static final MathContext DIGITS = new MathContext(4);

    private ShortNumber() {}

    static String of(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS);
        // Zero keeps the scale it was given, and very small or large numbers are clearer with an exponent.
        return rounded.signum() == 0
                ? "0"
                : Math.abs(Math.log10(Math.abs(value))) < 7
                        ? rounded.stripTrailingZeros().toPlainString()
                        : rounded.stripTrailingZeros().toString();
    }

    /** With its sign, for a change. */
    static String signed(double value) {
        return (value > 0 ? "+" : "") + of(value);
    }
}
