package io.margrave.store;

import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CleanQuality;
import io.margrave.results.CurvePoint;
import io.margrave.results.EncoderNorms;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.results.Norm;
import io.margrave.results.PointAudit;
import io.margrave.results.Radii;
import io.margrave.results.RadiusAudit;
import io.margrave.results.RunInfo;
import io.margrave.results.SearchEffort;
import io.margrave.results.Side;
import io.margrave.theory.Guarantee;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import io.margrave.theory.QuantileInterval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Made-up but consistent runs: two models, images of 1x2x3, and every odd case of a row somewhere. */
final class Runs {
    static final List<Integer> SHAPE = List.of(1, 2, 3);
    static final double ALPHA = 0.001;

    private Runs() {}

    static AuditPlan plan(int points, int chunk, boolean attack) {
        return new AuditPlan(
                List.of("models/b1", "models/b4"),
                "sprites",
                null,
                null,
                "test",
                points,
                Radii.of(List.of(4.0, 6.0, 8.5)),
                ALPHA,
                2_000,
                1_000,
                true,
                true,
                attack ? 0.5 : 0.0,
                SearchEffort.of(5, 4, 1),
                SearchEffort.of(6, 3, 2),
                2,
                42,
                chunk);
    }

    /** The same with a suite: a targeted attack, a penalty at two weights, an attack on latents. */
    static AuditPlan suitePlan(int points, int chunk) {
        AuditPlan plan = plan(points, chunk, true);
        SearchEffort effort = SearchEffort.of(5, 4, 1);
        return plan.withSuite(List.of(
                new AttackSpec(
                        "latent-kl",
                        "latent-kl",
                        AttackSpec.Variable.INPUT,
                        Norm.L2,
                        0.5,
                        List.of(),
                        AttackSpec.Method.GRADIENT,
                        effort,
                        2),
                new AttackSpec(
                        "penalty, odd name",
                        "max-damage",
                        AttackSpec.Variable.INPUT,
                        Norm.LINF,
                        null,
                        List.of(0.5, 2.0),
                        AttackSpec.Method.ONE_STEP,
                        effort,
                        0),
                new AttackSpec(
                        "max-damage",
                        "max-damage",
                        AttackSpec.Variable.LATENT,
                        Norm.L2,
                        0.25,
                        List.of(),
                        AttackSpec.Method.GRADIENT,
                        effort,
                        0)));
    }

    /** Where targets are from: image i holds i / 1000. */
    static ImageSet split() {
        return new ImageSet() {
            @Override
            public String name() {
                return "made up";
            }

            @Override
            public ImageShape shape() {
                return new ImageShape(1, 2, 3);
            }

            @Override
            public ValueRange range() {
                return new ValueRange(0, 1);
            }

            @Override
            public int size() {
                return 1_000;
            }

            @Override
            public void read(int index, float[] destination, int offset) {
                Arrays.fill(destination, offset, offset + 6, index / 1_000f);
            }

            @Override
            public int label(int index) {
                return -1;
            }

            @Override
            public List<String> classNames() {
                return List.of();
            }

            @Override
            public String checksum() {
                return "c0ffee";
            }
        };
    }

    private static List<AttackFinding> findings(AuditPlan plan, int position, SplittableRandom random) {
        List<AttackFinding> findings = new ArrayList<>();
        for (AttackSpec spec : plan.suite()) {
            for (int target = 0; target < Math.max(1, spec.targets()); target++) {
                for (int weight = 0; weight < Math.max(1, spec.weights().size()); weight++) {
                    boolean latent = spec.variable() == AttackSpec.Variable.LATENT;
                    findings.add(new AttackFinding(
                            spec.name(),
                            spec.targets() == 0 ? null : (position + 1 + target) % 7,
                            spec.weights().isEmpty() ? null : spec.weights().get(weight),
                            spec.radius(),
                            random.nextDouble(),
                            random.nextDouble(),
                            position == 1 ? Double.NEGATIVE_INFINITY : -random.nextDouble(),
                            position + random.nextDouble(),
                            plan.r().values().stream()
                                    .map(r -> new Proportion((int) (r * 10), 100))
                                    .toList(),
                            -200 * random.nextDouble(),
                            spec.targets() == 0 ? null : -random.nextDouble(),
                            latent ? null : random.nextDouble(),
                            latent ? null : random.nextDouble(),
                            position == 0 ? null : random.nextDouble(),
                            position == 0 ? null : position % 10,
                            100 + position,
                            50,
                            latent ? new float[] {position, 1} : image(random),
                            image(random),
                            latent || spec.targets() == 0 ? null : (position + weight) / 100.0,
                            spec.targets() == 0 || position == 2 ? null : 1 - weight / 10.0));
                }
            }
        }
        return findings;
    }

