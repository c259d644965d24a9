package io.margrave.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One figure of a report. Its specification is kept as text, which takes less memory than its tree: a run of many points has several of
 * thousands of marks, and a page needs all of them at once.
 *
 * @param id lower-case letters and hyphens: the name of its files
 * @param title one line
 * @param caption what is drawn, what was left out and how to read it
 * @param json Vega-Lite specification with its data inlined
 * @param numbers the statistics that stand behind the drawing; empty where there are none
 */
public record Figure(String id, String title, String caption, String json, Numbers numbers) {

    /** Of a specification; what becomes of the tree later changes nothing. */
    public Figure(String id, String title, String caption, ObjectNode spec, Numbers numbers) {
        this(id, title, caption, spec.toString(), numbers);
    }

    /**
     * The specification, read anew at each call; its text is {@code json} again.
     *
     * @throws IllegalStateException where {@code json} is none
     */
    public ObjectNode spec() {
        return VegaLite.object(json);
    }

    /**
     * A small table of text.
     *
     * @param header names of the columns
     * @param rows as wide as the header
     */
    public record Numbers(List<String> header, List<List<String>> rows) {
        public Numbers {
            header = List.copyOf(header);
            rows = rows.stream().map(List::copyOf).toList();
        }

        /** No statistics. */
        public static Numbers none() {
            return new Numbers(List.of(), List.of());
        }
    }
}
