package io.margrave.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code margrave} command. */
@Command(
        name = "margrave",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "How robust is this variational autoencoder, point by point?",
            "",
            "Margrave trains VAEs, attacks them, and says for every input how far it can be moved before its"
                    + " reconstruction breaks: from below by bounds, from above by verified attacks."
        },
        footerHeading = "%nFirst steps:%n",
        footer = {
            "  margrave audit                          a demonstration on generated data, in three minutes",
            "  margrave train --data mnist --latent 20 --beta 4 --out models/mnist-b4",
            "  margrave audit --models models/mnist-b4 --data mnist --points 500 --r 4,6,8",
            "  margrave attack --list                  what an adversary may want; margrave attack --model models/mnist-b4",
            "  margrave COMMAND --help                 what a command does, with examples",
            "  source <(margrave generate-completion)  completion for bash and zsh",
            "",
            "Results go to standard output; progress and errors to standard error.",
            "MARGRAVE_DEBUG=1 shows stack traces; MARGRAVE_DATA names the folder of the data sets; MARGRAVE_CLASSPATH, jars",
            "with attack goals of your own.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:a gate or a check failed",
            "2:bad input, or a file that can't be read or written",
            "70:a bug in margrave",
            "130:stopped by Ctrl-C; what was finished is kept"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /** Runs and ends the process. */
    public static void main(String[] args) {
        int exitCode = run(args, Console.ofProcess());
        System.out.flush();
        System.exit(exitCode);
    }

    /** Runs within this process; never ends it. */
    static int run(String[] args, Console console) {
        try {
            return commandLine(console).execute(args);
        } catch (OutOfMemoryError | LinkageError e) {
            // picocli hands exceptions to us, but lets errors through.
            return Failure.report(e, console);
        }
    }

    /** All commands, ready to run. */
    static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(new TrainCommand(console));
        line.addSubcommand(new AttackCommand(console));
        line.addSubcommand(new AuditCommand(console));
        line.addSubcommand(new SensitivityCommand(console));
        line.addSubcommand(new ReproduceCommand(console));
        line.addSubcommand(new CheckCommand(console));
        line.addSubcommand(new VerifyCommand(console));
        line.addSubcommand(new CompareCommand(console));
        line.addSubcommand(new ReportCommand(console));
        line.addSubcommand(new ExportCommand(console));
        line.addSubcommand(new ImportCommand(console));
        line.addSubcommand(new ExportModelCommand(console));
        line.addSubcommand(new DatasetsCommand(console));
        line.addSubcommand(new GenerateCompletion());
        line.setOut(writer(console.out()));
        line.setErr(writer(console.err()));
        line.setUsageHelpWidth(Math.max(80, Math.min(console.columns(), 120)));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(console.terminal() ? Ansi.AUTO : Ansi.OFF));
        line.setAbbreviatedOptionsAllowed(false);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return Failure.reporting(line, console);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /** Without a command: the help, and bad input. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "want a command, as in 'margrave audit'");
    }
}
