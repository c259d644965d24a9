package io.margrave.cli;

import io.margrave.data.AtomicFile;
import io.margrave.report.FigureFiles;
import io.margrave.report.claim.Claim;
import io.margrave.report.claim.Claims;
import io.margrave.report.claim.ImageGrid;
import io.margrave.report.claim.ReproductionMarkdown;
import io.margrave.report.claim.ReproductionPage;
import io.margrave.results.experiment.ExperimentResults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** What a reproduction leaves for readers. */
final class ReproductionPages {
    private ReproductionPages() {}

    /**
     * Writes page, text and figures, and says what the claims come to.
     *
     * @param grids pictures for the page; none where only the tables are known
     * @param plan the experiment as text
     * @param figures whether figures are drawn as files too
     */
    static void write(
            ExperimentResults results,
            List<ImageGrid> grids,
            String plan,
            ReproductionFolder folder,
            boolean figures,
            boolean quiet,
            Console console) {
        makeFolder(folder);
        if (!quiet) {
            console.note("claims: measuring; intervals of a large experiment take a minute");
        }
        List<Claim> claims = Claims.of(results);
        ReproductionPage.write(results, claims, grids, plan, folder.page());
        ReproductionMarkdown.write(results, claims, plan, "figures", folder.markdown());
        AtomicFile.write(
                folder.plan(), channel -> channel.write(ByteBuffer.wrap(plan.getBytes(StandardCharsets.UTF_8))));
        if (figures) {
            if (!quiet) {
                console.note("page: written; drawing figures");
            }
            FigureFiles.writeForPaper(ReproductionPage.figures(results, claims), folder.figures())
                    .failures()
                    .forEach(failure -> console.note("margrave: " + failure));
        }
        List<String> lines = new ArrayList<>();
        for (Claim claim : claims) {
            lines.add(claim.number() + ". " + claim.title() + ": "
                    + claim.verdict().words());
            if (!quiet) {
                lines.add("   " + claim.finding());
            }
        }
        console.say(lines);
        console.say(List.of("", "page: " + AuditRun.shortest(folder.page(), console)));
    }

    private static void makeFolder(ReproductionFolder folder) {
        try {
            Files.createDirectories(folder.root());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
