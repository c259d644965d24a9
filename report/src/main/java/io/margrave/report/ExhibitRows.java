package io.margrave.report;

import io.margrave.results.Exhibit;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Breaks to look at: what the model saw and what it made of it. */
record ExhibitRows(RunResults results) {
    /** Of the least and of the most robust, each. */
    private static final int SHOWN = 3;

    String html() {
        StringBuilder out = new StringBuilder("<section id=\"images\">\n<h2>What a break looks like</h2>\n");
        TreeMap<Double, List<Exhibit>> byRadius = new TreeMap<>();
        for (Exhibit exhibit : results.exhibits()) {
            byRadius.computeIfAbsent(exhibit.r(), r -> new ArrayList<>()).add(exhibit);
        }
        if (byRadius.isEmpty()) {
            return out.append("<p>No break was verified, so there is none to show.</p>\n</section>\n")
                    .toString();
        }
        out.append(
                        "<p>The audited images with the smallest and the largest verified breaks (full, in range). The reconstructions are those of the posterior mean. "
                                + "The perturbation is drawn signed; its scale stands beneath it")
                .append(colours())
                .append(".</p>\n");
        int middle = (byRadius.size() - 1) / 2;
        int at = 0;
        for (var entry : byRadius.entrySet()) {
            String open = at++ == middle ? " open" : "";
            out.append("<details class=\"exhibits\"")
                    .append(open)
                    .append("><summary>r = ")
                    .append(Text.number(entry.getKey()))
                    .append("</summary>\n");
            for (ModelCard model : results.models()) {
                List<Exhibit> own = entry.getValue().stream()
                        .filter(e -> e.model().equals(model.name()))
                        .sorted(Comparator.comparingDouble(Exhibit::norm).thenComparingInt(Exhibit::point))
                        .toList();
                if (!own.isEmpty()) {
                    out.append(table(model.name(), own));
                }
            }
            out.append("</details>\n");
        }
        return out.append("</section>\n").toString();
    }

    private String colours() {
        int[] shape = results.exhibits().get(0).shape();
        return shape.length == 3 && shape[0] == 3
                ? " (each colour channel by itself; grey is no change)"
                : " (blue: darker, orange: brighter, white: no change)";
    }

    private String table(String model, List<Exhibit> own) {
        int least = Math.min(SHOWN, (own.size() + 1) / 2);
        int most = Math.min(SHOWN, own.size() - least);
        StringBuilder out = new StringBuilder("<h3>").append(Html.text(model)).append("</h3>\n");
        out.append(
                "<div class=\"scroll\"><table class=\"images\"><thead><tr><th>image</th><th>input</th><th>perturbed</th>"
                        + "<th>perturbation</th><th>reconstruction</th><th>attacked reconstruction</th></tr></thead><tbody>\n");
        out.append(divider(least == 1 && most == 0 ? "The only one to show" : "Least robust"));
        own.subList(0, least).forEach(e -> out.append(row(e)));
        if (most > 0) {
            out.append(divider("Most robust of those broken"));
            own.subList(own.size() - most, own.size()).forEach(e -> out.append(row(e)));
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    private static String divider(String text) {
        return "<tr class=\"divider\"><th colspan=\"6\" scope=\"rowgroup\">" + text + "</th></tr>\n";
    }

    private String row(Exhibit exhibit) {
        float[] difference = new float[exhibit.input().length];
        double scale = 0;
        for (int i = 0; i < difference.length; i++) {
            difference[i] = exhibit.perturbed()[i] - exhibit.input()[i];
            scale = Math.max(scale, Math.abs(difference[i]));
        }
        String about = "<td class=\"about\"><b>point " + exhibit.point() + "</b>"
                + (exhibit.label() < 0 ? "" : ", label " + exhibit.label())
                + "<dl><dt>norm <span class=\"label\">upper \u00b7 full \u00b7 in range \u00b7 STATISTICAL</span></dt><dd>"
                + Text.number(exhibit.norm())
                + "</dd><dt>whitened <span class=\"label\">lower \u00b7 mean-only \u00b7 FIRST_ORDER</span></dt><dd>"
                + bound(exhibit.boundWhitened())
                + "</dd><dt>frobenius <span class=\"label\">lower \u00b7 mean-only \u00b7 FIRST_ORDER</span></dt><dd>"
                + bound(exhibit.boundFrobenius()) + "</dd></dl></td>";
        String where = "point " + exhibit.point();
        return "<tr>" + about
                + cell(image(exhibit, exhibit.input()), "input, " + where, "")
                + cell(image(exhibit, exhibit.perturbed()), "perturbed input, " + where, "")
                + cell(
                        Picture.difference(exhibit.shape(), difference, scale > 0 ? scale : 1),
                        "perturbation, " + where,
                        "\u00b1" + Text.number(scale))
                + cell(image(exhibit, exhibit.reconstruction()), "reconstruction, " + where, "")
                + cell(image(exhibit, exhibit.attackedReconstruction()), "attacked reconstruction, " + where, "")
                + "</tr>\n";
    }

    /** An infinite estimate is that of a flat encoder, and is never shown as robust. */
    private static String bound(@Nullable Double value) {
        if (value == null) {
            return "withheld";
        }
        return Double.isInfinite(value) ? "flat" : Text.number(value);
    }

    private static Picture image(Exhibit exhibit, float[] values) {
        return Picture.image(exhibit.shape(), values, exhibit.low(), exhibit.high());
    }

    private static String cell(Picture picture, String alternative, String beneath) {
        return "<td><img src=\"" + picture.dataUri() + "\" alt=\"" + alternative + "\" width=\"112\" height=\""
                + 112 * picture.height() / picture.width() + "\">"
                + (beneath.isEmpty() ? "" : "<span class=\"beneath\">" + beneath + "</span>") + "</td>";
    }
}
