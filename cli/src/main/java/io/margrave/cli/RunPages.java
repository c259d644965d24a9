package io.margrave.cli;

import io.margrave.report.FigureFiles;
import io.margrave.report.HtmlReport;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import io.margrave.store.RunStore;
import io.margrave.store.Summary;
import java.nio.file.Path;

/**
 * What a run folder holds for readers, written from its rows.
 *
 * @param results read back
 * @param summary of them
 * @param report the HTML file
 */
record RunPages(RunResults results, RunSummary summary, Path report) {
    /** Points at each end of each model that the report shows pictures of. */
    private static final int EXHIBITS = 6;

    /** Where the report goes unless the user says otherwise. */
    static Path usual(RunStore store) {
        return store.folder().resolve("report.html");
    }

    /**
     * Writes summary.json, the report and figures/.
     *
     * @param figures whether figures are drawn as files too, which takes longer than all the rest
     */
    static RunPages write(RunStore store, Path report, boolean figures, boolean quiet, Console console) {
        RunResults results = store.results(EXHIBITS);
        RunSummary summary = RunSummary.of(results);
        Summary.write(store.folder(), summary);
        HtmlReport.write(results, report);
        if (!figures) {
            return new RunPages(results, summary, report);
        }
        if (!quiet) {
            console.note("report: written; drawing figures");
        }
        for (String failure :
                FigureFiles.write(results, store.folder().resolve("figures")).failures()) {
            console.note("margrave: " + failure);
        }
        return new RunPages(results, summary, report);
    }
}
