package io.margrave.cli;

import io.margrave.cli.plan.Closest;
import io.margrave.cli.plan.PlanDocument;
import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Norm;
import io.margrave.results.Word;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.robustness.suite.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is attacked and how: a plan without breaks, whose suite has an attack a goal. */
final class AttackOptions {
    private static final List<String> USUAL = List.of("max-damage", "max-damage-mean", "max-damage-variance");

    /** Of {@code --weights auto}: so many, evenly spaced in their logarithm. */
    private static final int WEIGHTS = 10;

    private static final double SMALLEST_WEIGHT = 1e-2;
    private static final double LARGEST_WEIGHT = 1e3;

    @Option(
            names = {"--model", "--models"},
            paramLabel = "DIR",
            split = ",",
            description = "Folders of the models to attack; with --resume, where they are now, if they moved.")
    @Nullable
    List<String> models;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            description = "Data set to attack on. Default: what the models were trained on.")
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
            description = "Points, a seeded random sample of the split. Default: 16.")
    @Nullable
    Integer points;

    @Option(names = "--indices", split = ",", paramLabel = "I", description = "These points of the split instead.")
    int @Nullable [] indices;

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            split = ",",
            description = "What the adversary wants: one attack each; --list shows all. Default: max-damage,"
                    + " max-damage-mean and max-damage-variance.")
    @Nullable
    List<String> goals;

    @Option(
            names = "--variable",
            paramLabel = "V",
            converter = Words.OfVariable.class,
            completionCandidates = Words.OfVariable.class,
            description =
                    "What is perturbed: ${COMPLETION-CANDIDATES}. A universal perturbation is one for all inputs, fitted"
                            + " on training images; latents are perturbed in latent units. Default: input.")
    @Nullable
    Variable variable;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = Words.OfNorm.class,
            completionCandidates = Words.OfNorm.class,
            description = "Of the perturbation: ${COMPLETION-CANDIDATES}. Default: l2.")
    @Nullable
    Norm norm;

    @Option(
            names = "--radius",
            paramLabel = "E",
            description =
                    "Radius in that norm, in input units. Default: a tenth of the median distance between validation"
                            + " inputs for l2, a tenth of the value range for linf.")
    @Nullable
    Double radius;

    @Option(
            names = "--weights",
            paramLabel = "auto|W,W,...",
            description =
                    "The norm as a penalty of these weights instead, one attack each; auto is ten from 0.01 to 1000.")
    @Nullable
    String weights;

    @Option(
            names = "--method",
            paramLabel = "M",
            converter = Words.OfMethod.class,
            completionCandidates = Words.OfMethod.class,
            description = "How it searches: ${COMPLETION-CANDIDATES}. Default: gradient.")
    @Nullable
    Method method;

    @Option(
            names = "--targets",
            paramLabel = "N",
            description = "Other images that each point is attacked for, by targeted goals. Default: 1.")
    @Nullable
    Integer targets;

    @Option(
            names = "--probe",
            paramLabel = "logistic|FILE",
            description =
                    "A classifier on mu(x) whose predictions are watched: trained here, or a TorchScript file. Default:"
                            + " logistic for goal downstream, else none.")
    @Nullable
    String probe;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps. Default: 50; 1000 queries for square, 10000 perturbations for random.")
    @Nullable
    Integer steps;

    @Option(names = "--draws", paramLabel = "N", description = "Posterior draws of a step. Default: 8; 1 for random.")
    @Nullable
    Integer draws;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Starts a point. Default: 2; 1 for square and random.")
    @Nullable
    Integer restarts;

    @Option(
            names = "--precision",
            paramLabel = "auto|float32|bfloat16",
            description =
                    "Of the matrix products while searching; what is reported is measured in float32. Default: auto.")
    @Nullable
    String precision;

    @Option(
            names = "--r",
            paramLabel = "auto|R,R,...",
            description = "Radii of r-robustness that P(|Delta| <= r) is measured at, in output units. Default: auto.")
    @Nullable
    String r;

    /** Refuses what can be refused before anything is read. */
    void check() {
        if (models == null || models.isEmpty()) {
            throw new BadInputException("want --model with the folder of a model, got none");
        }
        if (few(steps) || few(draws) || few(restarts)) {
            throw new BadInputException("want --steps, --draws and --restarts of at least 1, got " + said(steps) + ", "
                    + said(draws) + " and " + said(restarts));
        }
        if (points != null && indices != null) {
            throw new BadInputException("want --points or --indices, got both: leave one out");
        }
        if (indices != null && Arrays.stream(indices).distinct().count() < indices.length) {
            throw new BadInputException("want different --indices, got one twice: leave it out");
        }
        if (radius != null && (!(radius >= 0) || Double.isInfinite(radius))) {
            throw new BadInputException("want a finite --radius of at least 0, got " + radius);
        }
        if (radius != null && weights != null) {
            throw new BadInputException(
                    "want --radius or --weights, got both: a norm is a constraint or a penalty; leave one out");
        }
        if (norm == Norm.L1 && radius == null && weights == null) {
            throw new BadInputException("want --radius with --norm l1, got none: no radius of it goes without saying");
        }
        if (variable == Variable.LATENT && radius == null) {
            throw new BadInputException("want --radius with --variable latent, in latent units, got none");
        }
        if (targets != null && targets < 1) {
            throw new BadInputException("want --targets of at least 1, got " + targets);
        }
    }

    private static boolean few(@Nullable Integer count) {
        return count != null && count < 1;
    }

    private static String said(@Nullable Integer count) {
        return count == null ? "none" : count.toString();
    }

    /**
     * What was asked for, as a plan that says so.
     *
     * @throws BadInputException with one line, where goals, targets and the rest don't go together
     */
    PlanDocument document(GlobalOptions global) {
        List<String> asked = goals == null ? usual() : goals;
        boolean downstream = asked.contains("downstream");
        return PlanDocument.empty()
                .with("models", models)
                .with("data", data)
                .with("data_dir", global.dataDir == null ? null : global.dataDir.toString())
                .with("image_size", imageSize)
                .with("split", split)
                .with("points", indices != null ? Integer.valueOf(indices.length) : points == null ? 16 : points)
                .with("r", r == null ? null : AuditOptions.radii(r))
                .with("attack", "steps", searches() ? steps : null)
                .with("attack", "draws", searches() ? draws : null)
                .with("attack", "restarts", searches() ? restarts : null)
                .with("attack", "precision", precision)
                .with("seed", global.seed)
                .with("breaks", false)
                .with("suite", suite(asked))
                .with("probe", probe == null && downstream ? Probe.LOGISTIC : probe);
    }

    private boolean searches() {
        return method == null || method == Method.GRADIENT || method == Method.ADAM || method == Method.APGD;
    }

    private List<String> usual() {
        return variable == Variable.LATENT ? USUAL.subList(0, 1) : USUAL;
    }

    private List<Map<String, Object>> suite(List<String> asked) {
        Map<String, AttackCatalogue.Entry> known =
                AttackCatalogue.list().stream().collect(Collectors.toMap(AttackCatalogue.Entry::id, entry -> entry));
        List<Map<String, Object>> suite = new ArrayList<>();
        if (asked.stream().distinct().count() < asked.size()) {
            throw new BadInputException("want different --goal, got one twice of " + String.join(", ", asked)
                    + ": a plan may have several attacks of one goal, see 'margrave audit --help'");
        }
        boolean targeted = false;
        for (String goal : asked) {
            AttackCatalogue.Entry entry = known.get(goal);
            if (entry == null) {
                throw new BadInputException("unknown goal '" + goal + "' of --goal"
                        + Closest.to(goal, known.keySet())
                                .map(likely -> "; did you mean '" + likely + "'?")
                                .orElse("")
                        + "; see 'margrave attack --list'");
            }
            targeted |= entry.targeted();
            suite.add(attack(entry));
        }
        if (targets != null && !targeted) {
            throw new BadInputException(
                    "want --targets with a targeted goal, got " + String.join(", ", asked) + ": see --list");
        }
        return suite;
    }

    private Map<String, Object> attack(AttackCatalogue.Entry entry) {
        Map<String, Object> attack = new LinkedHashMap<>();
        attack.put("goal", entry.id());
        put(attack, "variable", variable == null ? null : Word.of(variable));
        put(attack, "norm", norm == null ? null : Word.of(norm));
        put(attack, "method", method == null ? null : Word.of(method));
        put(attack, "radius", radius);
        put(attack, "weights", weights == null ? null : weights(weights));
        put(attack, "targets", entry.targeted() ? targets : null);
        Map<String, Object> effort = new LinkedHashMap<>();
        put(effort, "steps", steps);
        put(effort, "draws", draws);
        put(effort, "restarts", restarts);
        put(effort, "precision", precision);
        attack.put("effort", effort);
        return attack;
    }

    private static void put(Map<String, Object> into, String key, @Nullable Object value) {
        if (value != null) {
            into.put(key, value);
        }
    }

    private static List<Double> weights(String given) {
        if (given.equals("auto")) {
            List<Double> spaced = new ArrayList<>();
            for (int i = 0; i < WEIGHTS; i++) {
                spaced.add(SMALLEST_WEIGHT * Math.pow(LARGEST_WEIGHT / SMALLEST_WEIGHT, i / (WEIGHTS - 1.0)));
            }
            return spaced;
        }
        List<Double> weights = new ArrayList<>();
        for (String weight : given.split(",", -1)) {
            try {
                weights.add(Double.valueOf(weight.strip()));
            } catch (NumberFormatException e) {
                throw new BadInputException("want auto or numbers for --weights, got '" + weight + "'", e);
            }
        }
        for (double weight : weights) {
            if (!(weight > 0) || Double.isInfinite(weight)) {
                throw new BadInputException("want finite --weights greater than 0, got " + weight);
            }
        }
        if (weights.stream().distinct().count() < weights.size()) {
            throw new BadInputException("want different --weights, got one twice: leave it out");
        }
        return weights;
    }
}
