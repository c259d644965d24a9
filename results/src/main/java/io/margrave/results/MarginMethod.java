package io.margrave.results;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A column of {@link AuditRow} that bounds a margin: what summaries, gates and comparisons speak of.
 *
 * <p>The lower bounds are FIRST_ORDER estimates of the mean-only margin. The upper bounds are verified breaks; a point for
 * which none was found counts as positive infinity, which is an upper bound of every margin and says nothing else.
 */
@SuppressWarnings("ImmutableEnumChecker") // its functions are method references, which hold no state
public enum MarginMethod {
    /** min(sigma) Phi^-1(p) / |J|_F. */
    BOUND_FROBENIUS("bound_frobenius", Side.LOWER, Kind.MEAN_ONLY, plan -> true, AuditRow::boundFrobenius),
    /** min(sigma) Phi^-1(p) / |J|_2. */
    BOUND_SPECTRAL("bound_spectral", Side.LOWER, Kind.MEAN_ONLY, plan -> true, AuditRow::boundSpectral),
    /** Phi^-1(p) / |diag(1/sigma) J|_2. */
    BOUND_WHITENED("bound_whitened", Side.LOWER, Kind.MEAN_ONLY, plan -> true, AuditRow::boundWhitened),
    /** Full, inside the value range. */
    MARGIN_UPPER("margin_upper", Side.UPPER, Kind.FULL, AuditPlan::breaks, AuditRow::marginUpper),
    /** Full, without the value range. */
    MARGIN_UPPER_UNBOXED(
            "margin_upper_unboxed",
            Side.UPPER,
            Kind.FULL,
            plan -> plan.breaks() && plan.unboxed(),
            AuditRow::marginUpperUnboxed),
    /** Mean-only, inside the value range. */
    MARGIN_UPPER_MEAN_ONLY(
            "margin_upper_mean_only",
            Side.UPPER,
            Kind.MEAN_ONLY,
            plan -> plan.breaks() && plan.meanOnly(),
            AuditRow::marginUpperMeanOnly),
    /** Mean-only, without the value range. */
    MARGIN_UPPER_MEAN_ONLY_UNBOXED(
            "margin_upper_mean_only_unboxed",
            Side.UPPER,
            Kind.MEAN_ONLY,
            plan -> plan.breaks() && plan.meanOnly() && plan.unboxed(),
            AuditRow::marginUpperMeanOnlyUnboxed);

    private final String column;
    private final Side side;
    private final Kind kind;
    private final Predicate<AuditPlan> asked;
    private final Function<AuditRow, @Nullable Double> value;

    MarginMethod(
            String column,
            Side side,
            Kind kind,
            Predicate<AuditPlan> asked,
            Function<AuditRow, @Nullable Double> value) {
        this.column = column;
        this.side = side;
        this.kind = kind;
        this.asked = asked;
        this.value = value;
    }

    /** Name of the column in an export, and of the method on the command line. */
    public String column() {
        return column;
    }

    /** Which side of the margin it bounds. */
    public Side side() {
        return side;
    }

    /** Which margin it bounds. */
    public Kind kind() {
        return kind;
    }

    /** Whether a run of this plan has it. */
    public boolean askedBy(AuditPlan plan) {
        return asked.test(plan);
    }

    /**
     * In input units, at least 0; positive infinity where nothing was verified below the search limit.
     *
     * @throws IllegalArgumentException where it is {@linkplain #withheld withheld}
     */
    public double value(AuditRow row) {
        Double found = value.apply(row);
        if (found == null && side == Side.LOWER) {
            throw new IllegalArgumentException(withheldFrom(row.model()));
        }
        return found == null ? Double.POSITIVE_INFINITY : found;
    }

    /** Whether nothing was verified below the search limit; never of a lower bound. */
    public boolean censored(AuditRow row) {
        return side == Side.UPPER && value.apply(row) == null;
    }

    /** Whether it is withheld from the row's model: lower bounds are measured in sigma, which is 0 of a deterministic encoder. */
    public boolean withheld(AuditRow row) {
        return side == Side.LOWER && value.apply(row) == null;
    }

    /** One line that says why a method is withheld from a model, and what to do. */
    String withheldFrom(String model) {
        return column + " is withheld from model " + model
                + ": its posterior is deterministic, and the bound is measured in sigma; choose " + MARGIN_UPPER.column;
    }

    /** The lower bounds, weakest first. */
    public static List<MarginMethod> bounds() {
        return of(Side.LOWER);
    }

    /** The upper bounds. */
    public static List<MarginMethod> attacks() {
        return of(Side.UPPER);
    }

    /** The methods that a run of this plan has. */
    public static List<MarginMethod> of(AuditPlan plan) {
        return Arrays.stream(values()).filter(method -> method.askedBy(plan)).toList();
    }

    /**
     * The method of that column name.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static MarginMethod of(String column) {
        return Arrays.stream(values())
                .filter(method -> method.column.equals(column))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("want a method among "
                        + Arrays.stream(values()).map(MarginMethod::column).collect(Collectors.joining(", ")) + ", got "
                        + column));
    }

    private static List<MarginMethod> of(Side side) {
        return Arrays.stream(values()).filter(method -> method.side == side).toList();
    }
}
