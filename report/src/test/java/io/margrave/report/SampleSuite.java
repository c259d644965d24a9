package io.margrave.report;

import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.AuditPlan;
import io.margrave.results.Check;
import io.margrave.results.CleanQuality;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Curve;
import io.margrave.results.Norm;
import io.margrave.results.RunResults;
import io.margrave.results.SearchEffort;
import io.margrave.theory.Proportion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Made-up findings of a suite of attacks, and checks, put beside a made-up run. */
final class SampleSuite {
    static final double RADIUS = 1.2;
    private static final float[] NONE = {};

    private final RunResults run;
    private final boolean labelled;
    private final List<AttackSpec> specs;

    SampleSuite(RunResults run, boolean labelled, List<AttackSpec> specs) {
        this.run = run;
        this.labelled = labelled;
        this.specs = specs;
    }

    static AttackSpec spec(String name, String goal, Method method, double radius, int targets) {
        return new AttackSpec(
                name, goal, Variable.INPUT, Norm.L2, radius, List.of(), method, SearchEffort.of(50, 8, 2), targets);
    }

    /** An attack of every kind that a report treats in its own way. */
    static List<AttackSpec> all(int targets) {
        return List.of(
                spec("random", "max-damage", Method.RANDOM, RADIUS, 0),
                spec("one-step", "max-damage", Method.ONE_STEP, RADIUS, 0),
                spec("damage-small", "max-damage", Method.GRADIENT, RADIUS / 2, 0),
                spec("damage", "max-damage", Method.GRADIENT, RADIUS, 0),
                spec("damage-large", "max-damage", Method.GRADIENT, RADIUS * 2, 0),
                spec("damage-mean", "max-damage-mean", Method.GRADIENT, RADIUS, 0),
                spec("damage-variance", "max-damage-variance", Method.GRADIENT, RADIUS, 0),
                spec("latent-kl", "latent-kl", Method.ADAM, RADIUS, targets),
                spec("square", "max-damage", Method.SQUARE, RADIUS, 0),
                new AttackSpec(
                        "linf",
                        "max-damage",
                        Variable.INPUT,
                        Norm.LINF,
                        0.08,
                        List.of(),
                        Method.APGD,
                        SearchEffort.of(50, 8, 2),
                        0),
                new AttackSpec(
                        "latents",
                        "max-damage",
                        Variable.LATENT,
                        Norm.L2,
                        0.5,
                        List.of(),
                        Method.GRADIENT,
                        SearchEffort.of(50, 8, 2),
                        0),
                new AttackSpec(
                        "output-sweep",
                        "output",
                        Variable.INPUT,
                        Norm.L2,
                        null,
                        List.of(0.1, 1.0, 10.0, 100.0),
                        Method.ADAM,
                        SearchEffort.of(100, 8, 2),
                        targets));
    }

    /** The run with the suite in it. */
    RunResults results(boolean breaks, List<EvaluationCheck> checks) {
        AuditPlan plan = run.plan();
        AuditPlan with = new AuditPlan(
                plan.models(),
                plan.data(),
                plan.dataDir(),
                plan.imageSize(),
                plan.split(),
                plan.points(),
                plan.r(),
                plan.alpha(),
                plan.draws(),
                plan.verdictDraws(),
                plan.meanOnly(),
                plan.unboxed(),
                plan.attackRadius(),
                plan.attack(),
                plan.search(),
                plan.curvePoints(),
                plan.seed(),
                plan.chunk(),
                breaks,
                specs,
                labelled && !specs.isEmpty() ? "logistic" : null,
                EvaluationCheck.Level.QUICK);
        List<AttackRow> attacks = new ArrayList<>();
        run.models()
                .forEach(model -> specs.forEach(spec -> {
                    for (int i = 0; i < run.info().points().size(); i++) {
                        attacks.addAll(rows(model.name(), model.beta(), spec, i));
                    }
                }));
        return new RunResults(
                with,
                run.info(),
                run.models(),
                run.rows(),
                breaks ? run.curves() : List.of(),
                breaks ? run.exhibits() : List.of(),
                attacks,
                exhibits(attacks),
                checks);
    }

