package io.margrave.cli;

import io.margrave.cli.experiment.ExperimentDocument;
import io.margrave.report.claim.Claim;
import io.margrave.report.claim.Claims;
import io.margrave.results.AttackExhibit;
import io.margrave.results.experiment.ExperimentResults;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a reproduction leaves for readers. */
final class ReproductionPages {
    private ReproductionPages() {}

    /**
     * Writes page, text and figures, and says what the claims come to.
     *
     * @param document the experiment; null where only its tables are known
     * @param pictures attacked inputs to show on the page; none where only the tables are known
     */
    static void write(
            ExperimentResults results,
            @Nullable ExperimentDocument document,
            List<AttackExhibit> pictures,
            ReproductionFolder folder,
            boolean figures,
            boolean quiet,
            Console console) {
        List<Claim> claims = Claims.of(results);
        List<String> lines = new ArrayList<>();
        for (Claim claim : claims) {
            lines.add(claim.number() + ". " + claim.title() + ": "
                    + claim.verdict().words());
            lines.add("   " + claim.finding());
        }
        console.say(lines);
    }
}
