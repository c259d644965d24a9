package io.margrave.vae.model;

import io.margrave.data.AtomicFile;
import io.margrave.data.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The files of a model folder, as bytes and text, whichever format it is of. */
final class ModelFiles {
    static final String YAML = "model.yaml";

    private ModelFiles() {}

    /**
     * The text of {@code model.yaml}.
     *
     * @throws BadInputException where there is none that can be read
     */
    static String text(Path folder) {
        Path file = folder.resolve(YAML);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(YamlText.LONGEST + 1);
        } catch (NoSuchFileException e) {
            throw new BadInputException(
                    "want a model folder with " + YAML + ", got " + folder
                            + ": train one with margrave train, or export one from Python",
                    e);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't read " + file + ": " + e.getClass().getSimpleName(), e);
        }
        if (bytes.length > YamlText.LONGEST) {
            throw new BadInputException(file + ": want at most " + YamlText.LONGEST + " bytes, got more");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The format that {@code model.yaml} names, whether known or not. */
    static String format(Path folder) {
        return YamlText.parse(folder.resolve(YAML).toString(), text(folder)).text("format");
    }

    /** Makes the folder where there is none. */
    static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't make the folder " + folder + " (" + e.getClass().getSimpleName() + "): choose another --out",
                    e);
        }
    }

    /** Writes {@code model.yaml}, by rename. */
    static void write(Path folder, String yaml) {
        byte[] text = yaml.getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.resolve(YAML), channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** SHA-256 of a file, in hex. */
    static String sha256(Path file) {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchFileException e) {
            throw new BadInputException("want " + file + ", got none: the folder is not a whole model", e);
        } catch (IOException e) {
            throw new BadInputException(
                    "can't read " + file + ": " + e.getClass().getSimpleName(), e);
        }
    }

    /** SHA-256 of a text, in hex. */
    static String sha256(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
