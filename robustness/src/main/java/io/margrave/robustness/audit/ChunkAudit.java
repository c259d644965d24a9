package io.margrave.robustness.audit;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CurvePoint;
import io.margrave.results.EncoderNorms;
import io.margrave.results.Kind;
import io.margrave.results.Margin;
import io.margrave.results.Norm;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.Side;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.BreakSearch;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Guarantee;
import io.margrave.theory.MarginBounds;
import io.margrave.theory.Proportion;
import io.margrave.theory.QuantileInterval;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Audits one chunk of points of one model, all radii and kinds: what an {@link AuditTask} stands for. */
final class ChunkAudit {

    private static final Criterion DISTANCE = Criterion.leavesBall(0);
    /** Norms of a curve, as shares of the verified break's. */
    private static final double[] CURVE = {0, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5};

    private static final int CURVE_DRAWS = 200;

    /** Hears of each finished search: {@code points} points of one radius, kind and box, or of one attack, target and weight. */
    @FunctionalInterface
    interface Step {
        void finished(int points);
    }

    private final AuditPlan plan;
    private final AuditTask task;
    private final Vae vae;
    private final int[] points;
    private final Noise noise;
    private final ValueRange range;
    private final Step step;
    private final @Nullable PreparedSuite suite;

    private ChunkAudit(
            AuditPlan plan,
            AuditTask task,
            Vae vae,
            @Nullable PreparedSuite suite,
            ImageSet images,
            int[] points,
            Step step) {
        this.plan = plan;
        this.task = task;
        this.vae = vae;
        this.suite = suite;
        this.points = points;
        this.noise = new Noise(plan.seed(), task.model());
        this.range = images.range();
        this.step = step;
    }

    /** Searches that one point takes under a plan: one a radius, kind and box, and one an attack of the suite, target and weight. */
    static int searches(AuditPlan plan) {
        return plan.r().values().size() * families(plan).size() + SuiteAudit.attacks(plan);
    }

