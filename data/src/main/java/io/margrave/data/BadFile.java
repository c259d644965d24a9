package io.margrave.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** One-line errors about files. File contents are untrusted: what is quoted of them is cut and kept printable. */
final class BadFile {
    private static final int LONGEST_QUOTE = 80;

    private BadFile() {}

    static BadInputException unreadable(Path file, IOException e) {
        return new BadInputException("can't read " + file + ": " + reason(e), e);
    }

    static BadInputException unwritable(Path file, IOException e) {
        return new BadInputException(
                "can't write " + file + ": " + reason(e) + "; choose a folder that exists, is writable and has room",
                e);
    }

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints()
                .limit(LONGEST_QUOTE)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR ? '?' : c)
                .forEach(quoted::appendCodePoint);
        return quoted.append(text.codePointCount(0, text.length()) > LONGEST_QUOTE ? "...'" : "'")
                .toString();
    }

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String message = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("unknown error");
    }
}
