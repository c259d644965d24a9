package io.margrave.store;

import io.margrave.data.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;

/** The DuckDB file of one run folder: one connection, and errors of one line. Not safe for use by several threads. */
final class Database implements AutoCloseable {
    static final String FILE = "audit.duckdb";

    private static final Pattern PROCESS = Pattern.compile("PID (\\d+)");

    private final Path folder;
    private final DuckDBConnection connection;
    private int version = Schema.VERSION;

    private Database(Path folder, DuckDBConnection connection) {
        this.folder = folder;
        this.connection = connection;
    }

    /** Reads one row of an answer. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Several statements that count as one. */
    @FunctionalInterface
    interface Transaction {
        void run(DuckDBConnection connection) throws SQLException;
    }

    /** Refuses a folder that already has a database. */
    static void checkAbsent(Path folder) {
        if (Files.exists(folder.resolve(FILE))) {
            throw new BadInputException("run folder " + folder
                    + " already holds a run: choose another folder, or finish it with margrave audit (or attack) --resume "
                    + folder);
        }
    }

    /** Makes the database of a new run; its tables are for the caller to make. */
    static Database create(Path folder) {
        checkAbsent(folder);
        return connect(folder, false);
    }

    /** Opens the database of a run and checks that it is one that this version reads. */
    static Database open(Path folder, boolean writable) {
        if (!Files.isRegularFile(folder.resolve(FILE))) {
            throw new BadInputException(
                    "no run in " + folder + ": want a folder with " + FILE + ", as margrave audit makes it");
        }
        Database database = connect(folder, !writable);
        try {
            database.checkSchema();
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static Database connect(Path folder, boolean readOnly) {
        Path file = folder.resolve(FILE).toAbsolutePath();
        if (file.toString().indexOf(';') >= 0) {
            throw new BadInputException("want a run folder without ';' in its path, got " + folder);
        }
        Properties settings = new Properties();
        settings.setProperty("access_mode", readOnly ? "READ_ONLY" : "READ_WRITE");
        // The audit's own threads have the processors while a writer is open.
        settings.setProperty("threads", "1");
        settings.setProperty("memory_limit", "1GB");
        // Everything needed is linked in: a run folder must never make the machine fetch or load code.
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file, settings);
            return new Database(folder, connection.unwrap(DuckDBConnection.class));
        } catch (SQLException e) {
            throw bad(folder, e);
        } catch (LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new BadInputException(
                    "can't load DuckDB's library into " + System.getProperty("java.io.tmpdir") + ": "
                            + String.valueOf(cause.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("no reason given")
                            + "; make room there, or choose another folder with -Djava.io.tmpdir",
                    e);
        }
    }

    private void checkSchema() {
        // Tables only: a view in a file from elsewhere could read other files.
        Set<String> tables = new HashSet<>(query(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main'",
                row -> row.getString(1)));
        List<Integer> versions =
                tables.contains("run") ? query("SELECT schema_version FROM run", row -> row.getInt(1)) : List.of();
        if (versions.size() == 1 && versions.get(0) > Schema.VERSION) {
            throw new BadInputException("run folder " + folder + " has schema version " + versions.get(0)
                    + ", this Margrave reads up to " + Schema.VERSION + ": use a newer Margrave");
        }
        boolean complete = versions.size() == 1
                && tables.containsAll(Schema.TABLES)
                && (versions.get(0) < Schema.WITH_SUITE || tables.containsAll(Schema.ADDED));
        if (!complete) {
            throw new BadInputException("run folder " + folder + ": " + FILE
                    + " is not a complete run database: delete the folder and audit again");
        }
        version = versions.get(0);
    }

    /** Of the tables, as they were when the run was opened. */
    int version() {
        return version;
    }

    /** Says that the tables were made those of this version. */
    void raised() {
        version = Schema.VERSION;
    }

    <T> List<T> query(String sql, Reader<T> reader, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(reader.read(rows));
                }
                return all;
            }
        } catch (SQLException e) {
            throw bad(folder, e);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(
                    "run folder " + folder + ": " + FILE + " holds a row that makes no sense (" + e.getMessage()
                            + "): restore a copy of the folder, or audit again into a new one",
                    e);
        }
    }

    /** Runs one statement whose error the caller puts into words. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * All of it or nothing, on the disk when this returns.
     *
     * <p>The transaction is begun in so many words: with auto-commit off, the driver begins one at the next statement, and what
     * appenders wrote before that would be committed table by table.
     */
    void transact(Transaction transaction) {
        try {
            execute("BEGIN TRANSACTION");
            try {
                transaction.run(connection);
                execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollback(e);
                throw e;
            }
        } catch (SQLException e) {
            throw bad(folder, e);
        }
    }

    private void rollback(Exception cause) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw bad(folder, e);
        }
    }

    static String firstLine(SQLException e) {
        String message = e.getMessage() == null ? "unknown error" : e.getMessage();
        return message.lines().findFirst().orElse("unknown error");
    }

    /** One line: what is wrong with the folder and what to do. */
    static BadInputException bad(Path folder, SQLException e) {
        String line = firstLine(e);
        String lower = line.toLowerCase(Locale.ROOT);
        if (lower.contains("could not set lock") || lower.contains("conflicting lock")) {
            Matcher process = PROCESS.matcher(line);
            return new BadInputException(
                    "run folder " + folder + " is in use by another process"
                            + (process.find() ? " (" + process.group(1) + ")" : "")
                            + ": wait until it ends, or choose another run folder",
                    e);
        }
        if (lower.contains("version number")) {
            return new BadInputException(
                    "run folder " + folder + ": " + FILE + " was written by another DuckDB (" + line
                            + "): use the Margrave that wrote it",
                    e);
        }
        if (lower.contains("not a valid duckdb")
                || lower.contains("corrupt")
                || lower.contains("checksum")
                || lower.contains("not read enough bytes")
                || lower.contains("serialization error")
                || lower.contains("internal error")) {
            return new BadInputException(
                    "run folder " + folder + ": " + FILE + " is corrupt (" + line
                            + "): restore a copy of the folder, or audit again into a new one",
                    e);
        }
        return new BadInputException(
                "can't use run folder " + folder + ": " + line
                        + "; finished tasks are kept: put that right, then margrave audit --resume " + folder,
                e);
    }
}