    /**
     * Runs a task.
     *
     * @param plan resolved
     * @param task which points
     * @param vae the task's model
     * @param suite of the plan, ready for the model; null where the plan has none
     * @param images the audited split
     * @param sample indices of all audited points within the split
     * @param step hears of progress
     * @return one a point, in audit order
     */
    static List<PointAudit> run(
            AuditPlan plan,
            AuditTask task,
            Vae vae,
            @Nullable PreparedSuite suite,
            ImageSet images,
            int[] sample,
            Step step) {
        int[] points = Arrays.copyOfRange(sample, task.first(), task.first() + task.count());
        float[] values = images.images(points);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs =
                    TensorCopies.tensor(values, points.length, images.shape().size());
            return new ChunkAudit(plan, task, vae, suite, images, points, step).run(images, inputs);
        }
    }

    /** One kind of margin that is searched. */
    private record Family(Kind kind, boolean boxed) {
        String name(double r) {
            return kind + (boxed ? "/boxed" : "/unboxed") + "/r=" + r;
        }

        Follows follows() {
            return kind == Kind.FULL ? Follows.MEAN_AND_VARIANCE : Follows.MEAN;
        }
    }

    private static List<Family> families(AuditPlan plan) {
        List<Family> families = new ArrayList<>();
        if (!plan.breaks()) {
            return families;
        }
        families.add(new Family(Kind.FULL, true));
        if (plan.meanOnly()) {
            families.add(new Family(Kind.MEAN_ONLY, true));
        }
        if (plan.unboxed()) {
            families.add(new Family(Kind.FULL, false));
            if (plan.meanOnly()) {
                families.add(new Family(Kind.MEAN_ONLY, false));
            }
        }
        return families;
    }

    private List<PointAudit> run(ImageSet images, Tensor inputs) {
        EncoderJacobian jacobian = plan.breaks()
                ? EncoderJacobian.withSearchDirections(vae, plan.search().inBfloat16() ? vae.inBfloat16() : vae, inputs)
                : EncoderJacobian.of(vae, inputs);
        Reconstruction clean = Reconstruction.of(vae, inputs, Follows.MEAN_AND_VARIANCE);
        double[][] distances =
                Excess.sample(clean, inputs, DISTANCE, new PointNoise(noise, points, "clean", 0), plan.draws());
        FiniteCheck.of(
                task.model(),
                images,
                points,
                jacobian.norms(),
                distances,
                vae.spec().posterior());
        List<Tensor> directions = jacobian.searchDirections();

        List<List<List<Margin>>> margins = new ArrayList<>();
        List<List<List<Break>>> breaks = new ArrayList<>();
        for (double r : plan.r().values()) {
            margins.add(lowerBounds(r, jacobian.norms(), distances));
            breaks.add(IntStream.range(0, points.length)
                    .<List<Break>>mapToObj(i -> new ArrayList<>())
                    .toList());
        }
        for (Family family : families(plan)) {
            search(family, clean, inputs, directions, margins, breaks);
        }
        List<List<List<CurvePoint>>> curves = curves(clean, inputs, breaks);
        double radius = plan.attackRadius() == null ? 0 : plan.attackRadius();
        List<AttackOutcome> attacks = radius == 0
                ? List.of()
                : DamageAttack.of(
                        vae,
                        clean,
                        new Ball(inputs, range),
                        List.of(jacobian.whitenedDirections()),
                        points,
                        noise,
                        new DamageAttack.Settings(radius, plan.attack(), plan.meanOnly()));
        SuiteAudit.Found found = suite == null
                ? null
                : new SuiteAudit(plan, suite, images, points, noise, step)
                        .run(clean, inputs, List.of(jacobian.whitenedDirections()));

        float[][] originals = Rows.arrays(inputs);
        float[][] reconstructions = Rows.arrays(clean.reference());
        List<PointAudit> audits = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            List<RadiusAudit> radii = new ArrayList<>();
            for (int k = 0; k < plan.r().values().size(); k++) {
                double r = plan.r().values().get(k);
                Proportion within = RobustnessEstimator.within(distances[i], r);
                radii.add(new RadiusAudit(
                        r,
                        within,
                        within.verdict(plan.alpha()),
                        List.copyOf(margins.get(k).get(i)),
                        List.copyOf(breaks.get(k).get(i)),
                        curves.get(k).get(i)));
            }
            double[] sorted = distances[i].clone();
            Arrays.sort(sorted);
            audits.add(new PointAudit(
                    task.model(),
                    task.first() + i,
                    points[i],
                    images.label(points[i]),
                    jacobian.norms().get(i),
                    QuantileInterval.ofMedian(sorted, plan.alpha()),
                    radii,
                    attacks.isEmpty() ? null : attacks.get(i),
                    originals[i],
                    reconstructions[i],
                    found == null ? null : found.clean().get(i),
                    found == null ? List.of() : found.findings().get(i)));
        }
        return audits;
    }

    private List<List<Margin>> lowerBounds(double r, List<EncoderNorms> norms, double[][] distances) {
        List<List<Margin>> all = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            EncoderNorms encoder = norms.get(i);
            double p = RobustnessEstimator.within(distances[i], r).lower(plan.alpha());
            List<Margin> margins = new ArrayList<>();
            all.add(margins);
            if (vae.spec().posterior() == PosteriorFamily.DETERMINISTIC) {
                // All three are measured in sigma, which is 0.
                continue;
            }
            margins.add(lower(i, r, "frobenius", MarginBounds.frobenius(encoder.minStdDev(), p, encoder.frobenius())));
            margins.add(lower(i, r, "spectral", MarginBounds.spectral(encoder.minStdDev(), p, encoder.spectral())));
            margins.add(lower(i, r, "whitened", MarginBounds.whitened(p, encoder.whitened())));
        }
        return all;
    }

    private Margin lower(int i, double r, String method, double value) {
        return new Margin(
                task.model(),
                points[i],
                r,
                method,
                Side.LOWER,
                Kind.MEAN_ONLY,
                Norm.L2,
                false,
                Guarantee.FIRST_ORDER,
                plan.alpha(),
                value,
                false);
    }

    private void search(
            Family family,
            Reconstruction clean,
            Tensor inputs,
            List<Tensor> directions,
            List<List<List<Margin>>> margins,
            List<List<List<Break>>> breaks) {
        double limit = Ball.diameter((int) inputs.size(1), range);
        BreakSearch.Settings settings =
                new BreakSearch.Settings(plan.search(), plan.alpha(), plan.verdictDraws(), limit);
        Ball ball = new Ball(inputs, family.boxed() ? range : null);
        Reconstruction map =
                clean.following(family.follows()).searched(plan.search().inBfloat16());
        List<Tensor> starts = new ArrayList<>(directions);
        for (int k = 0; k < plan.r().values().size(); k++) {
            double r = plan.r().values().get(k);
            BreakSearch.Result result = BreakSearch.run(
                    map, ball, Criterion.leavesBall(r), points, noise, family.name(r), starts, settings);
            List<float[]> reconstructed = reconstruct(result.breaks());
            for (int i = 0; i < points.length; i++) {
                Optional<BreakSearch.Found> found = result.breaks().get(i);
                margins.get(k).get(i).add(upper(i, r, family, found, limit));
                if (found.isPresent()) {
                    breaks.get(k)
                            .get(i)
                            .add(new Break(
                                    r,
                                    family.kind(),
                                    family.boxed(),
                                    found.get().norm(),
                                    found.get().within(),
                                    found.get().perturbed(),
                                    reconstructed.get(i)));
                }
            }
            // The next radius starts from where this one ended, too.
            starts = new ArrayList<>(directions);
            starts.add(result.directions());
            step.finished(points.length);
        }
    }

    private Margin upper(int i, double r, Family family, Optional<BreakSearch.Found> found, double limit) {
        return new Margin(
                task.model(),
                points[i],
                r,
                "break-search",
                Side.UPPER,
                family.kind(),
                Norm.L2,
                family.boxed(),
                found.isPresent() ? Guarantee.STATISTICAL : Guarantee.EMPIRICAL,
                plan.alpha(),
                found.map(BreakSearch.Found::norm).orElse(limit),
                found.isEmpty());
    }

    /** g(mu(x + delta)) of each break; empty arrays where there is none. */
    private List<float[]> reconstruct(List<Optional<BreakSearch.Found>> breaks) {
        List<float[]> all = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            int[] rows = IntStream.range(0, breaks.size())
                    .filter(i -> breaks.get(i).isPresent())
                    .toArray();
            float[][] decoded = rows.length == 0
                    ? new float[0][]
                    : Reconstruction.ofMeans(
                            vae,
                            Rows.stacked(Arrays.stream(rows)
                                    .mapToObj(i -> breaks.get(i).orElseThrow().perturbed())
                                    .toList()));
            int next = 0;
            for (Optional<BreakSearch.Found> found : breaks) {
                all.add(found.isPresent() ? decoded[next++] : new float[0]);
            }
        }
        return all;
    }

    /** {@code [radius][point]}: P along the full, boxed break, for the first points of the audit. */
    private List<List<List<CurvePoint>>> curves(Reconstruction clean, Tensor inputs, List<List<List<Break>>> breaks) {
        List<List<List<CurvePoint>>> all = new ArrayList<>();
        for (int k = 0; k < plan.r().values().size(); k++) {
            double r = plan.r().values().get(k);
            List<List<Break>> found = breaks.get(k);
            List<List<CurvePoint>> curves = new ArrayList<>();
            for (int i = 0; i < points.length; i++) {
                curves.add(new ArrayList<>());
            }
            int[] rows = IntStream.range(0, points.length)
                    .filter(i -> task.first() + i < plan.curvePoints())
                    .filter(i -> found.get(i).stream().anyMatch(b -> isCurved(b) && b.norm() > 0))
                    .toArray();
            if (rows.length > 0) {
                curve(r, clean.select(rows), Rows.select(inputs, rows), rows, found, curves);
            }
            all.add(curves);
        }
        return all;
    }

    private static boolean isCurved(Break found) {
        return found.kind() == Kind.FULL && found.boxed();
    }

    private void curve(
            double r,
            Reconstruction map,
            Tensor inputs,
            int[] rows,
            List<List<Break>> found,
            List<List<CurvePoint>> curves) {
        List<Break> chosen = Arrays.stream(rows)
                .mapToObj(i -> found.get(i).stream()
                        .filter(ChunkAudit::isCurved)
                        .findFirst()
                        .orElseThrow())
                .toList();
        int[] numbers = Arrays.stream(rows).map(i -> points[i]).toArray();
        Ball ball = new Ball(inputs, range);
        Tensor directions =
                Rows.stacked(chosen.stream().map(Break::perturbed).toList()).sub(inputs);
        float[][] originals = Rows.arrays(inputs);
        for (int c = 0; c < CURVE.length; c++) {
            double share = CURVE[c];
            try (PointerScope scope = new PointerScope()) {
                Tensor moved = ball.reach(
                        directions,
                        chosen.stream().mapToDouble(b -> b.norm() * share).toArray());
                Proportion[] within = RobustnessEstimator.within(
                        map,
                        moved,
                        Criterion.leavesBall(r),
                        new PointNoise(noise, numbers, "curve/r=" + r, c),
                        CURVE_DRAWS);
                float[][] arrays = Rows.arrays(moved);
                for (int j = 0; j < rows.length; j++) {
                    curves.get(rows[j]).add(new CurvePoint(r, Rows.distance(arrays[j], originals[j]), within[j]));
                }
            }
        }
    }
}
