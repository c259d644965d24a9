package io.margrave.robustness.check;

import io.margrave.results.Check.Outcome;
import io.margrave.results.EvaluationCheck.Curve;
import java.util.List;

/** How a check ended, with one or two sentences of evidence, and what can be drawn of it. */
record Ruling(Outcome outcome, String evidence, List<Curve> curves) {
    Ruling {
        curves = List.copyOf(curves);
    }

    Ruling(Outcome outcome, String evidence) {
        this(outcome, evidence, List.of());
    }

    /** The worse of two outcomes. */
    static Outcome worse(Outcome a, Outcome b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** FAIL where {@code fails}, else WARN where {@code warns}, else PASS. */
    static Outcome of(boolean fails, boolean warns) {
        return fails ? Outcome.FAIL : warns ? Outcome.WARN : Outcome.PASS;
    }
}
