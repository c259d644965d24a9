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
                    areas.length == 0
                            ? Text.NONE
                            : Html.estimate(QuantileEstimate.of(
                                    areas, 0.5, results.plan().alpha())),
                    Text.number(Arrays.stream(areas).average().orElse(Double.NaN)),
                    Text.integer(areas.length),
                    Text.integer(sweep.images().size() - areas.length),
                    counted(sweep),
                    areas.length == 0 ? Text.NONE : Text.count(sweep.notSpanned())));
        }
        return "<h3>Weights swept: area under the distortion-distortion curve</h3>\n<p>AUDDC (Gondim-Ribeiro et al. 2018) of each"
                + " image, the mean over its targets: 0 is a model that follows an imperceptible distortion all the way to the target, 0.5"
                + " one that follows in proportion, 1 one that nothing moves. Only weights whose"
                + " distortion is above 0 and at most the target\u2019s own count (0 &lt; |\u03b4| / |x \u2212 x_t| \u2264 1); where none does, the sweep"
                + " overshot or failed and the area is undefined. A curve is not spanned where its last distortion is below 1 and some of the"
                + " way to the target is left: its flat end says only that nothing larger was tried, and its area is an upper bound."
                + " <a href=\"#figure-" + DistortionCurves.ID
                + "\">The curves</a>.</p>\n"
                + Html.table(
                        "summary attacks",
                        List.of(
                                "attack",
                                "model",
                                "median AUDDC<br><span class=\"label\">larger is more robust</span>",
                                "mean",
                                "images",
                                "undefined<br><span class=\"label\">images</span>",
                                "weights that count<br><span class=\"label\">median, least to most</span>",
                                "not spanned<br><span class=\"label\">of the curves</span>"),
                        rows);
    }

    private static String counted(Sweep sweep) {
        int[] counted = sweep.counted();
        return Text.integer(counted[counted.length / 2]) + " of "
                + Text.integer(sweep.spec().weights().size()) + "<br><span class=\"label\">" + counted[0] + " to "
                + counted[counted.length - 1] + "</span>";
    }
}
