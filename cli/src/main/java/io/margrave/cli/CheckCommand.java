package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.ValueRange;
import io.margrave.robustness.audit.PairCheck;
import io.margrave.theory.Verdict;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code margrave check}: one input, one perturbation, one r. */
@Command(
        name = "check",
        sortOptions = false,
        description = {
            "Judge one pair: is the model r-robust at this input to this perturbation?",
            "",
            "It is where P(|Delta| <= r) > 1/2, with Delta the distance of the perturbed input's random reconstructions"
                    + " from g(mu(x)), the clean input's deterministic one (Camuto et al. 2021). The probability is judged"
                    + " through its Clopper-Pearson bounds: HOLDS, FAILS, or UNDECIDED where the draws are too few.",
            "",
            "An input is a PNG or JPEG of the model's size, FILE.safetensors#tensor#row, or test:17 of the data set.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave check --model models/mnist-b4 --input a.png --perturbed b.png --r 6",
            "  margrave check --model models/m --input test:17 --perturbed attacks.safetensors#perturbed#0 --r 6",
            "",
            "Exit codes: 0 it HOLDS, 1 it FAILS or is UNDECIDED, 2 bad input."
        })
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the model.")
    private Path model = Path.of("");

    @Option(names = "--input", required = true, paramLabel = "A", description = "The clean input.")
    private String input = "";

    @Option(names = "--perturbed", required = true, paramLabel = "B", description = "The perturbed input.")
    private String perturbed = "";

    @Option(names = "--r", required = true, paramLabel = "R", description = "Radius of r-robustness, in output units.")
    private double r;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Posterior draws. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--alpha",
            paramLabel = "P",
            defaultValue = "0.001",
            description = "Chance of error a side, in (0, 0.5). Default: ${DEFAULT-VALUE}.")
    private double alpha;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description = "Data set that test:17 is of. Default: what the model was trained on.")
    private @Nullable String data;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!(r >= 0) || Double.isInfinite(r)) {
            throw new BadInputException("want a finite --r of at least 0, got " + r);
        }
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new BadInputException("want --alpha in (0, 0.5), got " + alpha);
        }
        if (draws < 1) {
            throw new BadInputException("want --draws of at least 1, got " + draws);
        }
        Path folder = console.resolve(model);
        Vae vae = ModelFolder.read(folder);
        ValueRange range = vae.spec().range();
        String set = data == null ? ModelFolder.card(folder, "model").data() : data;
        DataRequest request = DataRequest.of(set, global.dataDir == null ? null : console.resolve(global.dataDir));
        InputReference images = new InputReference(vae.spec().shape(), range, request);
        float[] clean = images.read(input, console);
        if (!range.contains(clean)) {
            throw new BadInputException("want a clean input with values in [" + range.low() + ", " + range.high()
                    + "], got one outside in " + input);
        }
        float[] moved = images.read(perturbed, console);
        return say(PairCheck.of(vae, clean, moved, r, draws, alpha, global.seedOrZero()), range.contains(moved));
    }

    private int say(PairCheck check, boolean inside) {
        Verdict verdict = check.within().verdict(alpha);
        List<String> lines = new ArrayList<>();
        lines.add("verdict     " + verdict);
        lines.add("P(<= r)     " + Table.number(check.within().estimate()) + " ["
                + Table.number(check.within().lower(alpha)) + ", "
                + Table.number(check.within().upper(alpha)) + "], "
                + check.within().successes() + " of " + check.within().trials() + " draws, alpha " + alpha + " a side");
        lines.add("smallest r  [" + Table.number(check.smallestR().low()) + ", "
                + Table.number(check.smallestR().high()) + "]");
        lines.add("|delta|     " + Table.number(check.norm())
                + (inside ? ", inside the value range" : ", OUTSIDE the value range"));
        console.say(global.quiet ? lines.subList(0, 1) : lines);
        return verdict == Verdict.HOLDS ? ExitCode.PASS : ExitCode.FAILED;
    }
}
