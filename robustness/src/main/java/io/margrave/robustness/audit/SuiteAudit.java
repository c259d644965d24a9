package io.margrave.robustness.audit;

import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.AuditPlan;
import io.margrave.results.CleanQuality;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.measure.AttackMeasures;
import io.margrave.robustness.measure.AttackMeasures.Attempt;
import io.margrave.robustness.measure.AttackMeasures.Targets;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.robustness.suite.Probe;
import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Runs the attacks of a plan's suite on one chunk of points, and measures each. */
final class SuiteAudit {

    private final AuditPlan plan;
    private final PreparedSuite suite;
    private final ImageSet images;
    private final int[] points;
    private final Noise noise;
    private final ChunkAudit.Step step;

    /**
     * The suite for a chunk.
     *
     * @param plan resolved
     * @param suite of the plan and the chunk's model
     * @param images the audited split
     * @param points indices within it
     * @param noise names the run and the model
     * @param step hears of finished attacks, one a target and weight
     */
    SuiteAudit(AuditPlan plan, PreparedSuite suite, ImageSet images, int[] points, Noise noise, ChunkAudit.Step step) {
        this.plan = plan;
        this.suite = suite;
        this.images = images;
        this.points = points;
        this.noise = noise;
        this.step = step;
    }

    /** Attacks on one point. */
    static int attacks(AuditPlan plan) {
        return plan.suite().stream()
                .mapToInt(spec ->
                        Math.max(1, spec.targets()) * Math.max(1, spec.weights().size()))
                .sum();
    }

    /**
     * What was found, by point.
     *
     * @param clean one a point
     * @param findings {@code [points]}, each in plan, target and weight order
     */
    record Found(List<CleanQuality> clean, List<List<AttackFinding>> findings) {}

    /**
     * Runs all attacks.
     *
     * @param clean the exact reconstructions around the points
     * @param inputs {@code [points, features]}
     * @param directions that a search may start along, each {@code [points, features]}
     */
    Found run(Reconstruction clean, Tensor inputs, List<Tensor> directions) {
        Probe probe = suite.probe();
        AttackMeasures measures = AttackMeasures.of(
                clean,
                new AttackMeasures.Batch(inputs, images.range(), points, noise),
                plan.r().values(),
                probe == null ? null : probe::logits);
        List<List<AttackFinding>> findings = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            findings.add(new ArrayList<>());
        }
        int most = plan.suite().stream().mapToInt(AttackSpec::targets).max().orElse(0);
        int[][] targets = TargetChoice.of(images, points, most, plan.seed());
        for (PreparedSuite.Ready ready : suite.attacks()) {
            for (int k = 0; k < Math.max(1, ready.spec().targets()); k++) {
                try (PointerScope scope = new PointerScope()) {
                    Targets wanted = ready.spec().targets() == 0 ? null : targets(targets, k);
                    List<@Nullable Double> weights =
                            new ArrayList<>(ready.spec().weights());
                    if (weights.isEmpty()) {
                        weights.add(null);
                    }
                    for (Double weight : weights) {
                        String name = ready.spec().name() + "/target=" + k + "/weight=" + weight;
                        Attempt attempt = attempt(ready, clean, inputs, directions, wanted, weight, name);
                        List<AttackFinding> found = measures.findings(attempt);
                        for (int i = 0; i < points.length; i++) {
                            findings.get(i).add(found.get(i));
                        }
                        step.finished(points.length);
                    }
                }
            }
        }
        return new Found(measures.clean(), findings);
    }

    private Targets targets(int[][] targets, int k) {
        int[] indices = Arrays.stream(targets).mapToInt(each -> each[k]).toArray();
        return new Targets(
                indices,
                TensorCopies.tensor(
                        images.images(indices), indices.length, images.shape().size()));
    }

    private Attempt attempt(
            PreparedSuite.Ready ready,
            Reconstruction clean,
            Tensor inputs,
            List<Tensor> directions,
            @Nullable Targets targets,
            @Nullable Double weight,
            String name) {
        AttackSpec spec = ready.spec();
        AttackBudget budget = AttackBudget.of(plan, spec, clean.vae().spec());
        double[] radii = new double[points.length];
        Arrays.fill(radii, budget.limit());
        List<Tensor> starts = new ArrayList<>();
        if (spec.variable() != Variable.LATENT) {
            if (targets != null) {
                starts.add(targets.images().sub(inputs));
            }
            starts.addAll(directions);
        }
        Attack.Attacked attacked = ready.attack()
                .perturb(new Attack.Request(
                        clean,
                        AttackCatalogue.ball(spec, clean, inputs, images.range()),
                        radii,
                        weight,
                        targets == null ? null : targets.images(),
                        starts,
                        points,
                        noise,
                        "suite/" + name,
                        spec.effort(),
                        1));
        return new Attempt(spec, ready.goal(), weight, budget.radius(), targets, attacked);
    }
}
