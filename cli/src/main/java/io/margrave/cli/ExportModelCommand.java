package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.vae.Engine;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ScriptExport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave export-model}: a model that was trained here, as TorchScript. */
@Command(
        name = "export-model",
        sortOptions = false,
        description = {
            "Write a model that was trained here as TorchScript, for PyTorch.",
            "",
            "The folder has the format that 'margrave import' reads: encoder.pt gives mean and log-variance of the"
                    + " posterior, decoder.pt logits or, of a Gaussian, the mean; model.yaml says so; reference.safetensors"
                    + " holds inputs and what the model makes of them. In Python: torch.jit.load('encoder.pt').",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave export-model models/mnist-b4 --out torchscript/mnist-b4",
            "",
            "Exit codes: 0 done, 2 bad input."
        })
final class ExportModelCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "Folder of a model that 'margrave train' made.")
    private Path model = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write.")
    private Path out = Path.of("");

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    ExportModelCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path folder = console.resolve(model);
        Path target = console.resolve(out);
        if (ModelFolder.holdsModel(target)) {
            throw new BadInputException("want an --out without a model in it, got " + target + ": choose another");
        }
        Engine.singleThreaded();
        ScriptExport.write(target, ModelFolder.readNetworks(folder), "margrave " + Version.current());
        if (!global.quiet) {
            console.say(List.of("exported: " + AuditRun.shortest(target, console)));
        }
        return ExitCode.PASS;
    }
}
