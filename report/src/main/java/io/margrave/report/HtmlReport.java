package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.margrave.results.RunResults;
import io.margrave.results.RunSummary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run as one HTML file that opens without a network.
 *
 * <p>Everything is inlined, and the page forbids itself any request. Only the one script of this module may run: the policy
 * names its hash, so that not even a script smuggled into a model's name could. Vega compiles its specifications, hence
 * {@code unsafe-eval}.
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
        String script = script();
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"
                + sha256(script)
                + "' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Robustness of "
                + Html.text(
                        Text.list(results.models().stream().map(m -> m.name()).toList()))
                + " on "
                + Html.text(results.plan().data())
                + "</title>\n<style>\n"
                + Resource.text("report.css")
                + "</style>\n</head>\n<body>\n<main>\n"
                + new Headline(results, summary).html()
                + contents(sections)
                + String.join("", sections.values())
                + new Explanations(results).html()
                + "</main>\n<footer>Margrave "
                + Html.text(results.info().version())
                + ", run "
                + Html.text(results.info().id())
                + ", "
                + Html.text(results.info().created())
                + ". Figures drawn with Vega and Vega-Lite (BSD-3-Clause).</footer>\n"
                + Html.data("figure-specs", specs(figures))
                + Html.data("point-data", points.data())
                + "<script>"
                + script
                + "</script>\n</body>\n</html>\n";
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
            Figure figure = figures.get(i);
            out.append("<figure id=\"figure-")
                    .append(figure.id())
                    .append("\"><h3>Figure ")
                    .append(i + 1)
                    .append(". ")
                    .append(Html.text(figure.title()))
                    .append("</h3>\n<div class=\"vega\" data-figure=\"")
                    .append(i)
                    .append("\"></div>\n<figcaption>")
                    .append(Html.text(figure.caption()))
                    .append("</figcaption>\n")
                    .append(numbers(figure.numbers()))
                    .append("</figure>\n");
        }
        return out.append("</section>\n").toString();
    }

    private static String numbers(Figure.Numbers numbers) {
        if (numbers.rows().isEmpty()) {
            return "";
        }
        return "<details><summary>The numbers behind it</summary>"
                + Html.table(
                        "numbers",
                        numbers.header().stream().map(Html::text).toList(),
                        numbers.rows().stream()
                                .map(row -> row.stream().map(Html::text).toList())
                                .toList())
                + "</details>\n";
    }

    private static ArrayNode specs(List<Figure> figures) {
        ArrayNode specs = VegaLite.NODES.arrayNode();
        for (Figure figure : figures) {
            specs.addObject().put("id", figure.id()).set("spec", figure.spec());
        }
        return specs;
    }

    /** All of the page's code as one script. Carriage returns would be lost to the parser and spoil the hash. */
    private static String script() {
        String script = "\n" + Resource.text("vega.min.js") + "\n" + Resource.text("vega-lite.min.js") + "\n"
                + Resource.text("vega-embed.min.js") + "\n" + Resource.text("report.js");
        return script.replace("\r", "").replace("</script", "<\\/script").replace("<!--", "<\\!--");
    }

    private static String sha256(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
