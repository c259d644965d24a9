package io.margrave.report;

import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.CurvePoint;
import io.margrave.results.CurveRow;
import io.margrave.results.Exhibit;
import io.margrave.results.ModelCard;
import io.margrave.results.Radii;
import io.margrave.results.RunInfo;
import io.margrave.results.RunResults;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Made-up runs that look like real ones; each method changes one thing. */
final class SampleRun {
    private Map<String, Double> models = new TreeMap<>(Map.of("sprites-b1", 1.0, "sprites-b4", 4.0));
    private int points = 128;
    private List<Double> fractions = Radii.AUTO_FRACTIONS;
    private boolean attacked = true;
    private boolean meanOnly = true;
    private int censoredEvery;
    private boolean curves = true;
    private int exhibitsEach = 6;
    private int channels = 1;
    private boolean collapsed;
    private boolean flat;
    private boolean unknownQuality;
    private double violationShift = 1;
    private String data = "sprites";
    private boolean breaks = true;
    private List<AttackSpec> suite = List.of();
    private boolean labelled = true;
    private int failing = -1;
    private List<Integer> shape = List.of();

    static SampleRun run() {
        return new SampleRun();
    }

    SampleRun models(Map<String, Double> betas) {
        models = new TreeMap<>(betas);
        return this;
    }

    SampleRun points(int count) {
        points = count;
        return this;
    }

    SampleRun oneRadius() {
        fractions = List.of(0.5);
        return this;
    }

    SampleRun notAttacked() {
        attacked = false;
        return this;
    }

    SampleRun withoutMeanOnly() {
        meanOnly = false;
        return this;
    }

    SampleRun withoutCurves() {
        curves = false;
        return this;
    }

    SampleRun exhibits(int each) {
        exhibitsEach = each;
        return this;
    }

    /** Every n-th point has no verified break; 1 for none at all. */
    SampleRun censoredEvery(int n) {
        censoredEvery = n;
        return this;
    }

    SampleRun coloured() {
        channels = 3;
        data = "cifar10";
        return this;
    }

    SampleRun collapsed() {
        collapsed = true;
        return this;
    }

    /** Every fourth point has a Jacobian of zero. */
    SampleRun flat() {
        flat = true;
        return this;
    }

    SampleRun unknownQuality() {
        unknownQuality = true;
        return this;
    }

    /** Below 1, some breaks lie below the whitened bound. */
    SampleRun breaksScaledBy(double factor) {
        violationShift = factor;
        return this;
    }

    /** With a suite of attacks; the targeted ones have so many targets an image. */
    SampleRun suite(int targetsEach) {
        return suite(SampleSuite.all(targetsEach));
    }

    SampleRun suite(List<AttackSpec> specs) {
        suite = specs;
        return this;
    }

    /** Attacks alone, as of {@code breaks: false}. */
    SampleRun withoutBreaks() {
        breaks = false;
        attacked = false;
        return this;
    }

    SampleRun unlabelled() {
        labelled = false;
        return this;
    }

    /** With checks, of which one fails; 0 for none. */
    SampleRun checks(int number) {
        failing = number;
        return this;
    }

    /** Channels, height and width of the images of attacks. */
    SampleRun shape(List<Integer> of) {
        shape = of;
        return this;
    }

    RunResults results() {
        RunResults margins = margins();
        return new SampleSuite(margins, labelled, suite)
                .results(breaks, failing < 0 ? List.of() : SampleSuite.checks(margins, failing));
    }

