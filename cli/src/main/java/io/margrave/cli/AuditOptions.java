package io.margrave.cli;

import io.margrave.cli.plan.PlanDocument;
import io.margrave.data.BadInputException;
import io.margrave.results.Radii;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what an audit does: each one is a key of the plan, and wins over it. */
final class AuditOptions {
    @Option(
            names = "--models",
            paramLabel = "DIR",
            split = ",",
            description = "Folders of the models to audit. Default: two demonstration models, trained on sprites.")
    @Nullable
    List<String> models;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description = "Data set; see 'margrave datasets list'. Default: what the models were trained on.")
    @Nullable
    String data;

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Resize folder images to N x N pixels, centre-cropped.")
    @Nullable
    Integer imageSize;

    @Option(names = "--split", paramLabel = "NAME", description = "test, validation or train. Default: test.")
    @Nullable
    String split;

    @Option(
            names = "--points",
            paramLabel = "N",
            description = "Points to audit: a seeded random sample of the split. Default: 128.")
    @Nullable
    Integer points;

    @Option(
            names = "--r",
            paramLabel = "auto|R,R,...",
            description = "Radii of r-robustness, in output units. Default: auto, which is 0.25, 0.5 and 0.75 of the"
                    + " median distance between different validation inputs.")
    @Nullable
    String r;

    @Option(
            names = "--alpha",
            paramLabel = "P",
            description = "Chance of error of a bound, a side and a point. Default: 0.001.")
    @Nullable
    Double alpha;

    @Option(names = "--draws", paramLabel = "N", description = "Clean posterior draws a point. Default: 2000.")
    @Nullable
    Integer draws;

    @Option(
            names = "--verdict-draws",
            paramLabel = "N",
            description = "Posterior draws of one break verdict. Default: 1000.")
    @Nullable
    Integer verdictDraws;

    @Option(
            names = "--mean-only",
            negatable = true,
            description = "Search mean-only margins too (or not). Default: yes.")
    @Nullable
    Boolean meanOnly;

    @Option(names = "--unboxed", description = "Search margins without the data's value range too.")
    @Nullable
    Boolean unboxed;

    @Option(
            names = "--attack-radius",
            paramLabel = "auto|E",
            description =
                    "L2 radius of the maximum-damage attack, in input units; 0 for none. Default: auto, a tenth of"
                            + " the median distance between different validation inputs.")
    @Nullable
    String attackRadius;

    @Option(names = "--attack-steps", paramLabel = "N", description = "Gradient steps of that attack. Default: 50.")
    @Nullable
    Integer attackSteps;

    @Option(names = "--attack-draws", paramLabel = "N", description = "Posterior draws of a step. Default: 8.")
    @Nullable
    Integer attackDraws;

    @Option(names = "--attack-restarts", paramLabel = "N", description = "Starts a point. Default: 2.")
    @Nullable
    Integer attackRestarts;

    @Option(
            names = "--search-steps",
            paramLabel = "N",
            description = "Gradient steps of the search for the smallest break. Default: 32.")
    @Nullable
    Integer searchSteps;

    @Option(names = "--search-draws", paramLabel = "N", description = "Posterior draws of a step. Default: 4.")
    @Nullable
    Integer searchDraws;

    @Option(
            names = "--search-restarts",
            paramLabel = "N",
            description = "Starts a point, which race; the best goes on. Default: 40.")
    @Nullable
    Integer searchRestarts;

    @Option(
            names = "--search-precision",
            paramLabel = "auto|float32|bfloat16",
            description =
                    "Precision of the matrix products while searching and attacking; what is reported is measured in float32."
                            + " Default: auto, which is bfloat16 where the processor multiplies it fast (AMX, AVX-512 BF16).")
    @Nullable
    String searchPrecision;

    @Option(
            names = "--curve-points",
            paramLabel = "N",
            description = "Points a model whose P(|Delta| <= r) is measured along their break. Default: 64.")
    @Nullable
    Integer curvePoints;

    @Option(
            names = "--chunk",
            paramLabel = "N",
            description = "Points that are searched and committed together. Default: 64.")
    @Nullable
    Integer chunk;

    @Option(
            names = "--breaks",
            negatable = true,
            description = "Search smallest breaks, the upper bounds of margins (or not). Default: yes.")
    @Nullable
    Boolean breaks;

    @Option(
            names = "--suite",
            paramLabel = "GOAL",
            split = ",",
            description =
                    "Attacks to run besides, by their goals; see 'margrave attack --list'. A plan can say more of each. Default:"
                            + " none.")
    @Nullable
    List<String> suite;

    @Option(
            names = "--probe",
            paramLabel = "logistic|FILE",
            description =
                    "A classifier on mu(x) whose predictions are watched: trained here, or a TorchScript file. Default:"
                            + " none.")
    @Nullable
    String probe;

    /** Says what was asked for. */
    void applyTo(PlanDocument plan, GlobalOptions global) {
        plan.with("models", models)
                .with("data", data)
                .with("data_dir", text(global.dataDir))
                .with("image_size", imageSize)
                .with("split", split)
                .with("points", points)
                .with("r", r == null ? null : radii(r))
                .with("alpha", alpha)
                .with("draws", draws)
                .with("verdict_draws", verdictDraws)
                .with("mean_only", meanOnly)
                .with("unboxed", unboxed)
                .with("attack_radius", attackRadius == null ? null : number("--attack-radius", attackRadius))
                .with("attack", "steps", attackSteps)
                .with("attack", "draws", attackDraws)
                .with("attack", "restarts", attackRestarts)
                .with("search", "steps", searchSteps)
                .with("search", "draws", searchDraws)
                .with("search", "restarts", searchRestarts)
                .with("search", "precision", searchPrecision)
                .with("attack", "precision", searchPrecision)
                .with("curve_points", curvePoints)
                .with("seed", global.seed)
                .with("chunk", chunk)
                .with("breaks", breaks)
                .with(
                        "suite",
                        suite == null
                                ? null
                                : suite.stream()
                                        .map(goal -> Map.of("goal", goal))
                                        .toList())
                .with("probe", probe);
    }

    private static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }

    /** The plan's radii from what {@code --r} says. */
    static Object radii(String given) {
        try {
            Radii parsed = Radii.parse(given);
            return parsed.auto() ? "auto" : parsed.values();
        } catch (IllegalArgumentException e) {
            throw new BadInputException("--r: " + e.getMessage(), e);
        }
    }

    private static Object number(String option, String given) {
        if (given.equals("auto")) {
            return given;
        }
        try {
            return Double.valueOf(given.strip());
        } catch (NumberFormatException e) {
            throw new BadInputException("want auto or a number for " + option + ", got '" + given + "'", e);
        }
    }
}
