package io.margrave.results.experiment;

import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Slice} as one line of a table.
 *
 * @param marks {@code first:second:inside}, one a mark
 * @param lengths {@code name:value}, one a length
 */
record SliceLine(
        Slice.Kind kind,
        String model,
        int point,
        double r,
        List<Double> axis,
        List<Double> field,
        List<String> marks,
        List<String> lengths) {

    static SliceLine of(Slice slice) {
        return new SliceLine(
                slice.kind(),
                slice.model(),
                slice.point(),
                slice.r(),
                slice.axis(),
                slice.field(),
                slice.marks().stream()
                        .map(mark -> ShortCells.cell(mark.first()) + ":" + ShortCells.cell(mark.second()) + ":"
                                + mark.inside())
                        .toList(),
                slice.lengths().stream()
                        .map(length -> length.name() + ":" + ShortCells.cell(length.value()))
                        .toList());
    }

    /**
     * The slice again.
     *
     * @throws IllegalArgumentException with one line, where a list is not as it should be
     */
    Slice slice() {
        if (axis.contains(null) || field.contains(null)) {
            throw new IllegalArgumentException("want a number in each place of axis and field, got an empty one");
        }
        return new Slice(kind, model, point, r, axis, field, readMarks(), readLengths());
    }

    private List<Slice.Mark> readMarks() {
        List<Slice.Mark> read = new ArrayList<>();
        for (String mark : marks) {
            String[] parts = mark.split(":", -1);
            if (parts.length != 3 || !(parts[2].equals("true") || parts[2].equals("false"))) {
                throw new IllegalArgumentException("want a mark like 0.5:-1:true, got '" + mark + "'");
            }
            read.add(new Slice.Mark(number(parts[0], mark), number(parts[1], mark), parts[2].equals("true")));
        }
        return read;
    }

    private List<Slice.Length> readLengths() {
        List<Slice.Length> read = new ArrayList<>();
        for (String length : lengths) {
            int colon = length.lastIndexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("want a length like margin:0.7, got '" + length + "'");
            }
            read.add(new Slice.Length(length.substring(0, colon), number(length.substring(colon + 1), length)));
        }
        return read;
    }

    private static double number(String text, String whole) {
        try {
            return ShortCells.number(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("want a number in '" + whole + "', got '" + text + "'", e);
        }
    }
}
