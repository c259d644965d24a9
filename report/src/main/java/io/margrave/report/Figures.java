package io.margrave.report;

import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.List;

/** All figures of a run, in the order of a report. */
public final class Figures {
    private Figures() {}

    /**
     * Draws whatever the run has data for: without attacks there is no figure of their damage, and without break searches none of
     * margins.
     *
     * @return at least nothing; ids are different
     */
    public static List<Figure> of(RunResults results) {
        List<Figure> figures = new ArrayList<>();
        if (results.plan().breaks()) {
            figures.addAll(BracketDistribution.figures(results));
            figures.addAll(ShareRobust.figures(results));
            figures.addAll(MarginAgainstBound.figures(results));
            figures.addAll(DegradationAgainstMargin.figures(results));
            figures.addAll(RobustnessCurves.figures(results));
            figures.addAll(EncoderByBeta.figures(results));
        }
        figures.addAll(AttackDamage.figures(results));
        figures.addAll(DamageAgainstNorm.figures(results));
        figures.addAll(MeanAgainstVariance.figures(results));
        figures.addAll(DistortionCurves.figures(results));
        figures.addAll(CheckCurves.figures(results));
        if (!results.plan().breaks()) {
            figures.addAll(ShareRobust.figures(results));
            figures.addAll(EncoderByBeta.figures(results));
        }
        return List.copyOf(figures);
    }
}
