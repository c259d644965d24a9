package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.MarginMethod;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Every row of the run, for a script that shows a page of them at a time. */
record PointTable(RunResults results) {

    private enum Type {
        TEXT,
        NUMBER
    }

    /** A column; its value is null (not asked for), a number or a text. */
    private record Column(String title, String note, Type type, Function<AuditRow, @Nullable Object> value) {}

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("model", "", Type.TEXT, AuditRow::model),
                new Column("point", "", Type.NUMBER, AuditRow::point),
                new Column("label", "", Type.NUMBER, row -> row.label() < 0 ? null : row.label()),
                new Column("r", "", Type.NUMBER, row -> number(row.r())),
                new Column("clean verdict", "", Type.TEXT, row -> verdict(row)),
                new Column(
                        "P(|\u0394| \u2264 r)",
                        "lower confidence bound, clean",
                        Type.NUMBER,
                        row -> number(row.pCleanLower())),
                new Column("frobenius", lower(), Type.NUMBER, row -> bound(row, Bound.FROBENIUS)),
                new Column("whitened", lower(), Type.NUMBER, row -> bound(row, Bound.WHITENED))));
        for (MarginMethod attack : MarginMethod.attacks()) {
            if (results.plan().breaks() && attack.askedBy(results.plan())) {
                columns.add(new Column(
                        "break",
                        upper(attack),
                        Type.NUMBER,
                        row -> attack.censored(row) ? "none found" : number(attack.value(row))));
            }
        }
        if (results.rows().stream().anyMatch(row -> row.degradation() != null)
                || results.plan().breaks()) {
            columns.add(new Column("degradation", "negative is worse", Type.NUMBER, row -> number(row.degradation())));
        }
        columns.add(new Column("min \u03c3", "latent units", Type.NUMBER, row -> number(row.minStdDev())));
        columns.add(new Column("|J|_F", "", Type.NUMBER, row -> number(row.jacobianFrobenius())));
        return columns;
    }

    private static String lower() {
        return "lower \u00b7 mean-only \u00b7 no range \u00b7 FIRST_ORDER";
    }

    private static String upper(MarginMethod attack) {
        return switch (attack) {
            case MARGIN_UPPER -> "upper \u00b7 full \u00b7 in range \u00b7 STATISTICAL";
            case MARGIN_UPPER_UNBOXED -> "upper \u00b7 full \u00b7 no range \u00b7 STATISTICAL";
            case MARGIN_UPPER_MEAN_ONLY -> "upper \u00b7 mean-only \u00b7 in range \u00b7 STATISTICAL";
            case MARGIN_UPPER_MEAN_ONLY_UNBOXED -> "upper \u00b7 mean-only \u00b7 no range \u00b7 STATISTICAL";
            case BOUND_FROBENIUS, BOUND_SPECTRAL, BOUND_WHITENED -> lower();
        };
    }

    private static String verdict(AuditRow row) {
        return switch (row.verdictClean()) {
            case HOLDS -> "r-robust";
            case FAILS -> "not r-robust";
            case UNDECIDED -> "undecided";
        };
    }

    private static @Nullable Object number(@Nullable Double value) {
        if (value == null || value.isNaN()) {
            return null;
        }
        return value.isInfinite() ? Text.number(value) : VegaLite.rounded(value);
    }

    /** An infinite estimate is that of a flat encoder, and is never shown as robust. */
    private static @Nullable Object bound(AuditRow row, Bound bound) {
        if (bound.withheld(row)) {
            return "withheld";
        }
        return Double.isInfinite(bound.of(row)) ? "flat" : number(bound.of(row));
    }

    /** Columns and rows; texts that repeat (models, verdicts) stand once, in {@code words}, and are named by their number. */
    ObjectNode data() {
        List<Column> columns = columns();
        ObjectNode data = VegaLite.NODES.objectNode();
        ArrayNode heads = data.putArray("columns");
        for (Column column : columns) {
            heads.addObject()
                    .put("title", column.title())
                    .put("note", column.note())
                    .put("number", column.type() == Type.NUMBER);
        }
        List<String> words = new ArrayList<>();
        ArrayNode rows = data.putArray("rows");
        ArrayNode flags = data.putArray("flags");
        for (AuditRow row : results.rows()) {
            ArrayNode cells = rows.addArray();
            for (Column column : columns) {
                Object value = column.value().apply(row);
                if (column.type() == Type.TEXT) {
                    String word = String.valueOf(value);
                    if (!words.contains(word)) {
                        words.add(word);
                    }
                    cells.add(words.indexOf(word));
                } else {
                    cells.addPOJO(value);
                }
            }
            flags.add(results.plan().breaks() ? flag(row) : flag(row) & NOT_ROBUST);
        }
        data.set("words", VegaLite.strings(words));
        return data;
    }

    private static final int NOT_ROBUST = 4;

    /** Bits: 1 a break below the whitened estimate, 2 none found, 4 not shown to be r-robust. */
    private static int flag(AuditRow row) {
        boolean below = !Bound.WHITENED.withheld(row)
                && (MarginMethod.MARGIN_UPPER.value(row) < Bound.WHITENED.of(row)
                        || MarginMethod.MARGIN_UPPER_MEAN_ONLY.value(row) < Bound.WHITENED.of(row));
        return (below ? 1 : 0)
                + (MarginMethod.MARGIN_UPPER.censored(row) ? 2 : 0)
                + (row.verdictClean() == io.margrave.theory.Verdict.HOLDS ? 0 : NOT_ROBUST);
    }

    String html() {
        return """
                <section id="points">
                <h2>Every point</h2>
                <p>One row a model, image and radius. A head sorts%s
                \u201cflat\u201d is an infinite lower estimate: the encoder\u2019s Jacobian is zero there, which is not robustness.
                \u201cwithheld\u201d: the posterior is deterministic, and the estimate is measured in its \u03c3.</p>
                <div class="controls">
                <label>Find <input id="table-text" type="search" placeholder="model, point, verdict \u2026"></label>
                <label>Model <select id="table-model"><option value="">all</option></select></label>
                <label>r <select id="table-r"><option value="">all</option></select></label>
                <label>Show <select id="table-show">
                <option value="0">all</option>%s<option value="4">not shown r-robust</option></select></label>
                </div>
                <div class="scroll"><table id="point-table" class="points"><thead></thead><tbody></tbody></table></div>
                <div class="controls pager"><button id="table-first" type="button">first</button><button id="table-back" type="button">back</button>
                <span id="table-where" aria-live="polite"></span>
                <button id="table-next" type="button">next</button><button id="table-last" type="button">last</button></div>
                <p class="print-only">The printed table is shortened to the rows shown on screen; the whole of it is in the run\u2019s export.</p>
                <noscript><p>This table needs JavaScript; the same rows come from <code>margrave export</code>.</p></noscript>
                </section>
                """.formatted(
                        results.plan().breaks()
                                ? "; \u201cnone found\u201d is a censored upper bound: it says nothing about the margin."
                                : ". No breaks were searched: what each attack did to each image is in the run\u2019s export.",
                        results.plan().breaks()
                                ? "<option value=\"1\">a break below whitened</option><option value=\"2\">no break found</option>"
                                : "");
    }
}
