package io.margrave.results.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.theory.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentTablesTest {
    private static final List<String> TABLES =
            List.of("experiment", "medians", "models", "margins", "damage", "targeted", "sensitivity", "slices");

    /** Values that five digits hold exactly. */
    private static double number(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100_000);
            case 2 -> -random.nextInt(100_000) / 10.0;
            case 3 -> random.nextInt(100_000) / 1e9;
            case 4 -> random.nextInt(100_000) * 1e12;
            default -> random.nextInt(100_000) / 1e4;
        };
    }

    private static @Nullable Double perhaps(Random random) {
        return random.nextInt(3) == 0 ? null : Double.valueOf(number(random));
    }

    private static String model(Random random, List<ExperimentModel> models) {
        return models.get(random.nextInt(models.size())).name();
    }

    static ExperimentResults random(long seed, int rows) {
        Random random = new Random(seed);
        List<ExperimentModel> models = new ArrayList<>();
        List<String> names = List.of("mnist-mlp-b4-s0", "a,b \"quoted\"", "two\nlines; and more", "\u03b2 = 4", "=1+1");
        for (String name : names) {
            boolean classifier = random.nextBoolean();
            List<Double> history = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                history.add(number(random));
            }
            models.add(new ExperimentModel(
                    name,
                    "mnist",
                    "mlp",
                    classifier ? "vib" : "vae",
                    number(random),
                    random.nextLong(),
                    number(random),
                    number(random),
                    "bernoulli",
                    random.nextInt(50),
                    random.nextInt(60_000),
                    30,
                    27,
                    number(random),
                    perhaps(random),
                    perhaps(random),
                    perhaps(random),
                    classifier ? null : Integer.valueOf(random.nextInt(20)),
                    perhaps(random),
                    history));
        }
        List<MarginRow> margins = new ArrayList<>();
        List<DamageRow> damage = new ArrayList<>();
        List<TargetedRow> targeted = new ArrayList<>();
        List<SensitivityRow> sensitivity = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            Verdict verdict = Verdict.values()[random.nextInt(3)];
            margins.add(new MarginRow(
                    model(random, models),
                    i,
                    random.nextInt(11) - 1,
                    number(random),
                    1,
                    number(random),
                    verdict,
                    number(random),
                    number(random),
                    number(random),
                    Double.POSITIVE_INFINITY,
                    perhaps(random),
                    perhaps(random),
                    perhaps(random),
                    perhaps(random),
                    perhaps(random)));
            damage.add(new DamageRow(
                    model(random, models),
                    i,
                    number(random),
                    "both",
                    number(random),
                    Double.NaN,
                    number(random),
                    Double.NEGATIVE_INFINITY,
                    perhaps(random),
                    perhaps(random)));
            targeted.add(new TargetedRow(
                    model(random, models),
                    i,
                    i + 1,
                    "latent-kl",
                    number(random),
                    number(random),
                    number(random),
                    perhaps(random),
                    number(random),
                    number(random),
                    number(random),
                    random.nextBoolean()));
            sensitivity.add(new SensitivityRow(
                    model(random, models),
                    i,
                    3,
                    4,
                    number(random),
                    number(random),
                    verdict,
                    perhaps(random),
                    perhaps(random),
                    perhaps(random),
                    perhaps(random),
                    perhaps(random)));
        }
        slices.add(new Slice(
                Slice.Kind.INPUT,
                model(random, models),
                3,
                0.5,
                List.of(-1.0, 0.0, 1.0),
                List.of(0.0, 0.25, Double.NaN, 0.5, 1.0, 0.75, 0.1, 0.2, 0.3),
                List.of(),
                List.of(new Slice.Length("margin", Double.POSITIVE_INFINITY), new Slice.Length("bound", 0.25))));
        slices.add(new Slice(
                Slice.Kind.RECONSTRUCTIONS,
                model(random, models),
                4,
                0.5,
                List.of(),
                List.of(),
                List.of(new Slice.Mark(-0.5, 1e-7, true), new Slice.Mark(2, 3, false)),
                List.of()));
        return new ExperimentResults(
                "Camuto, 2021; \"again\"",
                "default",
                0.001,
                models,
                List.of(new ExperimentResults.Median("mnist", 10.25)),
                margins,
                damage,
                targeted,
                sensitivity,
                slices);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "3, 40", "4, 200"})
    void what_is_written_is_read_again(long seed, int rows, @TempDir Path folder) {
        ExperimentResults results = random(seed, rows);
        ExperimentTables.write(results, folder.resolve("deep/er"));
        assertThat(ExperimentTables.read(folder.resolve("deep/er"))).isEqualTo(results);
    }

    @Test
    void an_experiment_of_nothing_is_one_too(@TempDir Path folder) {
        ExperimentResults results = new ExperimentResults(
                "none", "smoke", 0.5, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        ExperimentTables.write(results, folder);
        assertThat(ExperimentTables.read(folder)).isEqualTo(results);
    }

    @Test
    void numbers_are_rounded_to_five_digits_once(@TempDir Path folder) throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(40) - 20);
            double read = ShortCells.number(ShortCells.cell(value));
            assertThat(Math.abs(read - value)).isLessThanOrEqualTo(5.0001e-5 * Math.abs(value));
            assertThat(ShortCells.cell(read)).isEqualTo(ShortCells.cell(value)).hasSizeLessThanOrEqualTo(13);
        }
        assertThat(List.of(ShortCells.cell(1.0 / 3), ShortCells.cell(123456.7), ShortCells.cell(-2e-9)))
                .containsExactly("0.33333", "123460", "-2E-9");
    }

    @Test
    void nothing_else_is_left_in_the_folder_and_old_tables_give_way(@TempDir Path folder) throws IOException {
        ExperimentTables.write(random(1, 5), folder);
        ExperimentTables.write(random(2, 3), folder);
        assertThat(ExperimentTables.read(folder)).isEqualTo(random(2, 3));
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            TABLES.stream().map(table -> table + ".csv").toList());
        }
        assertThat(Files.readString(folder.resolve("margins.csv")))
                .startsWith("model,point,label,r,p_clean,p_clean_lower,clean,min_std_dev,jacobian_frobenius,"
                        + "jacobian_spectral,jacobian_whitened,bound_frobenius,bound_spectral,bound_whitened,margin,"
                        + "margin_mean_only\n");
    }

    @Test
    void thirty_thousand_rows_of_margins_take_a_hundred_bytes_each(@TempDir Path folder) throws IOException {
        Random random = new Random(3);
        List<MarginRow> rows = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            double[] x = random.doubles(10).toArray();
            rows.add(new MarginRow(
                    "m", i, 3, 4.25, x[0], x[1], Verdict.HOLDS, x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], null));
        }
        ExperimentModel model = random(1, 0).models().get(0);
        List<ExperimentModel> models = List.of(new ExperimentModel(
                "m",
                "mnist",
                "mlp",
                "vae",
                1,
                0,
                0,
                0,
                model.likelihood(),
                20,
                1,
                1,
                1,
                1,
                null,
                null,
                null,
                null,
                null,
                List.of()));
        ExperimentTables.write(
                new ExperimentResults(
                        "t", "s", 0.1, models, List.of(), rows, List.of(), List.of(), List.of(), List.of()),
                folder);
        assertThat(Files.size(folder.resolve("margins.csv"))).isBetween(2_000_000L, 3_200_000L);
        assertThat(ExperimentTables.read(folder).margins()).hasSize(30_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "medians     | mnist,10.25          | mnist,ten          | line 2, column value: want a number, got 'ten'",
                "medians     | mnist,10.25          | mnist,             | line 2, column value: want a number, got ''",
                "medians     | mnist,10.25          | mnist,1e999        | want a number, got '1e999'",
                "medians     | mnist,10.25          | mnist,1,2          | line 2",
                "medians     | mnist,10.25          | mnist              | line 2",
                "medians     | data,value           | data,median        | Mismatched header column",
                "medians     | data,value           | data               | Missing header column",
                "experiment  | default,0.001        | default,1          | want one row, with an alpha above 0 and below 1",
                "slices      | margin:Infinity      | margin:            | want a number in 'margin:', got ''",
                "slices      | margin:Infinity      | margin             | want a length like margin:0.7, got 'margin'",
                "slices      | 2:3:false            | 2:3:maybe          | want a mark like 0.5:-1:true, got '2:3:maybe'",
                "slices      | -1;0;1,              | -1;0;;1,           | want a number in each place of axis and field",
                "slices      | -1;0;1,              | -1;0,              | want a field of 2 x 2, got 9",
                "slices      | input,               | sideways,          | want one of input, reconstructions, latent, got 'sideways'",
                "slices      | input,               | 0,                 | want one of input, reconstructions, latent, got '0'",
            })
    void a_damaged_table_is_refused_in_one_line_that_says_where(
            String table, String good, String bad, String message, @TempDir Path folder) throws IOException {
        ExperimentTables.write(random(5, 2), folder);
        Path file = folder.resolve(table + ".csv");
        String text = Files.readString(file);
        assertThat(text).contains(good);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(good), bad));
        assertThatThrownBy(() -> ExperimentTables.read(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(table + ".csv")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void a_row_of_an_unknown_model_and_a_model_named_twice_are_refused(@TempDir Path folder) throws IOException {
        ExperimentTables.write(random(6, 1), folder);
        Path models = folder.resolve("models.csv");
        String text = Files.readString(models);
        Files.writeString(models, text.replace("mnist-mlp-b4-s0", "=1+1"));
        assertThatThrownBy(() -> ExperimentTables.read(folder))
                .hasMessageContaining("models.csv: want each model once, got '=1+1' twice");
        Files.writeString(models, text.lines().findFirst().orElseThrow() + "\n");
        assertThatThrownBy(() -> ExperimentTables.read(folder))
                .hasMessageContaining("margins.csv, line 2: want a model of models.csv");
    }

    @Test
    void a_missing_table_is_named(@TempDir Path folder) throws IOException {
        for (String table : TABLES) {
            ExperimentTables.write(random(5, 2), folder);
            Files.delete(folder.resolve(table + ".csv"));
            assertThatThrownBy(() -> ExperimentTables.read(folder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(table + ".csv");
        }
    }

    @Test
    void a_folder_that_is_a_file_is_refused_in_one_line(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "x");
        assertThatThrownBy(() -> ExperimentTables.write(random(1, 1), file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("want to write an experiment's tables to");
    }

    @Test
    void a_table_of_sensitivity_that_stands_alone_is_that_of_the_experiment(@TempDir Path folder) throws IOException {
        ExperimentResults results = random(5, 40);
        ExperimentTables.write(results, folder);
        assertThat(ExperimentTables.sensitivity(results.sensitivity()))
                .isEqualTo(Files.readString(folder.resolve("sensitivity.csv")));
    }
}
