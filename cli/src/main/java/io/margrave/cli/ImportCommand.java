package io.margrave.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.margrave.data.AtomicFile;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.results.Check;
import io.margrave.results.ModelCard;
import io.margrave.results.PlanJson;
import io.margrave.vae.Engine;
import io.margrave.vae.inspection.Estimate;
import io.margrave.vae.inspection.Inspection;
import io.margrave.vae.inspection.Quality;
import io.margrave.vae.model.ModelReference;
import io.margrave.vae.model.Vae;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave import}: whether a model from elsewhere can be audited, and how good it is. */
@Command(
        name = "import",
        sortOptions = false,
        description = {
            "Check a model from elsewhere and say what was found.",
            "",
            "DIR holds model.yaml, encoder.pt and decoder.pt (TorchScript), as the Python package margrave-export writes"
                    + " them. Checked are shapes, finite numbers, determinism, independence of the rows of a batch, gradients"
                    + " against finite differences, value range, and agreement with reference.safetensors to 1e-5. With --data"
                    + " the model is measured, too. Nothing is copied: every other command takes DIR as it is.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave import models/mine",
            "  margrave import models/mine --data mnist --points 1000 --json found.json",
            "  margrave import models/a-strangers --sandbox",
            "",
            "Exit codes: 0 usable (with warnings or without), 2 not usable, or bad input."
        })
final class ImportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path model = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description =
                    "Data set to measure the model on, its test split; see 'margrave datasets list'. Default: none.")
    private @Nullable String data;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Resize folder images to N x N pixels, centre-cropped.")
    private @Nullable Integer imageSize;

    @Option(names = "--points", paramLabel = "N", description = "Images to measure it on. Default: the whole split.")
    private @Nullable Integer points;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was found to a file, too.")
    private @Nullable Path json;

    @Option(
            names = "--sandbox",
            description = "Load and check it in a process of its own, with bounded memory and time.")
    private boolean sandbox;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    ImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path folder = console.resolve(model);
        if (sandbox) {
            return Sandbox.run(arguments(folder), SandboxLimits.defaults(), console);
        }
        Engine.singleThreaded();
        Models read = Models.read(List.of(folder.toString()), console);
        ModelCard card = read.cards().get(0);
        Vae vae = read.vaes().values().iterator().next();
        ImageSet images = images(read);
        int[] indices = images == null
                ? new int[0]
                : points == null
                        ? IntStream.range(0, images.size()).toArray()
                        : AuditRun.sample(images, points, global.seedOrZero());
        Inspection found =
                Inspection.of(vae, ModelReference.read(folder, vae.spec()), images, indices, global.seedOrZero());
        if (json != null) {
            write(console.resolve(json), card, found);
        }
        console.say(lines(card, vae, images, found));
        return found.usable() ? ExitCode.PASS : ExitCode.BAD_INPUT;
    }

    /** This command without {@code --sandbox}. */
    private List<String> arguments(Path folder) {
        List<String> arguments = new ArrayList<>(List.of("import", folder.toString()));
        add(arguments, "--data", data);
        add(arguments, "--image-size", imageSize);
        add(arguments, "--points", points);
        add(arguments, "--json", json == null ? null : console.resolve(json));
        add(arguments, "--seed", global.seed);
        add(arguments, "--data-dir", global.dataDir == null ? null : console.resolve(global.dataDir));
        if (global.quiet) {
            arguments.add("--quiet");
        }
        return arguments;
    }

    private static void add(List<String> arguments, String option, @Nullable Object value) {
        if (value != null) {
            arguments.addAll(List.of(option, value.toString()));
        }
    }

    private @Nullable ImageSet images(Models read) {
        if (data == null) {
            if (points != null) {
                throw new BadInputException("want --data with --points: which images to measure the model on");
            }
            return null;
        }
        Path dataDir = global.dataDir == null ? null : console.resolve(global.dataDir);
        ImageSet images = Datasets.open(new DataRequest(data, dataDir, imageSize, imageSize != null))
                .test();
        read.checkTake(images);
        return images;
    }

    private List<String> lines(ModelCard card, Vae vae, @Nullable ImageSet images, Inspection found) {
        List<String> lines = new ArrayList<>();
        if (!global.quiet) {
            lines.add("      " + card.architecture() + ": " + vae.spec().shape() + " images in ["
                    + vae.spec().range().low() + ", " + vae.spec().range().high() + "], " + card.latent()
                    + " latents; prior " + card.prior() + ", posterior " + card.posterior() + ", likelihood "
                    + card.likelihood());
        }
        for (Check check : found.checks()) {
            if (!global.quiet || check.outcome() != Check.Outcome.PASS) {
                lines.add(check.outcome().name().toLowerCase(Locale.ROOT) + "  " + check.name() + ": "
                        + check.evidence());
            }
        }
        Quality quality = found.quality();
        if (quality != null && images != null) {
            lines.addAll(quality(quality, images, vae, card));
        }
        long failed = found.checks().stream()
                .filter(check -> check.outcome() == Check.Outcome.FAIL)
                .count();
        lines.add(
                failed > 0
                        ? "not usable: " + failed + (failed == 1 ? " check" : " checks") + " failed"
                        : "usable" + (quality == null ? "; measure it with --data" : ""));
        return lines;
    }

    private static List<String> quality(Quality quality, ImageSet images, Vae vae, ModelCard card) {
        List<String> lines = new ArrayList<>();
        lines.add("on    " + quality.images() + " of the " + images.size() + " images of " + images.name()
                + "; means with 95 % intervals");
        lines.add("      |x - g(mu(x))|  " + interval(quality.distance()) + ", " + Table.number(quality.pixelError())
                + " a pixel");
        lines.add("      log p(x|z)      " + interval(quality.logLikelihood()) + " nats an image");
        Estimate kl = quality.kl();
        Estimate elbo = quality.elbo();
        if (kl == null || elbo == null) {
            lines.add("      KL and ELBO     withheld: "
                    + (card.deterministic()
                            ? "the posterior is deterministic"
                            : "the prior is " + vae.spec().prior().id() + ", and only its owner knows it"));
        } else {
            lines.add("      KL              " + interval(kl) + " nats an image");
            lines.add("      ELBO            " + interval(elbo) + " nats an image");
        }
        lines.add("      active units    " + quality.activeUnits() + " of " + card.latent()
                + " (posterior mean varies by more than 0.01)");
        return lines;
    }

    private static String interval(Estimate estimate) {
        return Table.number(estimate.mean()) + " [" + Table.number(estimate.low()) + ", "
                + Table.number(estimate.high()) + "]";
    }

    private static void write(Path file, ModelCard card, Inspection found) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("usable", found.usable());
        tree.put("model", card);
        tree.put("checks", found.checks());
        Quality quality = found.quality();
        if (quality != null) {
            tree.put("quality", quality);
        }
        try {
            byte[] text = (PlanJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(file, channel -> {
                ByteBuffer bytes = ByteBuffer.wrap(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of our own are always writable", e);
        }
    }
}
