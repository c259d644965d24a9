package io.margrave.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.margrave.data.AtomicFile;
import io.margrave.results.PlanJson;
import io.margrave.results.RunSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code summary.json} of a run folder: a {@link RunSummary} in snake_case, as {@link #schema} describes it. */
public final class Summary {

    /** Name of the file within the run folder. */
    public static final String FILE = "summary.json";

    private static final String SCHEMA = "summary.schema.json";

    private Summary() {}

    /** The file's text: infinite numbers are the texts {@code "Infinity"} and {@code "-Infinity"}. */
    public static String json(RunSummary summary) {
        try {
            return PlanJson.mapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(summary) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a summary can be written", e);
        }
    }

    /**
     * Writes the file, whole or not at all.
     *
     * @return the file
     * @throws io.margrave.data.BadInputException where the folder can't be written
     */
    public static Path write(Path runFolder, RunSummary summary) {
        Path file = runFolder.resolve(FILE);
        byte[] bytes = json(summary).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, channel -> RunStore.writeFully(channel, bytes));
        return file;
    }

    /** JSON schema (draft 2020-12) of the file. */
    public static String schema() {
        try (InputStream stream = Summary.class.getResourceAsStream(SCHEMA)) {
            if (stream == null) {
                throw new IllegalStateException("want " + SCHEMA + " beside " + Summary.class);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
