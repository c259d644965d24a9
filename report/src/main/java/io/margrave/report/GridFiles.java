package io.margrave.report;

import io.margrave.results.RunResults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The grids of attacked images as files: SVG with its pictures inside and every norm beneath, and PNG of the pictures alone.
 *
 * <p>An SVG of its own, for papers: it needs no page, no script and nothing from outside.
 */
final class GridFiles {
    /** Pixels of a drawn picture's width. */
    private static final int CELL = 120;

    private static final int GAP = 12;
    private static final int HEAD = 74;
    private static final int NOTES = 44;

    private GridFiles() {}

    /**
     * Writes {@code id.svg} and {@code id.png} of each grid.
     *
     * @throws io.margrave.data.BadInputException where the folder can't be written
     */
    static List<Path> write(RunResults results, Path folder) {
        List<Path> files = new ArrayList<>();
        for (AttackGrid grid : AttackGrid.of(results)) {
            Path svg = folder.resolve(grid.id() + ".svg");
            AtomicFile.write(svg, svg(grid));
            files.add(svg);
            Path png = folder.resolve(grid.id() + ".png");
            AtomicFile.write(png, png(grid).png());
            files.add(png);
        }
        return List.copyOf(files);
    }

    static String svg(AttackGrid grid) {
        List<String> columns = grid.columns();
        int[] shape = grid.rows().get(0).exhibit().shape();
        int tall = Math.max(1, (int) Math.round((double) CELL * shape[1] / shape[2]));
        int width = GAP + columns.size() * (CELL + GAP);
        int height = HEAD + grid.rows().size() * (tall + NOTES + GAP);
        StringBuilder out = new StringBuilder(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\""
                        + width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height
                        + "\" font-family=\"Helvetica, Arial, sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(
                out,
                GAP,
                20,
                14,
                "font-weight=\"bold\"",
                grid.model() + ": " + grid.spec().name());
        text(out, GAP, 38, 10.5, "fill=\"#555\"", grid.about() + " \u00b7 distortion: " + grid.colours());
        for (int c = 0; c < columns.size(); c++) {
            text(out, GAP + c * (CELL + GAP), HEAD - 8, 11, "", columns.get(c));
        }
        int top = HEAD;
        for (AttackGrid.Row row : grid.rows()) {
            List<@Nullable Picture> pictures = grid.pictures(row);
            List<List<String>> notes = grid.notes(row);
            for (int c = 0; c < pictures.size(); c++) {
                int left = GAP + c * (CELL + GAP);
                Picture picture = pictures.get(c);
                if (picture != null) {
                    String uri = picture.dataUri();
                    // Readers of SVG 1.1 know the older name only.
                    out.append(
                                    "<image x=\"" + left + "\" y=\"" + top + "\" width=\"" + CELL + "\" height=\""
                                            + tall
                                            + "\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" xlink:href=\"")
                            .append(uri)
                            .append("\"/>\n<rect x=\"" + left + "\" y=\"" + top + "\" width=\"" + CELL + "\" height=\""
                                    + tall + "\" fill=\"none\" stroke=\"#d9dde1\"/>\n");
                }
                for (int line = 0; line < notes.get(c).size(); line++) {
                    text(
                            out,
                            left,
                            top + tall + 12 + 12 * line,
                            9,
                            "fill=\"#444\"",
                            notes.get(c).get(line));
                }
            }
            top += tall + NOTES + GAP;
        }
        return out.append("</svg>\n").toString();
    }

    private static void text(StringBuilder out, int x, int y, double size, String style, String text) {
        if (!text.isEmpty()) {
            out.append("<text x=\"" + x + "\" y=\"" + y + "\" font-size=\"" + size + "\" " + style + ">")
                    .append(Html.text(printable(text)))
                    .append("</text>\n");
        }
    }

    /** Without what XML 1.0 can't carry. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .map(c ->
                        (c < 0x20 || c == 0x7f || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff) ? ' ' : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** The pictures alone, in rows and columns, small ones enlarged by a whole factor. */
    static Picture png(AttackGrid grid) {
        int[] shape = grid.rows().get(0).exhibit().shape();
        int factor = Math.max(1, CELL / Math.max(shape[1], shape[2]));
        int across = shape[2] * factor + GAP;
        int down = shape[1] * factor + GAP;
        Picture canvas = Picture.blank(
                GAP + across * grid.columns().size(), GAP + down * grid.rows().size());
        for (int r = 0; r < grid.rows().size(); r++) {
            List<@Nullable Picture> pictures = grid.pictures(grid.rows().get(r));
            for (int c = 0; c < pictures.size(); c++) {
                Picture picture = pictures.get(c);
                if (picture != null) {
                    picture.drawInto(canvas, GAP + across * c, GAP + down * r, factor);
                }
            }
        }
        return canvas;
    }
}
