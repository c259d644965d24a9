package io.margrave.report;

import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run as one HTML file that opens without a network.
 *
 * <p>See {@link Page} for what such a page may do.
 */
public final class HtmlReport {
    private HtmlReport() {}

    /**
     * Writes the report; the file is there whole or not at all.
     *
     * @throws io.margrave.data.BadInputException where it can't be written
     */
    public static void write(RunResults results, Path file) {
        write(results, Figures.of(results), file);
    }

    /** The same, with figures already at hand: those of the same run. */
    public static void write(RunResults results, List<Figure> figures, Path file) {
        AtomicFile.write(file, html(results, figures));
    }

    static String html(RunResults results, List<Figure> figures) {
        RunSummary summary = RunSummary.of(results);
        PointTable points = new PointTable(results);
        Map<String, String> sections = sections(results, summary, figures, points);
        return Page.html(
                "Robustness of "
                        + Text.list(results.models().stream().map(m -> m.name()).toList()) + " on "
                        + results.plan().data(),
                new Headline(results, summary).html()
                        + contents(sections)
                        + String.join("", sections.values())
                        + new Explanations(results).html(),
                "Margrave "
                        + Html.text(results.info().version())
                        + ", run "
                        + Html.text(results.info().id())
                        + ", "
                        + Html.text(results.info().created()),
                figures,
                Html.data("point-data", points.data()));
    }

    /** The sections that the run has something for, by the name in the table of contents. */
    private static Map<String, String> sections(
            RunResults results, RunSummary summary, List<Figure> figures, PointTable points) {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("checks|Believable?", new CheckSection(results).html());
        sections.put("models|Models", new ModelTables(results, summary).html());
        sections.put("attacks|Attacks", new AttackTables(results).html());
        sections.put("figures|Figures", figures(figures));
        if (results.plan().breaks()) {
            sections.put("images|Breaks", new ExhibitRows(results).html());
        }
        sections.put("attacked|Attacked images", new AttackGridSection(results).html());
        sections.put("points|Points", points.html());
        sections.values().removeIf(String::isEmpty);
        return sections;
    }

    private static String contents(Map<String, String> sections) {
        StringBuilder out = new StringBuilder("<nav aria-label=\"Contents\"><a href=\"#verdict\">Verdict</a>");
        for (String section : sections.keySet()) {
            int bar = section.indexOf('|');
            out.append("<a href=\"#")
                    .append(section, 0, bar)
                    .append("\">")
                    .append(section, bar + 1, section.length())
                    .append("</a>");
        }
        return out.append("<a href=\"#reading\">How to read</a><a href=\"#provenance\">Provenance</a>"
                        + "<a href=\"#fine-print\">Fine print</a></nav>\n")
                .toString();
    }

    private static String figures(List<Figure> figures) {
        StringBuilder out = new StringBuilder(
                "<section id=\"figures\">\n<h2>Figures</h2>\n<p class=\"screen-only\">Point at a mark for its"
                        + " values; drag to pan, wheel with Ctrl (or pinch) to zoom, double-click to reset. The menu beside a figure saves it; the"
                        + " same figures lie in the run\u2019s <code>figures</code> folder.</p>\n"
                        + "<noscript><p>The figures need JavaScript; they are also in the run\u2019s <code>figures</code> folder as SVG.</p></noscript>\n");
        if (figures.isEmpty()) {
            out.append("<p>No rows, no figures.</p>\n");
        }
        for (int i = 0; i < figures.size(); i++) {
            out.append(Page.figure(figures.get(i), i));
        }
        return out.append("</section>\n").toString();
    }
}
