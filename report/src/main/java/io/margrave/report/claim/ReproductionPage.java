package io.margrave.report.claim;

import io.margrave.report.AtomicFile;
import io.margrave.report.Figure;
import io.margrave.report.Html;
import io.margrave.report.Page;
import io.margrave.report.Picture;
import io.margrave.report.Text;
import io.margrave.results.experiment.ExperimentResults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A paper's claims beside an experiment, as one HTML file that opens without a network: verdicts first, then each claim with its
 * numbers and interactive figures, the models, and the plan.
 */
public final class ReproductionPage {
    /** Pixels of a drawn picture. */
    private static final int WIDTH = 112;

    /** A page draws a picture no larger than this many of its own pixels. */
    private static final int LARGEST_SIDE = 128;

    /** Grids of a claim that are seen without a click. */
    private static final int OPEN = 3;

    private static final Map<Claim.Verdict, String> BADGES = new EnumMap<>(Map.of(
            Claim.Verdict.HOLDS, "pass",
            Claim.Verdict.IN_PART, "warn",
            Claim.Verdict.DOES_NOT, "fail",
            Claim.Verdict.NOT_SHOWN, "none"));

    /** What the verdicts mean. */
    static final String VERDICTS =
            "A claim holds where its rule, which stands with it, is met in every data set, network and radius in which it could be"
                    + " tested; in part where it is met in some; not shown where this run has nothing that could show it.";

    private ReproductionPage() {}

    /**
     * Writes the page; the file is there whole or not at all.
     *
     * @param claims in the order of the page
     * @param grids pictures of the data sets; such a page may not be given away where the data may not
     * @param plan the experiment's plan as text
     * @throws io.margrave.data.BadInputException where it can't be written
     */
    public static void write(
            ExperimentResults results, List<Claim> claims, List<ImageGrid> grids, String plan, Path file) {
        AtomicFile.write(file, html(results, claims, grids, plan));
    }

    /** The figures of the page and of the text: those of the claims, then that of convergence. */
    public static List<Figure> figures(ExperimentResults results, List<Claim> claims) {
        List<Figure> figures = new ArrayList<>();
        claims.forEach(claim -> figures.addAll(claim.figures()));
        new ModelsOf(results).convergence().ifPresent(figures::add);
        return figures;
    }

    static String html(ExperimentResults results, List<Claim> claims, List<ImageGrid> grids, String plan) {
        List<Figure> figures = figures(results, claims);
        StringBuilder body = new StringBuilder("<header><p class=\"kicker\">Camuto et al. 2021, reproduced</p>\n<h1>")
                .append(Html.text(results.title()))
                .append("</h1>\n<p class=\"lede\">")
                .append(Html.text(summary(results, claims)))
                .append("</p></header>\n")
                .append(contents(claims))
                .append(verdicts(claims));
        int index = 0;
        for (Claim claim : claims) {
            body.append(claim(claim, grids, index));
            index += claim.figures().size();
        }
        body.append(models(results, figures, index));
        body.append("<section id=\"plan\">\n<h2>The plan</h2>\n<pre>")
                .append(Html.text(plan))
                .append("</pre>\n</section>\n");
        return Page.html(
                results.title(),
                body.toString(),
                "Margrave, " + Html.text(results.title()) + " (" + Html.text(results.scale()) + ")",
                figures,
                "");
    }

    /** One sentence: how many claims hold, on how much. */
    static String summary(ExperimentResults results, List<Claim> claims) {
        List<String> parts = new ArrayList<>();
        for (Claim.Verdict verdict : Claim.Verdict.values()) {
            long count =
                    claims.stream().filter(claim -> claim.verdict() == verdict).count();
            if (count > 0) {
                parts.add(count + " "
                        + (count > 1
                                ? verdict.words().replaceFirst("^holds", "hold").replaceFirst("^does", "do")
                                : verdict.words()));
            }
        }
        return "Of " + Text.plural(claims.size(), "claim") + ", " + Text.list(parts) + ": "
                + Text.plural(results.models().size(), "model") + " on "
                + Text.list(results.models().stream()
                        .map(model -> Study.titled(model.data()))
                        .distinct()
                        .toList())
                + ", scale \u201c" + results.scale() + "\u201d, "
                + Text.integer(results.margins().size())
                + " margins at \u03b1 = " + Numbers.of(results.alpha()) + ", "
                + Text.plural(results.damage().size() + results.targeted().size(), "attack") + ".";
    }

    private static String contents(List<Claim> claims) {
        StringBuilder out = new StringBuilder("<nav aria-label=\"Contents\"><a href=\"#verdicts\">Verdicts</a>");
        for (Claim claim : claims) {
            out.append("<a href=\"#claim-")
                    .append(claim.number())
                    .append("\">Claim ")
                    .append(claim.number())
                    .append("</a>");
        }
        return out.append("<a href=\"#models\">Models</a><a href=\"#plan\">Plan</a></nav>\n")
                .toString();
    }

    private static String badge(Claim.Verdict verdict) {
        return "<span class=\"badge " + BADGES.get(verdict) + "\">" + verdict.words() + "</span>";
    }

