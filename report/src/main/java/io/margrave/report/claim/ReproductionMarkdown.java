package io.margrave.report.claim;

import io.margrave.report.AtomicFile;
import io.margrave.report.Figure;
import io.margrave.results.experiment.ExperimentResults;
import java.nio.file.Path;
import java.util.List;

/**
 * A paper's claims beside an experiment as Markdown, for a repository: the same as {@link ReproductionPage}, with figures by link and
 * without any picture of the data.
 */
public final class ReproductionMarkdown {
    private ReproductionMarkdown() {}

    /**
     * Writes the text; the file is there whole or not at all.
     *
     * @param claims in the order of the page
     * @param plan the experiment's plan as text
     * @param figures where the SVG and PDF files of {@link ReproductionPage#figures} lie, as a link from the text: {@code
     *     ../experiments/camuto2021/figures}
     * @throws io.margrave.data.BadInputException where it can't be written
     */
    public static void write(ExperimentResults results, List<Claim> claims, String plan, String figures, Path file) {
        AtomicFile.write(file, markdown(results, claims, plan, figures));
    }

    static String markdown(ExperimentResults results, List<Claim> claims, String plan, String figures) {
        StringBuilder out = new StringBuilder("# ")
                .append(text(results.title()))
                .append("\n\n")
                .append(text(ReproductionPage.summary(results, claims)))
                .append("\n\n")
                .append(text(ReproductionPage.VERDICTS))
                .append("\n\n");
        out.append(table(
                List.of("", "claim", "here it", "what was found"),
                claims.stream()
                        .map(claim -> List.of(
                                Integer.toString(claim.number()),
                                claim.title(),
                                claim.verdict().words(),
                                claim.finding()))
                        .toList()));
        for (Claim claim : claims) {
            out.append("\n## ")
                    .append(claim.number())
                    .append(". ")
                    .append(text(claim.title()))
                    .append(": ")
                    .append(claim.verdict().words())
                    .append("\n\n**The paper.** ")
                    .append(text(claim.paper()))
                    .append("\n\n**Here.** ")
                    .append(text(claim.finding()))
                    .append("\n\n")
                    .append(list(claim.details()));
            if (!claim.differences().isEmpty()) {
                out.append("**What differs.**\n\n").append(list(claim.differences()));
            }
            for (int i = 0; i < claim.tables().size(); i++) {
                out.append(named(claim.tables().get(i), i == 0));
            }
            claim.figures().forEach(figure -> out.append(figure(figure, figures)));
        }
        ModelsOf models = new ModelsOf(results);
        out.append("\n## Models\n\n")
                .append(text(models.remarks()))
                .append("\n\n")
                .append(named(models.table(), true));
        models.convergence().ifPresent(figure -> out.append(figure(figure, figures)));
        return out.append("\n## The plan\n\n").append(fenced(plan)).toString();
    }

    private static String list(List<String> items) {
        StringBuilder out = new StringBuilder();
        items.forEach(item -> out.append("* ").append(text(item)).append('\n'));
        return items.isEmpty() ? "" : out.append('\n').toString();
    }

    private static String named(NamedTable table, boolean open) {
        if (table.rows().isEmpty()) {
            return "";
        }
        String cells = table(table.header(), table.rows());
        return open
                ? text(table.caption()) + "\n\n" + cells + "\n"
                : "<details><summary>" + text(table.caption()) + "</summary>\n\n" + cells + "\n</details>\n\n";
    }

    private static String figure(Figure figure, String folder) {
        String file = folder + "/" + figure.id();
        return "![" + text(figure.title()) + "](" + file + ".svg)\n\n*" + text(figure.title()) + "* ([PDF](" + file
                + ".pdf)). " + text(figure.caption()) + "\n\n";
    }

    private static String table(List<String> header, List<List<String>> rows) {
        StringBuilder out = new StringBuilder();
        line(out, header);
        out.append("|").append(" --- |".repeat(header.size())).append('\n');
        rows.forEach(row -> line(out, row));
        return out.toString();
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append('|');
        cells.forEach(cell -> out.append(' ').append(text(cell)).append(" |"));
        out.append('\n');
    }

    /** Text that stays text, on one line, in a table too. */
    static String text(String raw) {
        StringBuilder out = new StringBuilder(raw.length() + 16);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '|', '*', '_', '`', '\\', '[', ']', '~' -> out.append('\\').append(c);
                case '\n', '\r', '\t' -> out.append(' ');
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** As it is, within more backquotes than it has in a row. */
    private static String fenced(String plan) {
        String fence = "```";
        while (plan.contains(fence)) {
            fence += "`";
        }
        return fence + "yaml\n" + plan.stripTrailing() + "\n" + fence + "\n";
    }
}
