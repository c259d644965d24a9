package io.margrave.report;

import io.margrave.theory.Proportion;
import io.margrave.theory.QuantileInterval;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers and lists as a reader sees them. */
public final class Text {
    /** Stands where there is no value. */
    public static final String NONE = "\u2013";

    private Text() {}

    /** Three significant digits, whole numbers as they are; {@link #NONE} for null and NaN, the infinity sign for infinite values. */
    public static String number(@Nullable Double value) {
        return number(value, 3);
    }

    public static String number(@Nullable Double value, int digits) {
        if (value == null || value.isNaN()) {
            return NONE;
        }
        if (value.isInfinite()) {
            return value > 0 ? "\u221e" : "\u2212\u221e";
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        String text;
        if (size >= 1e6 || size < 1e-4) {
            text = String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
        } else if (value == Math.rint(value)) {
            text = String.format(Locale.ROOT, "%.0f", value);
        } else {
            BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
            int exponent = rounded.precision() - rounded.scale() - 1;
            text = String.format(Locale.ROOT, "%." + Math.max(0, digits - 1 - exponent) + "f", value);
        }
        return text.replace('-', '\u2212');
    }

    /** {@code 12.3 %}. */
    public static String percent(double share) {
        if (Double.isNaN(share)) {
            return NONE;
        }
        double percent = 100 * share;
        boolean whole = percent == Math.rint(percent);
        return String.format(Locale.ROOT, whole ? "%.0f\u202f%%" : "%.1f\u202f%%", percent);
    }

    /** {@code 12 of 40}. */
    public static String count(Proportion share) {
        return integer(share.successes()) + " of " + integer(share.trials());
    }

    /** Groups of three digits. */
    public static String integer(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', '\u202f');
    }

    /** {@code [1.2, 3.4]}; an end that does not exist is unbounded. */
    public static String interval(QuantileInterval interval) {
        return interval(interval.low(), interval.high());
    }

    public static String interval(double low, double high) {
        return "[" + number(low) + ", " + number(high) + "]";
    }

    /** The interval of a share, from 1 - alpha on either side. */
    public static String interval(Proportion share, double alpha) {
        return "[" + percent(share.lower(alpha)) + ", " + percent(share.upper(alpha)) + "]";
    }

    /** {@code a, b and c}. */
    public static String list(List<String> items) {
        if (items.size() < 2) {
            return String.join("", items);
        }
        return String.join(", ", items.subList(0, items.size() - 1)) + " and " + items.get(items.size() - 1);
    }

    /** {@code 1 image}, {@code 2 images}. */
    public static String plural(long count, String noun) {
        return integer(count) + " " + noun + (count == 1 ? "" : "s");
    }
}
