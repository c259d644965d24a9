package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    @TempDir
    Path folder;

    private static void append(DuckDBConnection connection, int number) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("numbers")) {
            appender.beginRow().append(number).endRow();
        }
    }

    @Test
    void a_transaction_that_fails_leaves_nothing_of_what_its_appenders_wrote() throws Exception {
        try (Database database = Database.create(folder)) {
            database.execute("CREATE TABLE numbers (number INTEGER)");
            assertThatThrownBy(() -> database.transact(connection -> {
                        append(connection, 1);
                        throw new SQLException("no space\nleft");
                    }))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("no space")
                    .hasMessageNotContaining("\n");
            assertThat(database.query("SELECT number FROM numbers", row -> row.getInt(1)))
                    .isEmpty();
            database.transact(connection -> {
                append(connection, 2);
                append(connection, 3);
            });
            assertThat(database.query("SELECT number FROM numbers", row -> row.getInt(1)))
                    .containsExactly(2, 3);
        }
    }
}
