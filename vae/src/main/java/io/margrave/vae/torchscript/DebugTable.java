package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;

import io.margrave.vae.torchscript.PickleValue.Row;
import io.margrave.vae.torchscript.PickleValue.Scalar;
import io.margrave.vae.torchscript.PickleValue.Typed;
import java.util.List;

/**
 * Where each piece of code came from in Python. LibTorch reads this only to word an error, and then takes text numbers and
 * offsets as they are: here they are compared with the texts.
 */
final class DebugTable {
    private static final String WITH_TEXTS = "FORMAT_WITH_STRING_TABLE";

    /** What one range of source takes to compare, so that many rows can't make it long. */
    private static final long MOST_PIECES = 5_000_000;

    private final List<PickleValue> texts;
    private long pieces;

    private DebugTable(List<PickleValue> texts) {
        this.texts = texts;
    }

    /**
     * Checks a table.
     *
     * @throws UnfitArchiveException where a number in it points at nothing
     */
    static void check(PickleValue value) {
        if (!(value instanceof Row table)) {
            throw corrupt("a table of source ranges", value.typeName());
        }
        List<PickleValue> rows = table.elements();
        if (!rows.isEmpty() && rows.get(0) instanceof Scalar first && WITH_TEXTS.equals(first.value())) {
            List<PickleValue> parts = PickleValue.row(value, 3);
            if (!(parts.get(1) instanceof Row texts) || !(parts.get(2) instanceof Row ranges)) {
                throw corrupt("texts and source ranges", "others");
            }
            texts.elements().forEach(PickleValue::text);
            DebugTable debug = new DebugTable(texts.elements());
            ranges.elements().forEach(debug::row);
        } else {
            rows.forEach(new DebugTable(List.of())::row);
        }
    }

    /** Offset in the code, source range, tag. */
    private void row(PickleValue value) {
        List<PickleValue> row = PickleValue.row(value, 3);
        notNegative(row.get(0));
        List<PickleValue> range = PickleValue.row(row.get(1), 3);
        PickleValue.integer(row.get(2));
        long length = source(range.get(0));
        long start = notNegative(range.get(1));
        notNegative(range.get(2));
        // PyTorch writes ends behind the end, and LibTorch cuts those; starts it takes as they are.
        if (start > length) {
            throw corrupt("a range within a source of " + length + " characters", "one from " + start);
        }
    }

    /** Text, file name and first line. Returns the text's length. */
    private long source(PickleValue value) {
        List<PickleValue> source = PickleValue.row(value, 3);
        notNegative(source.get(2));
        if (!(source.get(0) instanceof Typed pieces)) {
            if (!(source.get(1) instanceof Scalar name && name.value() == null)) {
                PickleValue.text(source.get(1));
            }
            return PickleValue.text(source.get(0)).length();
        }
        if (!pieces.type().toString().equals("List[int]")) {
            throw corrupt("numbers of texts", pieces.typeName());
        }
        textAt(source.get(1));
        long length = 0;
        for (PickleValue piece : pieces.elements()) {
            length += textAt(piece).length();
            this.pieces++;
        }
        if (this.pieces > MOST_PIECES) {
            throw corrupt("at most " + MOST_PIECES + " pieces of source", "more");
        }
        return length;
    }

    private String textAt(PickleValue number) {
        long at = PickleValue.integer(number);
        if (at < 0 || at >= texts.size()) {
            throw corrupt("one of " + texts.size() + " texts", "number " + at);
        }
        return PickleValue.text(texts.get((int) at));
    }

    private static long notNegative(PickleValue value) {
        long number = PickleValue.integer(value);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw corrupt("offsets from 0 to 2^31", String.valueOf(number));
        }
        return number;
    }
}
