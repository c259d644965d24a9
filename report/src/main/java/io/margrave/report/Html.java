package io.margrave.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.margrave.results.QuantileEstimate;
import io.margrave.theory.Proportion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Text as HTML. Whatever comes from a run passes through here. */
public final class Html {
    private Html() {}

    /** Text that stays text, in content and in quoted attributes. */
    public static String text(String raw) {
        StringBuilder out = new StringBuilder(raw.length() + 16);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** A quantile over images, its interval beneath. */
    static String estimate(@Nullable QuantileEstimate estimate) {
        return estimate == null
                ? Text.NONE
                : "<b>" + Text.number(estimate.estimate()) + "</b>"
                        + interval(Text.number(estimate.low()), Text.number(estimate.high()));
    }

    /** A quantile over images and its interval in one line. */
    static String line(@Nullable QuantileEstimate estimate) {
        return estimate == null
                ? Text.NONE
                : line(Text.number(estimate.estimate()), Text.interval(estimate.low(), estimate.high()));
    }

    /** A number and its interval in one line. */
    static String line(String number, String interval) {
        return "<span class=\"pair\"><b>" + number + "</b> <small class=\"interval\">" + interval + "</small></span>";
    }

    /** A share of images, its interval beneath. */
    static String share(@Nullable Proportion share, double alpha) {
        return share == null
                ? Text.NONE
                : "<b>" + Text.percent(share.estimate()) + "</b>"
                        + interval(Text.percent(share.lower(alpha)), Text.percent(share.upper(alpha)));
    }

    /** The two ends of an interval beneath a number. */
    static String interval(String low, String high) {
        return "<br><small class=\"interval\">[" + low + ", " + high + "]</small>";
    }

    /** A block of data that a script reads; no {@code <} is left in it to end the block with. */
    public static String data(String id, JsonNode json) {
        return "<script type=\"application/json\" id=\"" + id + "\">"
                + json.toString().replace("<", "\\u003c") + "</script>\n";
    }

    /** A table of plain text. */
    public static String textTable(String cssClass, List<String> head, List<List<String>> rows) {
        return table(
                cssClass,
                head.stream().map(Html::text).toList(),
                rows.stream().map(row -> row.stream().map(Html::text).toList()).toList());
    }

    /**
     * A table. Its cells are HTML already.
     *
     * @param head one cell a column
     * @param rows as wide as the head
     */
    public static String table(String cssClass, List<String> head, List<List<String>> rows) {
        StringBuilder out = new StringBuilder("<div class=\"scroll\"><table class=\"" + cssClass + "\"><thead><tr>");
        head.forEach(cell -> out.append("<th scope=\"col\">").append(cell).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            row.forEach(cell -> out.append("<td>").append(cell).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }
}
