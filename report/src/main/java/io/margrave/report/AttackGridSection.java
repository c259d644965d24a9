package io.margrave.report;

import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The grids of attacked images in a page. */
record AttackGridSection(RunResults results, List<AttackGrid> grids) {
    /** A page draws a picture no larger; the files have every pixel. */
    private static final int LARGEST_SIDE = 128;

    /** All pictures of a page together, before compression, so that it still opens. */
    private static final long LARGEST_BYTES = 12_000_000;

    private static final int WIDTH = 112;

    AttackGridSection(RunResults results) {
        this(results, AttackGrid.of(results));
    }

    /** Empty where no attacked image was kept. */
    String html() {
        if (grids.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<section id=\"attacked\">\n<h2>What an attack looks like</h2>\n<p>")
                .append(AttackGrid.RULE)
                .append(" Reconstructions are those of the posterior mean. The distortion is signed (")
                .append(grids.get(0).colours())
                .append(
                        "); the value of its strongest colour stands beneath it. The same grids lie in the run\u2019s <code>figures</code> folder.</p>\n");
        String model = "";
        boolean first = true;
        for (AttackGrid grid : grids) {
            if (first || !grid.model().equals(model)) {
                model = grid.model();
                out.append("<h3>").append(Html.text(model)).append("</h3>\n");
            }
            first = false;
            out.append("<details class=\"exhibits\"")
                    .append(opened(grid) ? " open" : "")
                    .append("><summary>")
                    .append(Html.text(grid.spec().name()))
                    .append(" <span class=\"label\">")
                    .append(Html.text(grid.about()))
                    .append("</span></summary>\n")
                    .append(table(grid))
                    .append("</details>\n");
        }
        return out.append("</section>\n").toString();
    }

    /** A model's most damaging attack with targets, and without: the rest is a click away. */
    private boolean opened(AttackGrid grid) {
        return grids.stream()
                .filter(each -> each.model().equals(grid.model()) && each.targeted() == grid.targeted())
                .max(Comparator.comparingDouble(AttackGrid::largestDamage))
                .filter(grid::equals)
                .isPresent();
    }

    private String table(AttackGrid grid) {
        StringBuilder out = new StringBuilder("<div class=\"scroll\"><table class=\"images\"><thead><tr>");
        grid.columns()
                .forEach(column ->
                        out.append("<th scope=\"col\">").append(column).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (AttackGrid.Row row :
                grid.rows().subList(0, Math.min(shown(), grid.rows().size()))) {
            List<@Nullable Picture> pictures = grid.pictures(row);
            List<List<String>> notes = grid.notes(row);
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                String alternative =
                        grid.columns().get(i) + ", point " + row.exhibit().row().point();
                cells.add(cell(pictures.get(i), alternative, notes.get(i)));
            }
            out.append("<tr>").append(String.join("", cells)).append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /** Rows of a grid that the page has room for, at least one. */
    private int shown() {
        int[] shape = grids.get(0).rows().get(0).exhibit().shape();
        long pixels = (long) Math.min(shape[1], LARGEST_SIDE) * Math.min(shape[2], LARGEST_SIDE);
        return (int) Math.max(1, Math.min(AttackGrid.ROWS, LARGEST_BYTES / (18L * grids.size() * pixels)));
    }

    private static String cell(@Nullable Picture picture, String alternative, List<String> notes) {
        StringBuilder out = new StringBuilder("<td>");
        if (picture == null) {
            out.append(Text.NONE);
        } else {
            Picture small = picture.shrunk(LARGEST_SIDE);
            out.append("<img src=\"")
                    .append(small.dataUri())
                    .append("\" alt=\"")
                    .append(Html.text(alternative))
                    .append("\" width=\"" + WIDTH + "\" height=\"")
                    .append(WIDTH * small.height() / small.width())
                    .append("\">");
        }
        notes.stream()
                .filter(note -> !note.isEmpty())
                .forEach(note -> out.append("<span class=\"beneath\">")
                        .append(Html.text(note))
                        .append("</span>"));
        return out.append("</td>").toString();
    }
}