    private RunResults margins() {
        double median = 7.81;
        AuditPlan base = AuditPlan.defaults();
        List<Double> values = fractions.stream().map(f -> f * median).toList();
        Radii radii = fractions.equals(Radii.AUTO_FRACTIONS) ? Radii.automatic().resolve(median) : Radii.of(values);
        AuditPlan plan = new AuditPlan(
                models.keySet().stream().map(m -> "models/" + m).toList(),
                data,
                null,
                null,
                "test",
                points,
                radii,
                base.alpha(),
                base.draws(),
                base.verdictDraws(),
                meanOnly,
                false,
                attacked ? 0.78 : 0.0,
                base.attack(),
                base.search(),
                64,
                0,
                64);
        RunInfo info = new RunInfo(
                "20260102-030405-" + data,
                "2026-01-02T03:04:05Z",
                "0.1.0",
                "LibTorch 2.10.0",
                "Some processor, 2 cores; Linux 6.1; Java 17.0.15",
                "3f".repeat(32),
                !shape.isEmpty() ? shape : channels == 1 ? List.of(1, 28, 28) : List.of(3, 32, 32),
                0,
                1,
                IntStream.range(0, points).map(i -> 3 * i + 1).boxed().toList(),
                71.5);
        List<ModelCard> cards = new ArrayList<>();
        List<AuditRow> rows = new ArrayList<>();
        List<CurveRow> curveRows = new ArrayList<>();
        List<Exhibit> exhibits = new ArrayList<>();
        models.forEach((name, beta) -> {
            cards.add(card(name, beta));
            List<AuditRow> own = rows(name, beta, values, plan);
            rows.addAll(own);
            if (curves) {
                curveRows.addAll(curves(own, plan));
            }
            exhibits.addAll(exhibits(own));
        });
        return new RunResults(plan, info, cards, rows, curveRows, exhibits);
    }

    private ModelCard card(String name, double beta) {
        int active = collapsed && beta > 1 ? 0 : beta > 1 ? 6 : 9;
        return new ModelCard(
                name,
                "models/" + name,
                "9c".repeat(32),
                data,
                "3f".repeat(32),
                "mlp 512-512",
                10,
                "bernoulli",
                beta > 1 ? "beta" : "elbo",
                beta,
                0,
                24,
                28.4,
                unknownQuality ? null : Double.valueOf(-72.31 - 6 * beta),
                unknownQuality ? null : Double.valueOf(-58.2 - 9 * beta),
                unknownQuality ? null : Double.valueOf(14.1 + 3 / beta),
                unknownQuality ? null : Integer.valueOf(active),
                List.of());
    }

