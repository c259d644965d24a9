package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.RunInfo;
import io.margrave.store.RunExport.Format;
import io.margrave.store.RunExport.Table;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunExportTest {
    private static final AuditPlan PLAN = Runs.plan(5, 3, true);
    private static final RunInfo INFO = Runs.info(5);
    private static final Path GOLDEN = Path.of("src/test/resources/io/margrave/store");

    @TempDir
    Path folder;

    private RunStore store;

    @BeforeEach
    void makeRun() {
        store = RunStore.create(folder.resolve("run"), PLAN, INFO, Runs.cards());
        Runs.tasks(PLAN).forEach(task -> store.commit(task, 1, Runs.audits(PLAN, INFO, task)));
    }

    @AfterEach
    void closeRun() {
        store.close();
    }

    private Path export(Format format, Table table, String name) {
        Path file = folder.resolve(name);
        RunExport.write(store, format, table, file);
        return file;
    }

    private static void assertGolden(Path file, String name) throws Exception {
        Path golden = GOLDEN.resolve(name);
        if (Boolean.getBoolean("margrave.golden.renew")) {
            Files.copy(file, golden, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> lines = Files.readAllLines(file);
        List<String> wanted = Files.readAllLines(golden);
        assertThat(lines).hasSameSizeAs(wanted);
        for (int i = 0; i < lines.size(); i++) {
            assertSameCells(lines.get(i).split(",", -1), wanted.get(i).split(",", -1));
        }
    }

    /** Equal texts; computed numbers may differ in the last digits, as logarithms do between processors. */
    private static void assertSameCells(String[] cells, String[] wanted) {
        assertThat(cells).hasSameSizeAs(wanted);
        for (int i = 0; i < cells.length; i++) {
            if (cells[i].matches("-?[0-9]+[.][0-9e-]+")) {
                double number = Double.parseDouble(wanted[i]);
                assertThat(Double.parseDouble(cells[i])).isCloseTo(number, within(1e-12 * Math.abs(number)));
            } else {
                assertThat(cells[i]).isEqualTo(wanted[i]);
            }
        }
    }

    private static List<String> columns() {
        PropertyNamingStrategies.SnakeCaseStrategy snake = new PropertyNamingStrategies.SnakeCaseStrategy();
        return Arrays.stream(AuditRow.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(snake::translate)
                .toList();
    }

    @Test
    void the_default_columns_are_the_components_of_a_row_in_snake_case() throws Exception {
        String header =
                Files.readAllLines(export(Format.CSV, Table.ROWS, "rows.csv")).get(0);
        assertThat(header.split(",")).containsExactlyElementsOf(columns());
    }

    @Test
    void csv_is_as_it_was() throws Exception {
        assertGolden(export(Format.CSV, Table.ROWS, "rows.csv"), "rows.csv");
        assertGolden(export(Format.CSV, Table.BOUNDS, "long.csv"), "long.csv");
    }

    @Test
    void parquet_holds_every_row_with_nulls_and_infinity_as_they_are() throws Exception {
        Path file = export(Format.PARQUET, Table.ROWS, "it's.parquet");
        List<AuditRow> rows = store.results(0).rows();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet read = statement.executeQuery(
                        "SELECT * FROM '" + file.toString().replace("'", "''") + "'")) {
            for (AuditRow row : rows) {
                assertThat(read.next()).isTrue();
                int column = 1;
                for (RecordComponent component : AuditRow.class.getRecordComponents()) {
                    Object value = component.getAccessor().invoke(row);
                    Object expected = value instanceof Enum<?> word ? word.name() : value;
                    assertThat(read.getObject(column++)).as(component.getName()).isEqualTo(expected);
                }
            }
            assertThat(read.next()).isFalse();
        }
        assertThat(rows).anyMatch(row -> Double.isInfinite(row.boundFrobenius()));
        assertThat(rows).anyMatch(row -> row.marginUpper() == null);
    }

    @Test
    void json_has_infinity_as_text_and_parses_everywhere() throws Exception {
        JsonNode rows = new ObjectMapper()
                .readTree(export(Format.JSON, Table.ROWS, "rows.json").toFile());
        List<AuditRow> expected = store.results(0).rows();
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            AuditRow row = expected.get(i);
            assertThat(rows.get(i).fieldNames()).toIterable().containsExactlyElementsOf(columns());
            JsonNode bound = rows.get(i).get("bound_whitened");
            assertThat(bound.isTextual()).isEqualTo(Double.isInfinite(row.boundWhitened()));
            assertThat(Double.parseDouble(bound.asText())).isEqualTo(row.boundWhitened());
            assertThat(rows.get(i).get("margin_upper").isNull()).isEqualTo(row.marginUpper() == null);
        }
        JsonNode margins = new ObjectMapper()
                .readTree(export(Format.JSON, Table.BOUNDS, "long.json").toFile());
        assertThat(margins).hasSize(2 * 5 * 3 * 7);
        assertThat(margins).anyMatch(margin -> margin.get("value").asText().equals("Infinity"));
    }

    @Test
    void a_run_opened_to_read_is_exported_too_and_old_files_are_replaced() throws Exception {
        String before = Files.readString(export(Format.CSV, Table.ROWS, "rows.csv"));
        store.close();
        store = RunStore.open(folder.resolve("run"));
        Files.writeString(folder.resolve("rows.csv"), "old");
        assertThat(Files.readString(export(Format.CSV, Table.ROWS, "rows.csv"))).isEqualTo(before);
    }

    @Test
    void a_target_that_can_not_be_written_is_one_line_and_leaves_nothing() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        for (Path out : List.of(file.resolve("x.csv"), folder.resolve("no/such/x.csv"), folder)) {
            for (Format format : Format.values()) {
                assertThatThrownBy(() -> RunExport.write(store, format, Table.ROWS, out))
                        .isInstanceOf(BadInputException.class)
                        .hasMessageContaining(out.toString())
                        .hasMessageNotContaining("\n")
                        .hasMessageNotContaining(".tmp.");
            }
        }
        assertThat(Files.readString(file)).isEqualTo("in the way");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(each -> each.getFileName().toString())).containsExactlyInAnyOrder("run", "file");
        }
    }

    @Test
    void a_full_disk_is_one_line() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        for (Format format : Format.values()) {
            assertThatThrownBy(() -> RunExport.write(store, format, Table.ROWS, full))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("No space left")
                    .hasMessageNotContaining("\n");
        }
        assertThat(store.done()).isNotEmpty();
    }
}
