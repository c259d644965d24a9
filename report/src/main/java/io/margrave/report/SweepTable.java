package io.margrave.report;

import io.margrave.results.QuantileEstimate;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The area under the distortion-distortion curve of every attack that sweeps the weight of a penalty. */
record SweepTable(RunResults results, List<AttackSeries> series) {

    /** Empty where no targeted attack sweeps weights. */
    String html() {
        List<Sweep> sweeps = Sweep.of(series);
        if (sweeps.isEmpty()) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>();
        for (Sweep sweep : sweeps) {
            double[] areas = sweep.areas();
            rows.add(List.of(
                    "<b class=\"name\">" + Html.text(sweep.spec().name()) + "</b><br><span class=\"label\">"
                            + Html.text(sweep.spec().goal()) + " \u00b7 " + AttackTables.method(sweep.spec())
                            + "</span>",
                    "<b class=\"name\">" + Html.text(sweep.model()) + "</b>",
                    Html.estimate(QuantileEstimate.of(areas, 0.5, results.plan().alpha())),
                    Text.number(Arrays.stream(areas).average().orElse(Double.NaN)),
                    Text.integer(areas.length),
                    Text.integer(sweep.images().size() - areas.length)));
        }
        return "<h3>Weights swept: area under the distortion-distortion curve</h3>\n<p>AUDDC (Gondim-Ribeiro et al. 2018) of each"
                + " image, the mean over its targets: 0 is a model that follows an imperceptible distortion all the way to the target, 0.5"
                + " one that follows in proportion, 1 one that nothing moves. <a href=\"#figure-" + DistortionCurves.ID
                + "\">The curves</a>.</p>\n"
                + Html.table(
                        "summary attacks",
                        List.of(
                                "attack",
                                "model",
                                "median AUDDC<br><span class=\"label\">larger is more robust</span>",
                                "mean",
                                "images",
                                "undefined<br><span class=\"label\">images</span>"),
                        rows);
    }
}
