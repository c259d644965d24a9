package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.results.ModelCard;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelKind;
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

/** {@code margrave train}: a VAE, or what it is compared with, into a model folder. */
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Train a variational autoencoder, or what it is compared with, into a model folder (model.yaml and weights.safetensors).",
            "",
            "Of --kind vae the objective is the ELBO, with its KL term weighted by --beta. Kind ae is the same network without noise:"
                    + " it reconstructs from mu(x). Kind vib predicts the class of an image through a random latent (variational"
                    + " information bottleneck), kind classifier through mu(x); both need a data set with labels. After each epoch the validation split is"
                    + " scored, and training stops early where that no longer gets better. A training that was stopped goes"
                    + " on from its last epoch when the same command is given again.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave train --data mnist --latent 20 --beta 4 --out models/mnist-b4",
            "  margrave train --data cifar10 --arch conv --latent 64 --likelihood gaussian --scale 0.1 --out models/c",
            "  margrave train --data mnist --kind ae --latent 20 --out models/mnist-ae",
            "  margrave train --data mnist --kind vib --beta 0.001 --latent 20 --out models/mnist-vib",
            "  margrave train --data mnist --kind classifier --latent 20 --out models/mnist-classifier",
            "  margrave train --data mnist --jacobian-penalty 0.1 --out models/mnist-flat",
            "  margrave train --data mnist --sigma-floor 0.3 --out models/mnist-noisy",
            "  margrave train --data images --data-dir ~/faces --image-size 64 --arch conv --out models/faces",
            "",
            "Exit codes: 0 done, 2 bad input or a training that diverged, 130 stopped (resumable)."
        })
final class TrainCommand implements Callable<Integer> {
    /** Where Alemi et al. (2017) find the bottleneck to narrow without a loss of accuracy. */
    private static final double DEFAULT_BOTTLENECK = 1e-3;

