package io.margrave.report.claim;

import io.margrave.report.Text;
import java.util.Locale;

/** Numbers of claims as a reader sees them. */
final class Numbers {
    private Numbers() {}

    /** Three significant digits, without zeros that say nothing: {@code 0.5}. */
    static String of(double value) {
        String text = Text.number(value);
        return text.contains(".") && !text.contains("e")
                ? text.replaceAll("0+$", "").replaceAll("\\.$", "")
                : text;
    }

    /** {@code beta = 4}, with the letter. */
    static String beta(double beta) {
        return "\u03b2 = " + of(beta);
    }

    /** A chance: three digits, or {@code < 0.001}. */
    static String chance(double p) {
        return p < 0.001 ? "p < 0.001" : "p = " + String.format(Locale.ROOT, "%.3f", p);
    }

    /** {@code 0.84} to {@code 0.88}. */
    static String fixed(double value) {
        return Double.isNaN(value)
                ? Text.NONE
                : String.format(Locale.ROOT, "%.2f", value).replace('-', '\u2212');
    }

    /** With its sign, one digit after the point: {@code -12.3}. */
    static String signed(double value) {
        return Double.isNaN(value)
                ? Text.NONE
                : String.format(Locale.ROOT, "%+.1f", value).replace('-', '\u2212');
    }
}
