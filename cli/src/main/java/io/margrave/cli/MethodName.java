package io.margrave.cli;

import io.margrave.results.MarginMethod;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A margin by the name of its column, as in {@code bound_whitened}; {@code whitened} will do. */
final class MethodName implements ITypeConverter<MarginMethod> {

    /** What a shell completes to. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return columns().iterator();
        }
    }

    private static List<String> columns() {
        return Arrays.stream(MarginMethod.values()).map(MarginMethod::column).toList();
    }

    @Override
    public MarginMethod convert(String value) {
        String column = value.toLowerCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(MarginMethod.values())
                .filter(method ->
                        method.column().equals(column) || method.column().equals("bound_" + column))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "want one of " + String.join(", ", columns()) + ", got '" + value + "'"));
    }
}
