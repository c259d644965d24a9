package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Arguments in code that end the process in LibTorch 2.10 rather than in an error: an integer's remainder by zero, a data type
 * that there is none of, a conversion to nothing. What is computed while the code runs can't be seen here.
 */
final class Literals {
    /** Real numbers, integers and truth values, by their number in LibTorch. */
    private static final Set<String> DATA_TYPES = Set.of("0", "1", "2", "3", "4", "5", "6", "7", "11", "15");

    private Literals() {}

    /** Checks the call of the operator whose name is the word at {@code i}, if it is one. */
    static void check(CodeLine line, int i) {
        if (!line.at(i + 1).is("(")) {
            if (line.at(i).isName("remainder")) {
                throw corrupt("a call of 'remainder'", quote(line.at(i + 1).text()));
            }
            return;
        }
        List<List<CodeToken>> arguments = arguments(line, i + 2);
        if (line.at(i).isName("remainder")) {
            checkDivisor(arguments);
        }
        boolean converts = line.at(i).isName("to");
        if (converts && isNone(arguments, 1) && isNone(arguments, 2)) {
            throw corrupt("a device or a data type to convert to", "neither");
        }
        for (int each = 0; each < arguments.size(); each++) {
            List<CodeToken> argument = arguments.get(each);
            boolean named = argument.get(0).isName("dtype")
                    && argument.size() > 2
                    && argument.get(1).is("=");
            if (named || (converts && each == 1)) {
                checkDataType(argument.subList(named ? 2 : 0, argument.size()));
            }
        }
    }

    private static void checkDivisor(List<List<CodeToken>> arguments) {
        List<CodeToken> divisor = arguments.size() == 2 ? arguments.get(1) : List.of();
        boolean number = divisor.size() == 1
                && divisor.get(0).kind() == CodeToken.Kind.NUMBER
                && !divisor.get(0).text().matches("[0._]*");
        boolean constant = divisor.size() == 3 && divisor.get(0).isName("CONSTANTS");
        if (!number && !constant) {
            throw UnfitArchiveException.refused(
                    "remainders by a number other than zero that is written in the code",
                    "another: by zero, LibTorch would end",
                    "use torch.fmod in the model");
        }
    }

    private static void checkDataType(List<CodeToken> type) {
        CodeToken first = type.get(0);
        boolean number = first.kind() == CodeToken.Kind.NUMBER && !DATA_TYPES.contains(first.text());
        if (number || first.is("-")) {
            throw corrupt("one of the data types 0 to 7, 11 and 15", quote(first.text()));
        }
    }

    private static boolean isNone(List<List<CodeToken>> arguments, int at) {
        return at < arguments.size()
                && arguments.get(at).size() == 1
                && arguments.get(at).get(0).isName("None");
    }

    /** The words of each argument of a call whose first one begins at {@code from}. */
    private static List<List<CodeToken>> arguments(CodeLine line, int from) {
        List<List<CodeToken>> arguments = new ArrayList<>();
        List<CodeToken> argument = new ArrayList<>();
        int depth = 0;
        for (int i = from; i < line.tokens().size(); i++) {
            CodeToken token = line.at(i);
            boolean opens = token.is("(") || token.is("[") || token.is("{");
            boolean closes = token.is(")") || token.is("]") || token.is("}");
            if ((closes || token.is(",")) && depth == 0) {
                if (!argument.isEmpty()) {
                    arguments.add(argument);
                }
                argument = new ArrayList<>();
                if (closes) {
                    return arguments;
                }
            } else {
                depth += opens ? 1 : closes ? -1 : 0;
                argument.add(token);
            }
        }
        return arguments;
    }
}