    private static final double DEFAULT_SCALE = 0.1;

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
            names = "--kind",
            paramLabel = "vae|ae|vib|classifier",
            defaultValue = "vae",
            description =
                    "What to train: a VAE, a deterministic autoencoder, a variational information bottleneck or a deterministic"
                            + " classifier. Default: ${DEFAULT-VALUE}.")
    private String kind = "vae";

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
            description =
                    "bernoulli, continuous-bernoulli or gaussian, of a model that reconstructs. Default: bernoulli.")
    private @Nullable String likelihood;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description = "Standard deviation of a Gaussian likelihood, a pixel. Default: 0.1.")
    private @Nullable Double scale;

    @Option(names = "--learned-scale", description = "Learn that standard deviation, starting there.")
    private boolean learnedScale;

    @Option(
            names = "--beta",
            paramLabel = "B",
            description = "Weight of the KL term, of kinds vae and vib. Default: 1 of a vae, 0.001 of a vib.")
    private @Nullable Double beta;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "0",
            description = "Epochs over which that weight grows from 0. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--jacobian-penalty",
            paramLabel = "W",
            defaultValue = "0",
            description =
                    "Subtract W |J|_F^2 from the objective, J being the Jacobian of mu(x). Default: ${DEFAULT-VALUE}.")
    private double jacobianPenalty;

    @Option(
            names = "--sigma-floor",
            paramLabel = "S",
            defaultValue = "0",
            description =
                    "Let sqrt(sigma^2 + S^2) be the posterior's standard deviation, of kinds vae and vib. Default:"
                            + " ${DEFAULT-VALUE}.")
    private double sigmaFloor;

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
        ModelKind model = ModelKind.of(kind);
        if (!model.reconstructs()) {
            refuse("--likelihood", likelihood, model, "reconstructs nothing");
            refuse("--scale", scale, model, "reconstructs nothing");
            refuse("--learned-scale", learnedScale ? true : null, model, "reconstructs nothing");
        }
        if (model.deterministic()) {
            refuse("--beta", beta, model, "has no KL term");
            refuse("--warm-up", warmUp == 0 ? null : warmUp, model, "has no KL term");
            refuse("--sigma-floor", sigmaFloor == 0 ? null : sigmaFloor, model, "has a standard deviation of 0");
        }
        try {
            List<Integer> hidden = widths == null ? defaultWidths() : widths;
            return new TrainingPlan(
                    data,
                    Architecture.of(arch, hidden, Activation.RELU),
                    latent,
                    likelihood(),
                    beta(model),
                    warmUp,
                    epochs,
                    batch,
                    learningRate,
                    patience,
                    global.seedOrZero(),
                    global.threads(),
                    maxSeconds,
                    new TrainingPlan.Variant(model, jacobianPenalty, sigmaFloor));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void refuse(String option, @Nullable Object given, ModelKind model, String why) {
        if (given != null) {
            throw new BadInputException(
                    "want no " + option + " with --kind " + model.id() + ", which " + why + ", got " + given);
        }
    }

    private double beta(ModelKind model) {
        if (beta != null) {
            return beta;
        }
        return switch (model) {
            case VAE -> 1;
            case VIB -> DEFAULT_BOTTLENECK;
            case AE, CLASSIFIER -> 0;
        };
    }

    private List<Integer> defaultWidths() {
        return arch.equals("conv")
                ? Architecture.conv().widths()
                : Architecture.mlp().widths();
    }

    private LikelihoodSpec likelihood() {
        String family = likelihood == null ? "bernoulli" : likelihood;
        double deviation = scale == null ? DEFAULT_SCALE : scale;
        return switch (family) {
            case "bernoulli" -> LikelihoodSpec.bernoulli();
            case "continuous-bernoulli" -> LikelihoodSpec.continuousBernoulli();
            case "gaussian" ->
                learnedScale ? LikelihoodSpec.gaussianWithLearnedScale(deviation) : LikelihoodSpec.gaussian(deviation);
            default ->
                throw new BadInputException(
                        "want --likelihood bernoulli, continuous-bernoulli or gaussian, got '" + family + "'");
        };
    }

    private List<String> summary(ModelCard card) {
        List<String> lines = new ArrayList<>();
        ModelKind model = ModelKind.of(kind);
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s%s, %d latent%s, %d epochs in %.0f s",
                AuditRun.shortest(Path.of(card.path()), console),
                model == ModelKind.VAE ? "" : model.id() + " ",
                card.architecture(),
                card.latent(),
                model.deterministic() ? "" : ", beta " + Table.number(card.beta()),
                card.epochs(),
                card.trainSeconds()));
        Double logLikelihood = card.testLogLikelihood();
        if (logLikelihood != null) {
            lines.add(quality(card, logLikelihood));
        }
        return lines;
    }

    private static String quality(ModelCard card, double logLikelihood) {
        Double elbo = card.testElbo();
        Double kl = card.testKl();
        String accuracy = card.told().get(ModelFolder.TEST_ACCURACY);
        String units = String.format(
                Locale.ROOT,
                "%s of %d latent units active",
                card.activeUnits() == null ? "unknown" : card.activeUnits().toString(),
                card.latent());
        String divergence = kl == null ? "" : String.format(Locale.ROOT, ", KL %.2f", kl);
        if (accuracy != null) {
            return String.format(
                    Locale.ROOT,
                    "test accuracy %.2f %%: log-likelihood of the class %.4f nats%s; %s",
                    100 * Double.parseDouble(accuracy),
                    logLikelihood,
                    divergence,
                    units);
        }
        return elbo == null
                ? String.format(Locale.ROOT, "test log-likelihood %.2f nats an image; %s", logLikelihood, units)
                : String.format(
                        Locale.ROOT,
                        "test ELBO %.2f nats an image: log-likelihood %.2f%s; %s",
                        elbo,
                        logLikelihood,
                        divergence,
                        units);
    }
}