    private List<AttackRow> rows(String model, double beta, AttackSpec spec, int position) {
        Random image = new Random(0x9E3779B97F4A7C15L * (model.hashCode() + position));
        double clean = 1.1 + 0.2 * beta + 0.3 * image.nextDouble();
        double gain = Math.exp(0.3 * image.nextGaussian()) * 2.1 / Math.sqrt(beta);
        double logLik = -70 - 15 * image.nextDouble();
        int label = labelled ? position % 3 : -1;
        Integer class0 = labelled ? Integer.valueOf(position % 11 == 0 ? 1 + label : label) : null;
        CleanQuality quality = new CleanQuality(
                clean,
                logLik,
                logLik - 14 - 2 * image.nextDouble(),
                2.4 + 0.4 * beta + 0.5 * image.nextDouble(),
                class0);
        List<@Nullable Double> weights = new ArrayList<>(spec.weights());
        if (weights.isEmpty()) {
            weights.add(null);
        }
        List<AttackRow> rows = new ArrayList<>();
        for (int t = 0; t < Math.max(1, spec.targets()); t++) {
            Integer target = spec.targets() == 0 ? null : Integer.valueOf(1000 + 7 * position + t);
            for (Double weight : weights) {
                Random random = new Random(image.nextLong());
                double norm = weight != null
                        ? 4 / (1 + Math.sqrt(weight))
                        : spec.radius() == null ? 1 : spec.norm() == Norm.LINF ? 2.0 : spec.radius();
                double damage =
                        clean + gain * norm * strength(spec) * (0.9 + 0.2 * random.nextDouble()) / (1 + 0.12 * norm);
                List<Proportion> within = run.plan().r().values().stream()
                        .map(r -> new Proportion(Math.round(1000 / (1 + Math.exp(-3 * (r - damage)))), 1000))
                        .toList();
                boolean latent = spec.variable() == Variable.LATENT;
                double lost = 12 * (damage - clean) * (1 + 0.1 * random.nextGaussian());
                Double u = target == null ? null : Double.valueOf(norm / 9);
                Double v = target == null
                        ? null
                        : Double.valueOf(1
                                - Math.min(
                                        1,
                                        2.6
                                                * norm
                                                / 9
                                                * strength(spec)
                                                * (0.7 + 0.6 * random.nextDouble())
                                                / Math.sqrt(beta)));
                rows.add(new AttackRow(
                        model,
                        3 * position + 1,
                        label,
                        quality,
                        new AttackFinding(
                                spec.name(),
                                target,
                                weight,
                                weight == null ? spec.radius() : null,
                                spec.norm() == Norm.LINF ? 0.08 : norm,
                                norm,
                                damage,
                                damage,
                                within,
                                logLik - lost,
                                target == null ? null : Double.valueOf(-300 + 40 * norm),
                                3 * (damage - clean),
                                latent ? null : Double.valueOf(1 - 0.03 * norm),
                                1 - 0.2 * Math.min(4, damage - clean),
                                class0 == null ? null : Integer.valueOf(damage > 3.3 ? 9 : class0),
                                spec.effort().steps() * 16L,
                                spec.method() == Method.RANDOM || spec.method() == Method.SQUARE
                                        ? 0
                                        : spec.effort().steps() * 2L,
                                NONE,
                                NONE,
                                u,
                                v)));
            }
        }
        return rows;
    }

    private static double strength(AttackSpec spec) {
        double goal = spec.goal().endsWith("variance") ? 0.12 : spec.goal().endsWith("mean") ? 0.97 : 1;
        return goal
                * switch (spec.method()) {
                    case RANDOM -> 0.08;
                    case ONE_STEP -> 0.6;
                    case SQUARE -> 0.7;
                    case ADAM -> 0.8;
                    case GRADIENT, APGD, MINIMAL_NORM -> 1;
                };
    }

