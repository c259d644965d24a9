package io.margrave.cli;

import io.margrave.results.AttackSpec;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Norm;
import io.margrave.results.Word;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Options whose values are words of a plan: {@code one-step}, {@code linf}. */
final class Words {
    private Words() {}

    private static <E extends Enum<E>> E read(Class<E> type, String given) {
        try {
            return Word.read(type, given.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static Iterator<String> all(Enum<?>... values) {
        return Arrays.stream(values).map(Word::of).iterator();
    }

    /** {@code --norm}. */
    static final class OfNorm implements ITypeConverter<Norm>, Iterable<String> {
        @Override
        public Norm convert(String value) {
            return read(Norm.class, value);
        }

        @Override
        public Iterator<String> iterator() {
            return all(Norm.values());
        }
    }

    /** {@code --method}. */
    static final class OfMethod implements ITypeConverter<AttackSpec.Method>, Iterable<String> {
        @Override
        public AttackSpec.Method convert(String value) {
            return read(AttackSpec.Method.class, value);
        }

        @Override
        public Iterator<String> iterator() {
            return all(AttackSpec.Method.values());
        }
    }

    /** {@code --variable}. */
    static final class OfVariable implements ITypeConverter<AttackSpec.Variable>, Iterable<String> {
        @Override
        public AttackSpec.Variable convert(String value) {
            return read(AttackSpec.Variable.class, value);
        }

        @Override
        public Iterator<String> iterator() {
            return all(AttackSpec.Variable.values());
        }
    }

    /** {@code --checks}. */
    static final class OfLevel implements ITypeConverter<EvaluationCheck.Level>, Iterable<String> {
        @Override
        public EvaluationCheck.Level convert(String value) {
            return read(EvaluationCheck.Level.class, value);
        }

        @Override
        public Iterator<String> iterator() {
            return all(EvaluationCheck.Level.values());
        }
    }
}
