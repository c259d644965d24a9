package io.margrave.results;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The radii r of an audit.
 *
 * @param auto whether they are fractions of the median distance between different validation inputs
 * @param values in output units, ascending, greater than zero; empty while {@code auto} and not yet resolved
 * @param medianDistance the median L2 distance that {@code auto} was resolved with, in input units
 */
@JsonSerialize(using = RadiiJson.Writer.class)
@JsonDeserialize(using = RadiiJson.Reader.class)
public record Radii(
        boolean auto, List<Double> values, @Nullable Double medianDistance) {

    /** Fractions of the median distance that {@code auto} stands for. */
    public static final List<Double> AUTO_FRACTIONS = List.of(0.25, 0.5, 0.75);

    public Radii {
        values = List.copyOf(values);
        for (int i = 0; i < values.size(); i++) {
            double r = values.get(i);
            if (!(r > 0) || Double.isInfinite(r) || (i > 0 && !(r > values.get(i - 1)))) {
                throw new IllegalArgumentException("want ascending finite radii r > 0, got " + values);
            }
        }
        if (!auto && values.isEmpty()) {
            throw new IllegalArgumentException("want at least one radius r, or auto, got none");
        }
    }

    /** Radii to be resolved from the data. */
    public static Radii automatic() {
        return new Radii(true, List.of(), null);
    }

    /** Radii as given. */
    public static Radii of(List<Double> values) {
        return new Radii(false, values, null);
    }

    /**
     * Radii as typed: {@code auto}, or numbers between commas.
     *
     * @throws IllegalArgumentException with one line, where it is neither, or not ascending and above zero
     */
    public static Radii parse(String text) {
        if (text.strip().equals("auto")) {
            return automatic();
        }
        List<Double> values = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            try {
                values.add(Double.valueOf(part.strip()));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "want auto or numbers between commas, such as 4,6,8, got '" + text + "'", e);
            }
        }
        return of(values);
    }

    /** Whether the values are known. */
    public boolean resolved() {
        return !values.isEmpty();
    }

    /** Automatic radii made concrete: {@link #AUTO_FRACTIONS} of {@code medianDistance}; others unchanged. */
    public Radii resolve(double medianDistance) {
        if (!auto) {
            return this;
        }
        return new Radii(
                true, AUTO_FRACTIONS.stream().map(f -> f * medianDistance).toList(), medianDistance);
    }
}
