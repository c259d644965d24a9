package io.margrave.results.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvReadException;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as a folder of small CSV files, one a table: {@code experiment.csv} (title, scale, alpha), {@code medians.csv}, {@code
 * models.csv}, {@code margins.csv}, {@code damage.csv}, {@code targeted.csv}, {@code sensitivity.csv} and {@code slices.csv}.
 *
 * <p>UTF-8, a header, columns in the order of the records, names in snake_case, enums in lower case. Numbers with a fraction keep five
 * significant digits; nothing is null, and what is not finite is {@code Infinity}, {@code -Infinity} or {@code NaN}. Lists within a cell
 * are separated by {@code ;}, the parts of a mark or length by {@code :}.
 */
public final class ExperimentTables {
    /** Of one table: a hundred times what the largest experiment here needs. */
    private static final long LARGEST_BYTES = 256L << 20;

    private static final String EXPERIMENT = "experiment";
    private static final String MODELS = "models";

    private static final CsvMapper MAPPER = mapper();

    private ExperimentTables() {}

    /** The one row of {@code experiment.csv}. */
    private record Heading(String title, String scale, double alpha) {}

    /**
     * Writes every table; existing ones are replaced. Each file is there whole or not at all, and none is replaced before all are written.
     *
     * @param folder made where it is missing
     * @throws IllegalArgumentException with one line, where it can't be written
     */
    public static void write(ExperimentResults results, Path folder) {
        Map<Path, Path> drafts = new LinkedHashMap<>();
        try {
            Files.createDirectories(folder);
            draft(drafts, folder, "medians", ExperimentResults.Median.class, results.medians());
            draft(drafts, folder, MODELS, ExperimentModel.class, results.models());
            draft(drafts, folder, "margins", MarginRow.class, results.margins());
            draft(drafts, folder, "damage", DamageRow.class, results.damage());
            draft(drafts, folder, "targeted", TargetedRow.class, results.targeted());
            draft(drafts, folder, "sensitivity", SensitivityRow.class, results.sensitivity());
            draft(
                    drafts,
                    folder,
                    "slices",
                    SliceLine.class,
                    results.slices().stream().map(SliceLine::of).toList());
            draft(
                    drafts,
                    folder,
                    EXPERIMENT,
                    Heading.class,
                    List.of(new Heading(results.title(), results.scale(), results.alpha())));
            for (Map.Entry<Path, Path> draft : drafts.entrySet()) {
                Files.move(
                        draft.getValue(),
                        draft.getKey(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "want to write an experiment's tables to " + folder + ", got "
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "; check permissions and free space",
                    e);
        } finally {
            drafts.values().forEach(ExperimentTables::discard);
        }
    }

    /**
     * The text of {@code sensitivity.csv}, for a table that stands alone.
     *
     * @param rows at least one
     */
    public static String sensitivity(List<SensitivityRow> rows) {
        try {
            return MAPPER.writer(schema(SensitivityRow.class)).writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers and names are always written", e);
        }
    }

    private static <T> void draft(Map<Path, Path> drafts, Path folder, String table, Class<T> type, List<T> rows)
            throws IOException {
        Path file = file(folder, table);
        Path draft = folder.resolve("." + table + ".csv.part");
        drafts.put(file, draft);
        try (var out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8);
                var writer = MAPPER.writer(schema(type)).writeValues(out)) {
            writer.writeAll(rows);
        }
        if (rows.isEmpty()) {
            // Without a row the library writes no header either.
            Files.writeString(draft, String.join(",", schema(type).getColumnNames()) + "\n");
        }
    }

    private static void discard(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            // What went wrong before says more than this.
            return;
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException with one line that names file, line and what was wanted, where a table is missing or bad
     */
    public static ExperimentResults read(Path folder) {
        Heading heading = heading(folder);
        List<ExperimentModel> models = rows(folder, MODELS, ExperimentModel.class, null, ExperimentModel::name);
        Set<String> names = new HashSet<>();
        for (ExperimentModel model : models) {
            if (!names.add(model.name())) {
                throw new IllegalArgumentException(
                        file(folder, MODELS) + ": want each model once, got '" + model.name() + "' twice");
            }
        }
        return new ExperimentResults(
                heading.title(),
                heading.scale(),
                heading.alpha(),
                models,
                rows(folder, "medians", ExperimentResults.Median.class, null, ExperimentResults.Median::data),
                rows(folder, "margins", MarginRow.class, names, MarginRow::model),
                rows(folder, "damage", DamageRow.class, names, DamageRow::model),
                rows(folder, "targeted", TargetedRow.class, names, TargetedRow::model),
                rows(folder, "sensitivity", SensitivityRow.class, names, SensitivityRow::model),
                slices(folder, names));
    }

    private static Heading heading(Path folder) {
        List<Heading> headings = rows(folder, EXPERIMENT, Heading.class, null, Heading::title);
        if (headings.size() != 1
                || !(headings.get(0).alpha() > 0 && headings.get(0).alpha() < 1)) {
            throw new IllegalArgumentException(
                    file(folder, EXPERIMENT) + ": want one row, with an alpha above 0 and below 1, got " + headings);
        }
        return headings.get(0);
    }

    private static List<Slice> slices(Path folder, Set<String> names) {
        List<Slice> slices = new ArrayList<>();
        for (SliceLine line : rows(folder, "slices", SliceLine.class, names, SliceLine::model)) {
            try {
                slices.add(line.slice());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        file(folder, "slices") + ", row " + (slices.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return slices;
    }

    /**
     * The rows of one table.
     *
     * @param names of the models that rows may be of; null where any text will do
     */
    private static <T> List<T> rows(
            Path folder, String table, Class<T> type, @Nullable Set<String> names, Function<T, String> name) {
        Path file = file(folder, table);
        List<T> rows = new ArrayList<>();
        try {
            long size = Files.size(file);
            if (size > LARGEST_BYTES) {
                throw new IllegalArgumentException(
                        file + ": want at most " + LARGEST_BYTES + " bytes, got " + size + "; split the experiment");
            }
            try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                    MappingIterator<T> iterator =
                            MAPPER.readerFor(type).with(schema(type)).readValues(in)) {
                while (iterator.hasNextValue()) {
                    int line = iterator.getCurrentLocation().getLineNr();
                    T row = iterator.nextValue();
                    String given = name.apply(row);
                    if (given.isEmpty() || (names != null && !names.contains(given))) {
                        throw new IllegalArgumentException(file + ", line " + line + ": want "
                                + (names == null ? "a name" : "a model of models.csv") + ", got '" + given + "'");
                    }
                    rows.add(row);
                }
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + where(e) + ": " + reason(e), e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "want the tables of an experiment, got a folder without " + file + "; write it again", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "want to read " + file + ", got " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
        return rows;
    }

    private static String where(JsonProcessingException e) {
        String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
        if (e instanceof JsonMappingException mapping) {
            String column = mapping.getPath().stream()
                    .map(JsonMappingException.Reference::getFieldName)
                    .filter(name -> name != null)
                    .findFirst()
                    .orElse("");
            return line + (column.isEmpty() ? "" : ", column " + column);
        }
        return line;
    }

    private static String reason(JsonProcessingException e) {
        if (e instanceof com.fasterxml.jackson.databind.exc.InvalidFormatException format) {
            return "want " + phrase(format.getTargetType()) + ", got '" + format.getValue() + "'";
        }
        if (e instanceof com.fasterxml.jackson.databind.exc.MismatchedInputException mismatch
                && !(e instanceof CsvReadException)
                && mismatch.getTargetType() != null) {
            return "want " + phrase(mismatch.getTargetType()) + ", got nothing";
        }
        return "want the columns and cells of this table, got: "
                + e.getOriginalMessage().lines().findFirst().orElse("what is no CSV");
    }

    private static String phrase(Class<?> type) {
        if (type.isEnum()) {
            List<String> words = new ArrayList<>();
            for (Object value : type.getEnumConstants()) {
                words.add(value.toString().toLowerCase(Locale.ROOT));
            }
            return "one of " + String.join(", ", words);
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        return type == boolean.class ? "true or false" : type == String.class ? "a text" : "a list";
    }

    private static Path file(Path folder, String table) {
        return folder.resolve(table + ".csv");
    }

    private static CsvSchema schema(Class<?> type) {
        return MAPPER.schemaFor(type).withHeader().withStrictHeaders(true).withArrayElementSeparator(";");
    }

    private static CsvMapper mapper() {
        return CsvMapper.csvBuilder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(CsvParser.Feature.FAIL_ON_MISSING_COLUMNS)
                .addModule(ShortCells.module())
                .build();
    }
}
