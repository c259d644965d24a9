package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One word of serialised code.
 *
 * @param text as it is written; of a string what is between its quotes
 * @param indent spaces before the first word of its line; -1 for words that are not first, and for those within brackets
 */
record CodeToken(Kind kind, String text, int indent) {
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        SIGN
    }

    /** PyTorch nests expressions to about 20; LibTorch's parser recurses, so depth is stack. */
    private static final int DEEPEST = 60;

    private static final Map<Character, Character> CLOSING = Map.of(')', '(', ']', '[', '}', '{');

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isName() {
        return kind == Kind.NAME;
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean startsLine() {
        return indent >= 0;
    }

    /**
     * The words of {@code code}, by the narrow grammar that PyTorch's serialiser writes: ASCII, no comments, no operators but
     * calls, brackets, and a minus before a number.
     *
     * @throws UnfitArchiveException for anything else
     */
    static List<CodeToken> of(String code) {
        return new Reader(code).read();
    }

    private static final class Reader {
        private final String code;
        private final List<CodeToken> tokens = new ArrayList<>();
        private final StringBuilder open = new StringBuilder();
        private int at;
        private int indent;

        Reader(String code) {
            this.code = code;
        }

        List<CodeToken> read() {
            while (at < code.length()) {
                char c = code.charAt(at);
                if (c == '\n') {
                    at++;
                    indent = 0;
                    while (at < code.length() && code.charAt(at) == ' ') {
                        at++;
                        indent++;
                    }
                } else if (c == ' ') {
                    at++;
                } else if (Character.isLetter(c) || c == '_') {
                    add(CodeToken.Kind.NAME, word(false));
                } else if (Character.isDigit(c) || (c == '.' && digitAt(at + 1))) {
                    add(CodeToken.Kind.NUMBER, word(true));
                } else if (c == '"' || c == '\'') {
                    add(CodeToken.Kind.STRING, string(c));
                } else {
                    sign(c);
                }
            }
            if (open.length() > 0) {
                throw corrupt("code whose brackets are closed", open.length() + " left open");
            }
            return tokens;
        }

        private void add(CodeToken.Kind kind, String text) {
            tokens.add(new CodeToken(kind, text, open.length() == 0 ? indent : -1));
            indent = -1;
        }

        private String word(boolean number) {
            int from = at;
            while (at < code.length() && inWord(code.charAt(at), number)) {
                at++;
            }
            return code.substring(from, at);
        }

        private boolean inWord(char c, boolean number) {
            if (c > 127) {
                throw corrupt("code in ASCII", quote(String.valueOf(c)));
            }
            boolean exponentSign =
                    number && (c == '-' || c == '+') && (code.charAt(at - 1) == 'e' || code.charAt(at - 1) == 'E');
            return Character.isLetterOrDigit(c) || c == '_' || (number && c == '.') || exponentSign;
        }

        private boolean digitAt(int index) {
            return index < code.length() && Character.isDigit(code.charAt(index));
        }

        private String string(char end) {
            int from = ++at;
            while (at < code.length() && code.charAt(at) != end) {
                char c = code.charAt(at);
                if (c < ' ' || c > 126) {
                    throw corrupt("strings of printable ASCII", quote(code.substring(from, at + 1)));
                }
                at += c == '\\' ? 2 : 1;
            }
            if (at >= code.length()) {
                throw corrupt("strings that end", quote(code.substring(Math.min(from, code.length()))));
            }
            at++;
            if (at < code.length() && code.charAt(at) == end && at - from == 1) {
                throw corrupt("strings in single quotes", "three quotes");
            }
            return code.substring(from, at - 1);
        }

        private void sign(char c) {
            if (c == '-' && at + 1 < code.length() && code.charAt(at + 1) == '>') {
                add(CodeToken.Kind.SIGN, "->");
                at += 2;
                return;
            }
            boolean minus = c == '-' && (digitAt(at + 1) || code.startsWith("-inf", at) || code.startsWith("-.", at));
            if ("()[]{},:.=".indexOf(c) < 0 && !minus) {
                throw corrupt("code as PyTorch writes it", quote(String.valueOf(c)));
            }
            bracket(c);
            at++;
        }

        private void bracket(char c) {
            Character opening = CLOSING.get(c);
            if (opening != null) {
                int last = open.length() - 1;
                if (last < 0 || open.charAt(last) != opening) {
                    throw corrupt("code whose brackets match", quote(String.valueOf(c)));
                }
                open.setLength(last);
                // A closing bracket goes on with the line that opened it.
                tokens.add(new CodeToken(CodeToken.Kind.SIGN, String.valueOf(c), -1));
                return;
            }
            add(CodeToken.Kind.SIGN, String.valueOf(c));
            if (CLOSING.containsValue(c)) {
                open.append(c);
                if (open.length() > DEEPEST) {
                    throw corrupt("at most " + DEEPEST + " brackets within each other", "more");
                }
            }
        }
    }
}
