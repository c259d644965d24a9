package io.margrave.report.claim;

import io.margrave.report.Figure;
import java.util.List;

/**
 * A statement of the paper beside what this experiment shows of it. Texts are plain, not escaped.
 *
 * @param number from 1, the order in which a page shows them
 * @param title a few words
 * @param paper what the paper states, with its figures
 * @param verdict whether that holds here
 * @param finding one sentence with numbers and intervals
 * @param details further sentences: dependence on r, violations, what was left out
 * @param differences what differs in set-up from the paper
 * @param tables the numbers behind the finding
 * @param figures ids start with {@code claim} and the number
 */
public record Claim(
        int number,
        String title,
        String paper,
        Verdict verdict,
        String finding,
        List<String> details,
        List<String> differences,
        List<NamedTable> tables,
        List<Figure> figures) {

    /** Whether a claim holds in an experiment. */
    public enum Verdict {
        /** As stated, for every data set that the experiment has. */
        HOLDS("holds"),
        /** For some data sets, radii or networks, or only a part of what is stated. */
        IN_PART("holds in part"),
        /** Not so here. */
        DOES_NOT("does not hold"),
        /** The experiment has no data that could show it. */
        NOT_SHOWN("not shown");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** As a page says it, in lower case. */
        public String words() {
            return words;
        }
    }

    public Claim {
        details = List.copyOf(details);
        differences = List.copyOf(differences);
        tables = List.copyOf(tables);
        figures = List.copyOf(figures);
    }
}
