package io.margrave.report;

import io.margrave.results.AuditPlan;
import io.margrave.results.MarginMethod;
import io.margrave.results.ModelCard;
import io.margrave.results.Side;

/** What every margin shown carries: side, kind, box and what stands behind it. HTML. */
final class Labels {
    private Labels() {}

    /** As in {@code upper - full - in range - STATISTICAL}. */
    static String of(MarginMethod method, AuditPlan plan) {
        if (method.side() == Side.LOWER) {
            return "<span class=\"label\">lower \u00b7 mean-only \u00b7 no range \u00b7 <b>FIRST_ORDER</b> estimate</span>";
        }
        String kind = switch (method.kind()) {
            case FULL -> "full";
            case MEAN_ONLY -> "mean-only";
        };
        return "<span class=\"label\">upper \u00b7 " + kind + " \u00b7 " + (boxed(method) ? "in range" : "no range")
                + " \u00b7 <b>STATISTICAL</b> " + Text.percent(1 - plan.alpha()) + "</span>";
    }

    /** A short name: {@code whitened}, {@code verified break}. */
    static String name(MarginMethod method) {
        return switch (method) {
            case BOUND_FROBENIUS -> "frobenius bound";
            case BOUND_SPECTRAL -> "spectral bound";
            case BOUND_WHITENED -> "whitened bound";
            case MARGIN_UPPER, MARGIN_UPPER_UNBOXED, MARGIN_UPPER_MEAN_ONLY, MARGIN_UPPER_MEAN_ONLY_UNBOXED ->
                "verified break";
        };
    }

    /** The weight of the KL term in a model's training, where it is known. */
    static String beta(ModelCard model) {
        return model.objective().equals("unknown") ? "\u03b2 unknown" : "\u03b2 = " + Text.number(model.beta());
    }

    private static boolean boxed(MarginMethod method) {
        return method == MarginMethod.MARGIN_UPPER || method == MarginMethod.MARGIN_UPPER_MEAN_ONLY;
    }
}
