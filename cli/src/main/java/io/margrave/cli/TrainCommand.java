package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.results.ModelCard;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code margrave train}: a VAE into a model folder. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Train a variational autoencoder into a model folder (model.yaml and weights.safetensors).",
            "",
            "The objective is the ELBO, with its KL term weighted by --beta. After each epoch the validation split is"
                    + " scored, and training stops early where that no longer gets better. A training that was stopped goes"
                    + " on from its last epoch when the same command is given again.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave train --data mnist --latent 20 --beta 4 --out models/mnist-b4",
            "  margrave train --data cifar10 --arch conv --latent 64 --likelihood gaussian --scale 0.1 --out models/c",
            "  margrave train --data images --data-dir ~/faces --image-size 64 --arch conv --out models/faces",
            "",
            "Exit codes: 0 done, 2 bad input or a training that diverged, 130 stopped (resumable)."
        })
final class TrainCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "NAME",
            description = "Data set; see 'margrave datasets list'.")
    private String data = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The model folder to make, or to go on with.")
    private Path out = Path.of("");

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Resize folder images to N x N pixels, centre-cropped.")
    private @Nullable Integer imageSize;

    @Option(
            names = "--arch",
            paramLabel = "mlp|conv",
            defaultValue = "mlp",
            description = "Fully connected, or strided convolutions. Default: ${DEFAULT-VALUE}.")
    private String arch = "mlp";

    @Option(
            names = "--widths",
            split = ",",
            paramLabel = "N",
            description = "Hidden sizes of the encoder; the decoder mirrors them. Default: 512,512 for mlp, 32,64,128"
                    + " channels for conv.")
    private @Nullable List<Integer> widths;

    @Option(
            names = "--latent",
            paramLabel = "N",
            defaultValue = "20",
            description = "Latent dimension. Default: ${DEFAULT-VALUE}.")
    private int latent;

    @Option(
            names = "--likelihood",
            paramLabel = "L",
            defaultValue = "bernoulli",
            description = "bernoulli, continuous-bernoulli or gaussian. Default: ${DEFAULT-VALUE}.")
    private String likelihood = "bernoulli";

    @Option(
            names = "--scale",
            paramLabel = "S",
            defaultValue = "0.1",
            description = "Standard deviation of a Gaussian likelihood, a pixel. Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Option(names = "--learned-scale", description = "Learn that standard deviation, starting there.")
    private boolean learnedScale;

    @Option(
            names = "--beta",
            paramLabel = "B",
            defaultValue = "1",
            description = "Weight of the KL term. Default: ${DEFAULT-VALUE}.")
    private double beta;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "0",
            description = "Epochs over which that weight grows from 0. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Epochs at most. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "128",
            description = "Images a step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.001",
            description = "Of Adam. Default: ${DEFAULT-VALUE}.")
    private double learningRate;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "5",
            description = "Epochs without a better validation score before training stops. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(names = "--max-seconds", paramLabel = "S", description = "End training after this time. Default: no limit.")
    private @Nullable Double maxSeconds;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    TrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        TrainingPlan plan = plan();
        Path folder = console.resolve(out);
        DataRequest request = new DataRequest(
                data, global.dataDir == null ? null : console.resolve(global.dataDir), imageSize, imageSize != null);
        try (StopGuard guard = new StopGuard(console, "give the same command again to go on from the last epoch");
                ConsoleProgress progress = global.progress(console)) {
            ModelCard card = Trainer.train(plan, Datasets.open(request), folder, progress);
            progress.close();
            console.say(summary(card));
            return ExitCode.PASS;
        }
    }

    private TrainingPlan plan() {
        try {
            List<Integer> hidden = widths == null ? defaultWidths() : widths;
            return new TrainingPlan(
                    data,
                    Architecture.of(arch, hidden, Activation.RELU),
                    latent,
                    likelihood(),
                    beta,
                    warmUp,
                    epochs,
                    batch,
                    learningRate,
                    patience,
                    global.seedOrZero(),
                    global.threads(),
                    maxSeconds);
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    private List<Integer> defaultWidths() {
        return arch.equals("conv")
                ? Architecture.conv().widths()
                : Architecture.mlp().widths();
    }

    private LikelihoodSpec likelihood() {
        return switch (likelihood) {
            case "bernoulli" -> LikelihoodSpec.bernoulli();
            case "continuous-bernoulli" -> LikelihoodSpec.continuousBernoulli();
            case "gaussian" ->
                learnedScale ? LikelihoodSpec.gaussianWithLearnedScale(scale) : LikelihoodSpec.gaussian(scale);
            default ->
                throw new BadInputException(
                        "want --likelihood bernoulli, continuous-bernoulli or gaussian, got '" + likelihood + "'");
        };
    }

    private List<String> summary(ModelCard card) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s, %d latent, beta %s, %d epochs in %.0f s",
                AuditRun.shortest(Path.of(card.path()), console),
                card.architecture(),
                card.latent(),
                Table.number(card.beta()),
                card.epochs(),
                card.trainSeconds()));
        Double elbo = card.testElbo();
        Double logLikelihood = card.testLogLikelihood();
        Double kl = card.testKl();
        if (elbo != null && logLikelihood != null && kl != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "test ELBO %.2f nats an image: log-likelihood %.2f, KL %.2f; %s of %d latent units active",
                    elbo,
                    logLikelihood,
                    kl,
                    card.activeUnits() == null ? "unknown" : card.activeUnits().toString(),
                    card.latent()));
        }
        return lines;
    }
}
