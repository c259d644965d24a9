package io.margrave.report.claim;

import io.margrave.report.Picture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of a data set beside a claim, in rows: for a page that stays where it was made. Texts are plain, not escaped.
 *
 * @param claim number of the claim
 * @param title a few words
 * @param caption what is shown, and how it was chosen
 * @param columns what stands over the pictures
 * @param rows each with as many cells as columns
 */
public record ImageGrid(int claim, String title, String caption, List<String> columns, List<List<Cell>> rows) {

    /**
     * A picture and what stands beneath it.
     *
     * @param picture null where there is none
     * @param notes lines, some of them empty
     */
    public record Cell(@Nullable Picture picture, List<String> notes) {
        public Cell {
            notes = List.copyOf(notes);
        }
    }

    public ImageGrid {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<Cell> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("want " + columns.size() + " cells a row, got " + row.size());
            }
        }
    }
}
