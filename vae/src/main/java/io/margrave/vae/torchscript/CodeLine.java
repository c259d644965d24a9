package io.margrave.vae.torchscript;

import java.util.ArrayList;
import java.util.List;

/**
 * One statement of serialised code.
 *
 * @param indent spaces before it
 * @param tokens its words, one at least
 */
record CodeLine(int indent, List<CodeToken> tokens) {
    /** Words in lines: a line ends where another begins outside of all brackets. */
    static List<CodeLine> of(List<CodeToken> tokens) {
        List<CodeLine> lines = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= tokens.size(); i++) {
            if (i == tokens.size() || tokens.get(i).startsLine()) {
                lines.add(new CodeLine(Math.max(0, tokens.get(from).indent()), tokens.subList(from, i)));
                from = i;
            }
        }
        return tokens.isEmpty() ? List.of() : lines;
    }

    CodeToken first() {
        return tokens.get(0);
    }

    /** The word at {@code index}, or a sign that equals none where the line is shorter. */
    CodeToken at(int index) {
        return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
    }

    List<CodeToken> from(int index) {
        return tokens.subList(Math.min(index, tokens.size()), tokens.size());
    }

    private static final CodeToken NOTHING = new CodeToken(CodeToken.Kind.SIGN, "", -1);
}
