package io.margrave.cli;

import io.margrave.cli.plan.Closest;
import io.margrave.data.BadInputException;
import io.margrave.vae.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What went wrong, as one line and an exit code.
 *
 * @param line what was wanted, what came, what to do
 * @param exitCode one of {@link ExitCode}
 */
record Failure(String line, int exitCode) {
    private static final Pattern WANTED_BYTES = Pattern.compile("tried to allocate (\\d+) bytes");

    /** Explains whatever a command threw. A defect's stack trace goes to a file, whose name is in the line. */
    static Failure of(Throwable thrown) {
        // A cause that we can explain is worth more than the wrapping of an executor.
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            Failure explained = explained(each);
            if (explained != null) {
                return explained;
            }
        }
        return new Failure(
                "this is a bug in margrave: " + thrown.getClass().getSimpleName() + ": " + firstLine(thrown)
                        + traceWritten(thrown),
                ExitCode.BUG);
    }

    private static @Nullable Failure explained(Throwable thrown) {
        if (thrown instanceof BadInputException) {
            return badInput(firstLine(thrown));
        }
        if (thrown instanceof ParameterException wrong) {
            return badInput(parameter(wrong));
        }
        if (thrown instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
            return badInput(file(unchecked.getCause()));
        }
        if (thrown instanceof IOException io) {
            return badInput(file(io));
        }
        if (thrown instanceof OutOfMemoryError) {
            return badInput(
                    "out of memory (" + firstLine(thrown)
                            + "); audit fewer models at once, use fewer --draws or a smaller chunk, or set MARGRAVE_JAVA_OPTS=-Xmx8g");
        }
        if (thrown instanceof LinkageError) {
            return badInput("the native engine can't be loaded (" + firstLine(thrown)
                    + "); this distribution was built for another platform, or the folder it is unpacked to is full");
        }
        if (outOfNativeMemory(thrown)) {
            Matcher wanted = WANTED_BYTES.matcher(String.valueOf(thrown.getMessage()));
            return badInput(
                    "not enough memory for " + (wanted.find() ? wanted.group(1) + " bytes more" : "the native engine")
                            + ": fewer --threads or a smaller --chunk (in training, --batch) take less");
        }
        return null;
    }

    /** LibTorch throws these as plain runtime exceptions: only their message tells. */
    private static boolean outOfNativeMemory(Throwable thrown) {
        if (thrown.getClass() != RuntimeException.class && !(thrown instanceof EngineException)) {
            return false;
        }
        String line = firstLine(thrown).toLowerCase(Locale.ROOT);
        return line.contains("alloc") || line.contains("not enough memory");
    }

    private static Failure badInput(String line) {
        return new Failure(line, ExitCode.BAD_INPUT);
    }

    private static String parameter(ParameterException wrong) {
        String help = "; see '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            CommandSpec command = wrong.getCommandLine().getCommandSpec();
            boolean option = first.startsWith("-");
            Set<String> known = option
                    ? command.optionsMap().keySet()
                    : wrong.getCommandLine().getSubcommands().keySet();
            // An option may come with its value: --pionts=3.
            String hint = Closest.to(first.replaceFirst("=.*", ""), known)
                    .map(likely -> "; did you mean '" + likely + "'?")
                    .orElse("");
            String what = option ? "unknown option" : known.isEmpty() ? "unexpected argument" : "unknown command";
            return what + " '" + first + "'" + hint + help;
        }
        String first = firstLine(wrong);
        if (wrong instanceof MissingParameterException) {
            first = first.replaceFirst("^Missing", "missing");
        }
        return first + help;
    }

    private static String file(IOException io) {
        String reason =
                io instanceof FileSystemException onFile ? onFile.getFile() + ": " + explain(onFile) : firstLine(io);
        return reason.toLowerCase(Locale.ROOT).contains("no space left")
                ? reason + "; free some space and run again: finished work is kept"
                : reason;
    }

    private static String explain(FileSystemException onFile) {
        if (onFile instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (onFile instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (onFile instanceof FileAlreadyExistsException) {
            return "exists already, and is no folder";
        }
        if (onFile instanceof NotDirectoryException) {
            return "is not a folder";
        }
        return onFile.getReason() == null ? firstLine(onFile) : onFile.getReason();
    }

    private static String firstLine(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        return message.strip().lines().findFirst().orElse(message);
    }

    private static String traceWritten(Throwable thrown) {
        try {
            Path file = Files.createTempFile("margrave-bug-", ".txt");
            try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
                thrown.printStackTrace(writer);
            }
            return "; please report it with " + file;
        } catch (IOException e) {
            return "; set MARGRAVE_DEBUG=1 to see where";
        }
    }

    /** Makes picocli print this line and nothing else. */
    static CommandLine reporting(CommandLine command, Console console) {
        command.setParameterExceptionHandler((wrong, args) -> report(wrong, console));
        command.setExecutionExceptionHandler((thrown, line, parsed) -> report(thrown, console));
        return command;
    }

    /** Prints the line, and the stack trace where it was asked for. */
    static int report(Throwable thrown, Console console) {
        Failure failure = of(thrown);
        console.err().println("margrave: " + failure.line());
        if (console.debug()) {
            thrown.printStackTrace(console.err());
        }
        console.err().flush();
        return failure.exitCode();
    }
}