    static RunInfo info(int points) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            indices.add(Math.floorMod(1_000 - 7 * i, 100_000));
        }
        return new RunInfo(
                "run-1", "2026-01-01T00:00:00Z", "0.1.0", "engine 1", "machine", "c0ffee", SHAPE, 0, 1, indices, 0);
    }

    static ModelCard card(String name, double beta) {
        return new ModelCard(
                name,
                "models/" + name,
                "ab12",
                "sprites",
                "c0ffee",
                "mlp 8-8",
                2,
                "bernoulli",
                beta == 1 ? "elbo" : "beta",
                beta,
                3,
                10,
                12.5,
                beta == 1 ? -81.25 : null,
                beta == 1 ? -70.25 : null,
                beta == 1 ? -11.0 : null,
                beta == 1 ? 2 : null,
                List.of(5.5, 5.5));
    }

    static List<ModelCard> cards() {
        return List.of(card("b1", 1), card("b4", 4));
    }

    static List<AuditTask> tasks(AuditPlan plan) {
        List<AuditTask> tasks = new ArrayList<>();
        for (String model : List.of("b1", "b4")) {
            for (int first = 0; first < plan.points(); first += plan.chunk()) {
                tasks.add(new AuditTask(
                        model, first / plan.chunk(), first, Math.min(plan.chunk(), plan.points() - first)));
            }
        }
        return tasks;
    }

    static List<PointAudit> audits(AuditPlan plan, RunInfo info, AuditTask task) {
        List<PointAudit> audits = new ArrayList<>();
        for (int i = 0; i < task.count(); i++) {
            audits.add(audit(plan, info, task.model(), task.first() + i));
        }
        return audits;
    }

    static PointAudit audit(AuditPlan plan, RunInfo info, String model, int position) {
        SplittableRandom random = new SplittableRandom(1_000L * model.hashCode() + position);
        int point = info.points().get(position);
        double frobenius = position == 3 ? 0 : 1 + random.nextDouble();
        EncoderNorms encoder = new EncoderNorms(0.1, frobenius, frobenius / 2, frobenius * 4);
        float[] input = image(random);
        List<RadiusAudit> radii = new ArrayList<>();
        for (double r : plan.r().values()) {
            radii.add(radius(model, position, point, r, encoder, input, random));
        }
        AttackOutcome attack = plan.attackRadius() == null || plan.attackRadius() == 0
                ? null
                : new AttackOutcome(
                        plan.attackRadius(),
                        0.45,
                        1 + random.nextDouble(),
                        random.nextDouble(),
                        position % 2 == 0 ? random.nextDouble() : null,
                        random.nextDouble(),
                        position == 1 ? 1e-6 : -100 * random.nextDouble() - 1,
                        -200,
                        image(random),
                        image(random));
        // Too few draws for an upper end at one point.
        QuantileInterval smallestR =
                new QuantileInterval(random.nextDouble(), position == 2 ? Double.POSITIVE_INFINITY : 2);
        float[] reconstruction = image(random);
        CleanQuality clean = plan.suite().isEmpty()
                ? null
                : new CleanQuality(
                        random.nextDouble(),
                        -100,
                        position == 0 ? null : -110.5,
                        random.nextDouble(),
                        position == 0 ? null : 3);
        return new PointAudit(
                model,
                position,
                point,
                position % 3 - 1,
                encoder,
                smallestR,
                radii,
                attack,
                input,
                reconstruction,
                clean,
                findings(plan, position, random));
    }

    private static RadiusAudit radius(
            String model,
            int position,
            int point,
            double r,
            EncoderNorms encoder,
            float[] input,
            SplittableRandom random) {
        Proportion clean = new Proportion(position == 4 ? 300 : 1_900 + (int) r, 2_000);
        double pLower = clean.lower(ALPHA);
        List<Margin> margins = new ArrayList<>();
        List<Break> breaks = new ArrayList<>();
        List<CurvePoint> curve = new ArrayList<>();
        double[] bounds = {
            MarginBounds.frobenius(0.1, pLower, encoder.frobenius()),
            MarginBounds.spectral(0.1, pLower, encoder.spectral()),
            MarginBounds.whitened(pLower, encoder.whitened())
        };
        String[] names = {"frobenius", "spectral", "whitened"};
        for (int i = 0; i < names.length; i++) {
            margins.add(new Margin(
                    model,
                    point,
                    r,
                    names[i],
                    Side.LOWER,
                    Kind.MEAN_ONLY,
                    Norm.L2,
                    true,
                    Guarantee.FIRST_ORDER,
                    ALPHA,
                    bounds[i],
                    false));
        }
        for (Kind kind : Kind.values()) {
            for (boolean boxed : new boolean[] {true, false}) {
                boolean censored = position % 5 == (kind == Kind.FULL ? 1 : 2) && r > 5;
                float[] perturbed = image(random);
                double norm = position == 4 ? 0 : distance(input, perturbed);
                margins.add(new Margin(
                        model,
                        point,
                        r,
                        "break-search",
                        Side.UPPER,
                        kind,
                        Norm.L2,
                        boxed,
                        censored ? Guarantee.EMPIRICAL : Guarantee.STATISTICAL,
                        ALPHA,
                        censored ? 30 : norm,
                        censored));
                if (!censored) {
                    breaks.add(new Break(r, kind, boxed, norm, new Proportion(400, 1_000), perturbed, image(random)));
                    if (kind == Kind.FULL && boxed && position < 2) {
                        curve.add(new CurvePoint(r, 0, clean));
                        curve.add(new CurvePoint(r, norm, new Proportion(401, 1_000)));
                    }
                }
            }
        }
        return new RadiusAudit(r, clean, clean.verdict(ALPHA), margins, breaks, curve);
    }

    static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static float[] image(SplittableRandom random) {
        float[] values = new float[6];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
        return values;
    }
}
