package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.AtomicFile;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.results.SearchEffort;
import io.margrave.results.experiment.ExperimentTables;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.robustness.sensitivity.SensitivityAudit;
import io.margrave.robustness.sensitivity.SensitivityPlan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code margrave sensitivity}: how far inputs can be moved before a classifier's prediction does not hold. */
@Command(
        name = "sensitivity",
        sortOptions = false,
        description = {
            "Measure the sensitivity margins of classifiers, point by point.",
            "",
            "The margin is the smallest L2 perturbation inside the value range after which at most half of the random draws"
                    + " are given the class that is predicted for the clean input; of a deterministic classifier, after which that"
                    + " prediction changes. From above: the smallest break found, verified on fresh noise. From below: first-order"
                    + " estimates (Frobenius, whitened; linear where the encoder is deterministic).",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave train --data mnist --kind vib --out models/mnist-vib",
            "  margrave train --data mnist --kind classifier --out models/mnist-det",
            "  margrave sensitivity --models models/mnist-vib,models/mnist-det --points 500 --out sensitivity.csv",
            "",
            "Exit codes: 0 done, 2 bad input, 130 stopped (nothing is kept)."
        })
final class SensitivityCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--models",
            required = true,
            split = ",",
            paramLabel = "DIR",
            description = "Folders of classifiers, of kind vib or classifier.")
    private List<String> models = List.of();

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description = "Data set; see 'margrave datasets list'. Default: what the models were trained on.")
    private @Nullable String data;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Resize folder images to N x N pixels, centre-cropped.")
    private @Nullable Integer imageSize;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            defaultValue = "test",
            description = "test, validation or train. Default: ${DEFAULT-VALUE}.")
    private String split = "test";

    @Option(
            names = "--points",
            paramLabel = "N",
            defaultValue = "128",
            description = "Points to measure: a seeded random sample of the split, the one that audits take. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int points;

    @Option(
            names = "--alpha",
            paramLabel = "P",
            defaultValue = "0.001",
            description = "Chance of error of a bound, a side and a point. Default: ${DEFAULT-VALUE}.")
    private double alpha;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Clean posterior draws a point. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--verdict-draws",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Most posterior draws of one break verdict. Default: ${DEFAULT-VALUE}.")
    private int verdictDraws;

    @Option(
            names = "--mean-only",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Search mean-only margins of random encoders too (or not). Default: yes.")
    private boolean meanOnly = true;

    @Option(
            names = "--search-steps",
            paramLabel = "N",
            defaultValue = "32",
            description = "Gradient steps of the search for the smallest break. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--search-draws",
            paramLabel = "N",
            defaultValue = "4",
            description = "Posterior draws of a step. Default: ${DEFAULT-VALUE}.")
    private int searchDraws;

    @Option(
            names = "--search-restarts",
            paramLabel = "N",
            defaultValue = "40",
            description = "Starts a point, which race; the best goes on. Default: ${DEFAULT-VALUE}.")
    private int restarts;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "CSV file to write, a row a model and point. Default: none.")
    private @Nullable Path out;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    SensitivityCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        SensitivityPlan plan = plan();
        Path file = out == null ? null : writable(console.resolve(out));
        Classifiers classifiers = Classifiers.read(models, console);
        ImageSet images = Datasets.open(new DataRequest(
                        data == null ? classifiers.trainedOn() : data,
                        global.dataDir == null ? null : console.resolve(global.dataDir),
                        imageSize,
                        imageSize != null))
                .split(split);
        classifiers.checkTake(images);
        int[] sample = AuditRun.sample(images, points, plan.seed());
        Map<String, List<SensitivityRow>> rows = new LinkedHashMap<>();
        try (StopGuard guard = new StopGuard(console, "nothing was kept; give the same command again");
                ConsoleProgress progress = global.progress(console)) {
            classifiers
                    .byName()
                    .forEach((name, classifier) -> rows.put(
                            name,
                            SensitivityAudit.run(plan, classifier, name, images, sample, global.threads(), progress)));
            if (file != null) {
                guard.whole(() -> write(file, rows));
            }
        }
        console.say(SensitivityTable.lines(rows));
        return ExitCode.PASS;
    }

    private SensitivityPlan plan() {
        if (!List.of("test", "validation", "train").contains(split)) {
            throw new BadInputException("want --split test, validation or train, got '" + split + "'");
        }
        try {
            return new SensitivityPlan(
                    alpha,
                    draws,
                    verdictDraws,
                    meanOnly,
                    SearchEffort.of(steps, searchDraws, restarts),
                    global.seedOrZero(),
                    SensitivityPlan.defaults().chunk());
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Refuses now what would be refused after all the work. */
    private static Path writable(Path file) {
        Path folder = file.getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new BadInputException("want --out to name a file in a folder that exists, got " + file);
        }
        return file;
    }

    private static void write(Path file, Map<String, List<SensitivityRow>> rows) {
        byte[] text = ExperimentTables.sensitivity(
                        rows.values().stream().flatMap(List::stream).toList())
                .getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