    private List<AuditRow> rows(String model, double beta, List<Double> radii, AuditPlan plan) {
        Random random = new Random(model.hashCode());
        List<AuditRow> rows = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            double sigma = 0.09 * Math.pow(beta, 0.45) * Math.exp(0.25 * random.nextGaussian());
            double spectral = flat && i % 4 == 0 ? 0 : 1.9 / Math.sqrt(beta) * Math.exp(0.3 * random.nextGaussian());
            double frobenius = spectral * (1.5 + 0.3 * random.nextDouble());
            double whitened = spectral / sigma / (1.8 + random.nextDouble());
            double looseness = Math.exp(0.7 + 0.35 * random.nextGaussian());
            double spread = 0.9 + 1.3 * random.nextDouble() + 0.12 * beta;
            for (double r : radii) {
                double chance = 1 / (1 + Math.exp(-2.2 * (r - spread)));
                Proportion clean = new Proportion(Math.round(plan.draws() * chance), plan.draws());
                double lower = clean.lower(plan.alpha());
                Verdict verdict = clean.verdict(plan.alpha());
                double boundWhitened = MarginBounds.whitened(lower, whitened);
                double scale = Double.isFinite(boundWhitened) ? boundWhitened : 2;
                double found = verdict == Verdict.FAILS ? 0 : (scale * looseness + 0.05 + 0.02 * r) * violationShift;
                boolean censored = censoredEvery > 0 && i % censoredEvery == 0;
                Double full = censored || !breaks ? null : Double.valueOf(found);
                double clear = -60 - 20 * random.nextDouble();
                double lost = Math.abs(0.9 + 0.3 * random.nextGaussian()) * 40 / (0.4 + found);
                rows.add(new AuditRow(
                        model,
                        data,
                        "test",
                        3 * i + 1,
                        i % 3,
                        beta,
                        r,
                        plan.draws(),
                        plan.alpha(),
                        clean.estimate(),
                        lower,
                        verdict,
                        spread * 0.97,
                        spread * 1.03,
                        sigma,
                        frobenius,
                        spectral,
                        whitened,
                        MarginBounds.frobenius(sigma, lower, frobenius),
                        MarginBounds.spectral(sigma, lower, spectral),
                        boundWhitened,
                        full,
                        null,
                        full == null || !meanOnly ? null : Double.valueOf(full * 1.04),
                        null,
                        censored,
                        attacked ? Double.valueOf(0.78) : null,
                        attacked ? Double.valueOf(spread * 1.7) : null,
                        null,
                        null,
                        attacked ? Double.valueOf(spread) : null,
                        attacked ? Double.valueOf(clear) : null,
                        attacked ? Double.valueOf(clear - lost) : null,
                        attacked && i % 17 != 3 ? Double.valueOf(-lost / Math.abs(clear)) : null,
                        plan.seed()));
            }
        }
        return rows;
    }

    private static List<CurveRow> curves(List<AuditRow> rows, AuditPlan plan) {
        List<CurveRow> curves = new ArrayList<>();
        for (AuditRow row : rows) {
            if (row.marginUpper() == null || row.marginUpper() == 0 || row.point() > 3 * plan.curvePoints()) {
                continue;
            }
            for (int k = 0; k <= 12; k++) {
                double share = k / 8.0;
                double chance =
                        row.pClean() / (1 + Math.exp(6 * (share - 1 + Math.log(2 * row.pClean() - 1 + 1e-3) / 60)));
                long within = Math.round(500 * Math.max(0, Math.min(1, chance)));
                curves.add(new CurveRow(
                        row.model(),
                        row.point(),
                        new CurvePoint(row.r(), share * row.marginUpper(), new Proportion(within, 500))));
            }
        }
        return curves;
    }

    private List<Exhibit> exhibits(List<AuditRow> rows) {
        List<Exhibit> exhibits = new ArrayList<>();
        Map<Double, List<AuditRow>> byRadius = rows.stream()
                .filter(r -> r.marginUpper() != null && r.marginUpper() > 0)
                .collect(Collectors.groupingBy(AuditRow::r));
        byRadius.forEach((r, all) -> {
            List<AuditRow> sorted = all.stream()
                    .sorted(java.util.Comparator.comparing(AuditRow::marginUpper))
                    .toList();
            int n = Math.min(exhibitsEach, sorted.size());
            for (int i = 0; i < n; i++) {
                AuditRow row = i < (n + 1) / 2 ? sorted.get(i) : sorted.get(sorted.size() - n + i);
                exhibits.add(exhibit(row));
            }
        });
        return exhibits;
    }

    private Exhibit exhibit(AuditRow row) {
        int side = channels == 1 ? 28 : 32;
        double[] centre = {side * (0.35 + 0.03 * (row.point() % 10)), side * (0.6 - 0.02 * (row.point() % 13))};
        float[] input = ellipse(side, centre[0], centre[1], side * 0.2, side * 0.13);
        float[] moved = ellipse(side, centre[0] + 2, centre[1] - 1, side * 0.22, side * 0.12);
        float[] far = ellipse(side, side - centre[0], side - centre[1], side * 0.16, side * 0.16);
        float[] perturbed = input.clone();
        Random random = new Random(row.point());
        double size = 0;
        float[] noise = new float[input.length];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) ((far[i] - input[i]) * 0.4 + 0.2 * random.nextGaussian());
            size += noise[i] * noise[i];
        }
        double norm = row.marginUpper() == null ? 0 : row.marginUpper();
        for (int i = 0; i < noise.length; i++) {
            perturbed[i] = (float) Math.max(0, Math.min(1, input[i] + noise[i] * norm / Math.sqrt(size)));
        }
        return new Exhibit(
                row.model(),
                row.point(),
                row.label(),
                row.r(),
                row.boundFrobenius(),
                row.boundWhitened(),
                norm,
                new int[] {channels, side, side},
                0,
                1,
                input,
                perturbed,
                moved,
                far);
    }

    private float[] ellipse(int side, double x, double y, double width, double height) {
        float[] values = new float[channels * side * side];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < side * side; i++) {
                double dx = (i % side - x) / width;
                double dy = (i / (double) side - y) / height;
                values[c * side * side + i] =
                        (float) ((channels == 1 ? 1 : 0.4 + 0.3 * c) / (1 + Math.exp(6 * (dx * dx + dy * dy - 1))));
            }
        }
        return values;
    }
}