    private static String verdicts(List<Claim> claims) {
        List<List<String>> rows = claims.stream()
                .map(claim -> List.of(
                        Integer.toString(claim.number()),
                        "<a href=\"#claim-" + claim.number() + "\">" + Html.text(claim.title()) + "</a>",
                        badge(claim.verdict()),
                        "<div class=\"finding\">" + finding(claim) + "</div>"))
                .toList();
        return "<section id=\"verdicts\">\n<h2>Verdicts</h2>\n"
                + Html.table("verdicts", List.of("", "claim", "here it", "what was found"), rows)
                + "<p class=\"meaning\">"
                + Html.text(VERDICTS) + "</p>\n"
                + "<noscript><p>The figures need JavaScript; they are also beside this page as SVG and PDF.</p></noscript>\n</section>\n";
    }

    private static String claim(Claim claim, List<ImageGrid> grids, int index) {
        StringBuilder out = new StringBuilder(
                "<section class=\"claim\" id=\"claim-" + claim.number() + "\">\n<h2>" + claim.number() + ". "
                        + Html.text(claim.title()) + " " + badge(claim.verdict()) + "</h2>\n<dl class=\"beside\">");
        entry(out, "The paper", Html.text(claim.paper()));
        entry(out, "Here", finding(claim));
        entry(out, "Details", list(claim.details()));
        entry(out, "What differs", list(claim.differences()));
        out.append("</dl>\n");
        for (int i = 0; i < claim.tables().size(); i++) {
            out.append(table(claim.tables().get(i), i == 0));
        }
        if (!claim.figures().isEmpty()) {
            out.append("<div class=\"figures\">\n");
            for (int i = 0; i < claim.figures().size(); i++) {
                Figure figure = claim.figures().get(i);
                boolean wide = figure.spec().path("columns").asInt(1) > 1;
                out.append("<div" + (wide ? " class=\"wide\"" : "") + ">")
                        .append(Page.figure(figure, index + i))
                        .append("</div>\n");
            }
            out.append("</div>\n");
        }
        List<ImageGrid> own =
                grids.stream().filter(grid -> grid.claim() == claim.number()).toList();
        for (int i = 0; i < own.size(); i++) {
            out.append(grid(own.get(i), i < OPEN));
        }
        return out.append("</section>\n").toString();
    }

    /** A sentence; of many places, one a line. */
    private static String finding(Claim claim) {
        String[] parts = claim.finding().split("; ");
        return parts.length < 3 ? Html.text(claim.finding()) : list(List.of(parts));
    }

    private static void entry(StringBuilder out, String term, String html) {
        if (!html.isEmpty()) {
            out.append("<dt>").append(term).append("</dt><dd>").append(html).append("</dd>\n");
        }
    }

    private static String list(List<String> items) {
        if (items.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<ul>");
        items.forEach(item -> out.append("<li>").append(Html.text(item)).append("</li>"));
        return out.append("</ul>").toString();
    }

    private static String table(NamedTable table, boolean open) {
        if (table.rows().isEmpty()) {
            return "";
        }
        return "<details" + (open ? " open" : "") + " id=\"table-" + Html.text(table.id()) + "\"><summary>"
                + Html.text(table.caption()) + "</summary>\n"
                + Html.textTable("numbers", table.header(), table.rows()) + "</details>\n";
    }

    private static String models(ExperimentResults results, List<Figure> figures, int index) {
        ModelsOf models = new ModelsOf(results);
        StringBuilder out = new StringBuilder("<section class=\"claim\" id=\"models\">\n<h2>Models</h2>\n<p>")
                .append(Html.text(models.time()))
                .append("</p>\n")
                .append(table(models.table(), true));
        if (index < figures.size()) {
            out.append(Page.figure(figures.get(index), index));
        }
        return out.append("</section>\n").toString();
    }

    private static String grid(ImageGrid grid, boolean open) {
        List<List<String>> rows = grid.rows().stream()
                .map(row -> {
                    List<String> cells = new ArrayList<>();
                    for (int i = 0; i < row.size(); i++) {
                        cells.add(cell(row.get(i), grid.columns().get(i)));
                    }
                    return cells;
                })
                .toList();
        return "<details class=\"exhibits\"" + (open ? " open" : "") + "><summary>" + Html.text(grid.title())
                + "</summary>\n<p>"
                + Html.text(grid.caption()) + "</p>\n"
                + Html.table("images", grid.columns().stream().map(Html::text).toList(), rows) + "</details>\n";
    }

    private static String cell(ImageGrid.Cell cell, String column) {
        StringBuilder out = new StringBuilder();
        Picture picture = cell.picture();
        if (picture == null) {
            out.append(Text.NONE);
        } else {
            Picture small = picture.shrunk(LARGEST_SIDE);
            out.append("<img src=\"" + small.dataUri() + "\" alt=\"" + Html.text(column) + "\" width=\"" + WIDTH
                    + "\" height=\"" + WIDTH * small.height() / small.width() + "\">");
        }
        cell.notes().stream()
                .filter(note -> !note.isEmpty())
                .forEach(note -> out.append("<span class=\"beneath\">" + Html.text(note) + "</span>"));
        return out.toString();
    }
}
