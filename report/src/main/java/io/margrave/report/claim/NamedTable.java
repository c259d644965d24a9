package io.margrave.report.claim;

import java.util.List;

/**
 * A table to be shown on a page and written as CSV. Cells are plain text, not escaped.
 *
 * @param id lower-case words between hyphens, unique within an experiment, starting with {@code claim} and its number
 * @param caption what a row is, and what was left out
 * @param header names of the columns
 * @param rows each with as many cells as the header
 */
public record NamedTable(String id, String caption, List<String> header, List<List<String>> rows) {

    public NamedTable {
        header = List.copyOf(header);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException("want " + header.size() + " cells a row, got " + row);
            }
        }
    }
}