    /** Six images of every attack, wherever they stand. */
    private List<AttackExhibit> exhibits(List<AttackRow> attacks) {
        List<AttackExhibit> exhibits = new ArrayList<>();
        for (AttackRow row : attacks) {
            if (row.point() % 5 == 1 && row.point() < 90) {
                exhibits.add(exhibit(row));
            }
        }
        exhibits.sort(Comparator.comparing(each -> each.row().model()));
        return exhibits;
    }

    private AttackExhibit exhibit(AttackRow row) {
        List<Integer> of = run.info().shape();
        int[] shape = {of.get(0), of.get(1), of.get(2)};
        double x = shape[2] * (0.3 + 0.04 * (row.point() % 10));
        double y = shape[1] * (0.65 - 0.03 * (row.point() % 11));
        float[] input = ellipse(shape, x, y, 0.2, 0.13);
        float[] far = ellipse(shape, shape[2] - x, shape[1] - y, 0.15, 0.17);
        float[] perturbed = input.clone();
        Random random = new Random(row.point());
        double size = 0;
        float[] noise = new float[input.length];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) ((far[i] - input[i]) * 0.4 + 0.1 * random.nextGaussian());
            size += noise[i] * noise[i];
        }
        for (int i = 0; i < noise.length; i++) {
            perturbed[i] = (float)
                    Math.max(0, Math.min(1, input[i] + noise[i] * row.finding().normL2() / Math.sqrt(size)));
        }
        boolean latent = row.finding().attack().equals("latents");
        return new AttackExhibit(
                row,
                shape,
                0,
                1,
                input,
                ellipse(shape, x + 1, y, 0.21, 0.12),
                latent ? new float[10] : perturbed,
                far,
                row.finding().target() == null ? null : ellipse(shape, shape[2] - x, shape[1] - y, 0.17, 0.2));
    }

    private static float[] ellipse(int[] shape, double x, double y, double width, double height) {
        int pixels = shape[1] * shape[2];
        float[] values = new float[shape[0] * pixels];
        for (int c = 0; c < shape[0]; c++) {
            for (int i = 0; i < pixels; i++) {
                double dx = (i % shape[2] - x) / (width * shape[2]);
                double dy = (i / (double) shape[2] - y) / (height * shape[1]);
                values[c * pixels + i] =
                        (float) ((shape[0] == 1 ? 1 : 0.4 + 0.3 * c) / (1 + Math.exp(6 * (dx * dx + dy * dy - 1))));
            }
        }
        return values;
    }

    /** A verdict of some checks on each model; the one of that number fails on the first. */
    static List<EvaluationCheck> checks(RunResults run, int failing) {
        List<EvaluationCheck> checks = new ArrayList<>();
        String first = run.models().get(0).name();
        run.models().forEach(model -> {
            for (int number : List.of(1, 2, 3, 4, 6, 7, 12, 14)) {
                Check.Outcome outcome = number == failing && model.name().equals(first)
                        ? Check.Outcome.FAIL
                        : number == 3 ? Check.Outcome.WARN : Check.Outcome.PASS;
                checks.add(new EvaluationCheck(
                        model.name(),
                        number,
                        "made-up check " + number,
                        outcome,
                        "Of 64 images, " + (outcome == Check.Outcome.PASS ? "none" : "9")
                                + " went beyond 0.02 of what was allowed (largest 0.034, at point 1717).",
                        number == 4 ? List.of(curve("50 steps", 50), curve("100 steps", 100)) : List.of()));
            }
        });
        return checks;
    }

    private static Curve curve(String name, int steps) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int i = 0; i <= 10; i++) {
            x.add(steps * i / 10.0);
            y.add(3.2 - 1.9 * Math.exp(-steps * i / 120.0));
        }
        return new Curve(name, "step", "objective", x, y);
    }
}
