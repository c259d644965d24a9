package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.AtomicFile;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.PairwiseDistances;
import io.margrave.data.Safetensors;
import io.margrave.data.TensorData;
import io.margrave.results.AttackOutcome;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.audit.AttackExecutor;
import io.margrave.vae.Engine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code margrave attack}: the maximum-damage attack, without an audit around it. */
@Command(
        name = "attack",
        sortOptions = false,
        description = {
            "Run the maximum-damage attack: how far can a perturbation of a given norm move reconstructions?",
            "",
            "It maximises E |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| over |d| <= radius inside the value range (Camuto et"
                    + " al. 2021), and measures what it reached on fresh noise; beside it, attacks that move only the mean"
                    + " or only the variance.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave attack --model models/mnist-b4 --points 16",
            "  margrave attack --model models/mnist-b4 --indices 3,17 --radius 2 --out attacks",
            "",
            "--out attacks writes attacks.csv and attacks.safetensors (inputs, perturbed, reconstructions).",
            "",
            "Exit codes: 0 done, 2 bad input, 130 stopped."
        })
final class AttackCommand implements Callable<Integer> {
    private static final int CHUNK = 64;

    private final Console console;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the model.")
    private Path model = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description = "Data set to attack on. Default: what the model was trained on.")
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
            defaultValue = "16",
            description = "Points, a seeded random sample of the split. Default: ${DEFAULT-VALUE}.")
    private int points;

    @Option(names = "--indices", split = ",", paramLabel = "I", description = "These points of the split instead.")
    private int @Nullable [] indices;

    @Option(
            names = "--radius",
            paramLabel = "E",
            description =
                    "L2 radius, in input units. Default: a tenth of the median distance between validation inputs.")
    private @Nullable Double radius;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "50",
            description = "Gradient steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "8",
            description = "Posterior draws of a step. Default: ${DEFAULT-VALUE}.")
    private int draws;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            defaultValue = "2",
            description = "Starts a point. Default: ${DEFAULT-VALUE}.")
    private int restarts;

    @Option(names = "--out", paramLabel = "NAME", description = "Write NAME.csv and NAME.safetensors.")
    private @Nullable Path out;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    AttackCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (steps < 1 || draws < 1 || restarts < 1) {
            throw new BadInputException("want --steps, --draws and --restarts of at least 1, got " + steps + ", "
                    + draws + " and " + restarts);
        }
        Path prefix = out == null ? null : writable(console.resolve(out));
        Models models = Models.read(List.of(model.toString()), console);
        String name = models.cards().get(0).name();
        DataSplits splits = Datasets.open(new DataRequest(
                data == null ? models.trainedOn() : data,
                global.dataDir == null ? null : console.resolve(global.dataDir),
                imageSize,
                imageSize != null));
        ImageSet images = splits.split(split);
        models.checkTake(images);
        int[] chosen = chosen(images);
        double reach = radius(splits);
        List<AttackOutcome> outcomes;
        try (ConsoleProgress progress = global.progress(console)) {
            outcomes = AttackExecutor.run(
                    name,
                    models.vaes().values().iterator().next(),
                    images,
                    chosen,
                    reach,
                    new SearchEffort(steps, draws, restarts, Engine.searchPrecision()),
                    global.seedOrZero(),
                    CHUNK,
                    global.threads(),
                    progress);
        }
        // The table first: it stays where a disk that is full now takes no file.
        say(images, chosen, outcomes);
        if (prefix != null) {
            write(prefix, images, chosen, outcomes);
        }
        return ExitCode.PASS;
    }

    /** Checks before the work that there is a place for its files. */
    private static Path writable(Path prefix) {
        Path folder = prefix.getParent();
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new BadInputException("want --out in a folder that can be written to, got " + prefix);
        }
        for (Path file : List.of(sibling(prefix, ".csv"), sibling(prefix, ".safetensors"))) {
            if (Files.isDirectory(file)) {
                throw new BadInputException("want a file to write for --out, got the folder " + file);
            }
        }
        return prefix;
    }

    private int[] chosen(ImageSet images) {
        if (indices == null) {
            return AuditRun.sample(images, points, global.seedOrZero());
        }
        for (int index : indices) {
            if (index < 0 || index >= images.size()) {
                throw new BadInputException(
                        "want --indices from 0 to " + (images.size() - 1) + " of " + images.name() + ", got " + index);
            }
        }
        return indices;
    }

    private double radius(DataSplits splits) {
        if (radius == null) {
            return 0.1 * PairwiseDistances.median(splits.validation(), global.seedOrZero());
        }
        if (!(radius >= 0) || Double.isInfinite(radius)) {
            throw new BadInputException("want a finite --radius of at least 0, got " + radius);
        }
        return radius;
    }

    private void say(ImageSet images, int[] chosen, List<AttackOutcome> outcomes) {
        Table table = new Table(
                "point", "label", "norm", "clean", "damage", "mean only", "variance only", "nats lost", "degradation");
        for (int i = 0; i < chosen.length; i++) {
            AttackOutcome outcome = outcomes.get(i);
            table.row(
                    Integer.toString(chosen[i]),
                    Integer.toString(images.label(chosen[i])),
                    Table.number(outcome.norm()),
                    Table.number(outcome.damageClean()),
                    Table.number(outcome.damage()),
                    number(outcome.damageMeanOnly()),
                    number(outcome.damageVarianceOnly()),
                    Table.number(outcome.logLikClean() - outcome.logLikAttacked()),
                    number(outcome.degradation()));
        }
        console.say(table.lines());
        if (!global.quiet) {
            console.say(List.of(
                    "",
                    "damage is the mean distance of random reconstructions from g(mu(x)), on fresh noise; degradation is"
                            + " negative where worse."));
        }
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : Table.number(value);
    }

    private static void write(Path prefix, ImageSet images, int[] chosen, List<AttackOutcome> outcomes) {
        List<String> lines = new ArrayList<>();
        lines.add("point,label,radius,norm,damage_clean,damage,damage_mean_only,damage_variance_only,log_lik_clean,"
                + "log_lik_attacked,degradation");
        for (int i = 0; i < chosen.length; i++) {
            AttackOutcome at = outcomes.get(i);
            lines.add(String.join(
                    ",",
                    Integer.toString(chosen[i]),
                    Integer.toString(images.label(chosen[i])),
                    Double.toString(at.radius()),
                    Double.toString(at.norm()),
                    Double.toString(at.damageClean()),
                    Double.toString(at.damage()),
                    text(at.damageMeanOnly()),
                    text(at.damageVarianceOnly()),
                    Double.toString(at.logLikClean()),
                    Double.toString(at.logLikAttacked()),
                    text(at.degradation())));
        }
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(sibling(prefix, ".csv"), channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
        Safetensors.write(
                sibling(prefix, ".safetensors"),
                Map.of(
                        "inputs",
                                stack(
                                        images.shape(),
                                        Arrays.stream(chosen)
                                                .mapToObj(images::image)
                                                .toList()),
                        "perturbed",
                                stack(
                                        images.shape(),
                                        outcomes.stream()
                                                .map(AttackOutcome::perturbed)
                                                .toList()),
                        "reconstructions",
                                stack(
                                        images.shape(),
                                        outcomes.stream()
                                                .map(AttackOutcome::reconstruction)
                                                .toList())),
                Map.of("data", images.name(), "points", Arrays.toString(chosen)));
    }

    private static Path sibling(Path prefix, String ending) {
        return prefix.resolveSibling(prefix.getFileName() + ending);
    }

    private static String text(@Nullable Double value) {
        return value == null ? "" : value.toString();
    }

    private static TensorData stack(ImageShape shape, List<float[]> rows) {
        float[] all = new float[rows.size() * shape.size()];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * shape.size(), shape.size());
        }
        return TensorData.of(all, rows.size(), shape.channels(), shape.height(), shape.width());
    }
}
