package io.margrave.robustness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Auddc;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.CleanQuality;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Margin;
import io.margrave.results.Norm;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import io.margrave.results.Side;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteAuditTest {
    private static final ImageShape SHAPE = new ImageShape(1, 12, 12);
    private static final DataSplits DATA =
            new DataSplits("bars", bars("train", 400), bars("validation", 80), bars("test", 60));
    private static final SearchEffort EFFORT = SearchEffort.of(12, 4, 2);
    private static final AttackSpec LATENT =
            new AttackSpec("latent", "latent-kl", Variable.INPUT, Norm.L2, 1.5, List.of(), Method.GRADIENT, EFFORT, 2);
    private static final AttackSpec OUTPUT =
            new AttackSpec("output", "output", Variable.INPUT, Norm.L2, null, List.of(), Method.GRADIENT, EFFORT, 1);
    private static final AttackSpec DAMAGE = new AttackSpec(
            "damage", "max-damage", Variable.INPUT, Norm.LINF, null, List.of(), Method.GRADIENT, EFFORT, 0);
    private static final AttackSpec SWEEP = new AttackSpec(
            "sweep",
            "latent-mean",
            Variable.INPUT,
            Norm.L2,
            null,
            List.of(0.01, 0.3, 1.0, 3.0, 1000.0),
            Method.GRADIENT,
            SearchEffort.of(40, 1, 1),
            1);
    private static final AttackSpec RANDOM = new AttackSpec(
            "random",
            "max-damage",
            Variable.INPUT,
            Norm.L2,
            1.0,
            List.of(),
            Method.RANDOM,
            SearchEffort.of(20, 4, 1),
            0);
    private static final List<AttackSpec> SUITE = List.of(LATENT, OUTPUT, DAMAGE, SWEEP, RANDOM);

    @TempDir
    static Path folder;

    private static @Nullable Vae vae;

    /** A bright bar a picture, upright or lying: its label says which. */
    private static ImageSet bars(String split, int count) {
        float[] values = new float[count * SHAPE.size()];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            Noise.Stream stream = new Noise(2, split).stream(i, "bar", 0);
            labels[i] = stream.nextInt(2);
            int at = stream.nextInt(12);
            for (int k = 0; k < SHAPE.size(); k++) {
                boolean bright = (labels[i] == 0 ? k / 12 : k % 12) == at;
                values[i * SHAPE.size() + k] = (float) ((bright ? 0.8 : 0) + 0.2 * stream.nextDouble());
            }
        }
        return ArrayImageSet.of("bars/" + split, SHAPE, ValueRange.UNIT, values, labels, List.of("lying", "upright"));
    }

    @BeforeAll
    static void train() {
        TrainingPlan plan = new TrainingPlan(
                "bars", Architecture.mlp(32), 4, LikelihoodSpec.bernoulli(), 0.2, 0, 40, 50, 1e-2, 40, 1, 1, null);
        Trainer.train(plan, DATA, folder.resolve("model"), Progress.Listener.none());
        vae = ModelFolder.read(folder.resolve("model"));
    }

    private static AuditPlan plan(boolean breaks, List<AttackSpec> suite, @Nullable String probe) {
        return plan(breaks, suite, probe, Radii.of(List.of(0.5, 1.5)));
    }

    private static AuditPlan plan(boolean breaks, List<AttackSpec> suite, @Nullable String probe, Radii r) {
        AuditPlan d = AuditPlan.defaults();
        return new AuditPlan(
                List.of("bars"),
                "bars",
                null,
                null,
                "test",
                10,
                r,
                0.001,
                200,
                100,
                false,
                false,
                0.8,
                EFFORT,
                SearchEffort.of(8, 2, 1),
                3,
                d.seed(),
                4,
                breaks,
                suite,
                probe,
                EvaluationCheck.Level.NONE);
    }

    private static Map<Integer, PointAudit> run(AuditPlan plan, int threads, Set<AuditTask> done) {
        Map<Integer, PointAudit> audits = new TreeMap<>();
        AuditExecutor.run(
                plan,
                Map.of("bars", Objects.requireNonNull(vae)),
                DATA,
                IntStream.range(0, 10).toArray(),
                done,
                threads,
                (task, seconds, found) -> found.forEach(audit -> audits.put(audit.position(), audit)),
                Progress.Listener.none());
        return audits;
    }

    private static List<AttackFinding> of(PointAudit audit, AttackSpec spec) {
        return audit.suite().stream()
                .filter(finding -> finding.attack().equals(spec.name()))
                .toList();
    }

    @Test
    void every_attack_target_and_weight_has_its_finding_in_plan_order() {
        for (PointAudit audit : run(plan(false, SUITE, "logistic"), 2, Set.of()).values()) {
            assertThat(audit.suite())
                    .extracting(AttackFinding::attack)
                    .containsExactly(
                            "latent", "latent", "output", "damage", "sweep", "sweep", "sweep", "sweep", "sweep",
                            "random");
            assertThat(of(audit, SWEEP)).extracting(AttackFinding::weight).isEqualTo(SWEEP.weights());
            for (AttackFinding finding : audit.suite()) {
                boolean targeted =
                        !finding.attack().equals("damage") && !finding.attack().equals("random");
                assertThat(finding.target() != null).isEqualTo(targeted);
                assertThat(finding.logLikTarget() != null).isEqualTo(targeted);
                assertThat(finding.relativeDistortion() != null).isEqualTo(targeted);
                assertThat(finding.within())
                        .hasSize(2)
                        .allSatisfy(p -> assertThat(p.trials()).isEqualTo(500));
                assertThat(finding.objective()).isFinite();
                assertThat(finding.symmetricKl()).isGreaterThanOrEqualTo(0);
                assertThat(finding.msSsimInputs()).isBetween(0.0, 1.0);
                assertThat(finding.msSsimReconstructions()).isBetween(0.0, 1.0);
                assertThat(finding.prediction()).isBetween(0, 1);
                assertThat(finding.perturbed()).hasSize(SHAPE.size());
                assertThat(finding.reconstruction()).hasSize(SHAPE.size());
            }
            CleanQuality clean = Objects.requireNonNull(audit.clean());
            assertThat(clean.elbo()).isNotNull().isLessThan(clean.logLik());
            assertThat(clean.prediction()).isBetween(0, 1);
        }
    }

    @Test
    void same_plan_same_rows_whatever_the_threads_and_what_was_done_before() {
        AuditPlan plan = plan(true, SUITE, "logistic");
        Map<Integer, PointAudit> one = run(plan, 1, Set.of());
        Map<Integer, PointAudit> two = run(plan, 2, Set.of());
        Map<Integer, PointAudit> rest = run(plan, 2, Set.of(new AuditTask("bars", 0, 0, 4)));
        assertThat(one).hasSize(10);
        assertThat(rest).hasSize(6);
        one.forEach((position, audit) -> {
            assertThat(two.get(position)).usingRecursiveComparison().isEqualTo(audit);
            if (rest.containsKey(position)) {
                assertThat(rest.get(position)).usingRecursiveComparison().isEqualTo(audit);
            }
        });
    }

    /** The audit's own search is a short one here. On fresh draws P is below one half but for chance. */
    @Test
    void the_smallest_norm_breaks_and_is_on_average_shorter_than_that_of_a_shorter_search() {
        AttackSpec smallest = new AttackSpec(
                "smallest",
                "max-damage",
                Variable.INPUT,
                Norm.L2,
                null,
                List.of(),
                Method.MINIMAL_NORM,
                SearchEffort.of(40, 4, 8),
                0);
        AuditPlan two = plan(true, List.of(smallest), null);
        assertThatThrownBy(() -> run(two, 1, Set.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want one radius r");
        AuditPlan one = plan(true, List.of(smallest), null, Radii.of(List.of(0.5)));
        int found = 0;
        double longer = 0;
        double shorter = 0;
        for (PointAudit audit : run(one, 2, Set.of()).values()) {
            AttackFinding finding = of(audit, smallest).get(0);
            assertThat(finding.radius()).isEqualTo(12.0);
            assertThat(finding.backwards()).isPositive();
            List<Break> breaks = audit.radii().get(0).breaks();
            if (!breaks.isEmpty() && finding.norm() < 12) {
                found++;
                assertThat(finding.norm()).isNotNegative();
                longer += finding.norm();
                shorter += breaks.get(0).norm();
                assertThat(finding.within().get(0).estimate()).isLessThan(0.55);
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(8);
        assertThat(longer).isLessThan(shorter);
    }

    @Test
    void perturbations_keep_radius_and_range() {
        AuditPlan plan = plan(false, SUITE, null);
        for (PointAudit audit : run(plan, 2, Set.of()).values()) {
            for (AttackFinding finding : audit.suite()) {
                assertThat(ValueRange.UNIT.contains(finding.perturbed())).isTrue();
                assertThat(finding.prediction()).isNull();
                Double radius = finding.radius();
                assertThat(radius == null).isEqualTo(finding.attack().equals("sweep"));
                if (radius != null) {
                    assertThat(finding.norm())
                            .isLessThanOrEqualTo(radius * (1 + 1e-5))
                            .isGreaterThan(radius * 0.5);
                }
            }
            // The plan's own radius for L2, a tenth of the range for L-infinity.
            assertThat(of(audit, OUTPUT).get(0).radius()).isEqualTo(0.8);
            assertThat(of(audit, DAMAGE).get(0).radius()).isCloseTo(0.1, within(1e-12));
            assertThat(of(audit, DAMAGE).get(0).normL2())
                    .isGreaterThan(of(audit, DAMAGE).get(0).norm());
        }
    }

    @Test
    void targets_have_another_label_and_are_the_same_for_all_attacks() {
        for (PointAudit audit : run(plan(false, SUITE, null), 2, Set.of()).values()) {
            int first = Objects.requireNonNull(of(audit, LATENT).get(0).target());
            int second = Objects.requireNonNull(of(audit, LATENT).get(1).target());
            assertThat(first).isNotEqualTo(second);
            for (int target : new int[] {first, second}) {
                assertThat(DATA.test().label(target)).isNotEqualTo(audit.label());
            }
            assertThat(of(audit, OUTPUT).get(0).target()).isEqualTo(first);
            assertThat(of(audit, SWEEP)).extracting(AttackFinding::target).containsOnly(first);
        }
    }

    @Test
    void a_targeted_attack_comes_nearer_to_its_target_and_a_weaker_penalty_nearer_still() {
        double before = 0;
        double after = 0;
        double[] distortion = new double[SWEEP.weights().size()];
        for (PointAudit audit : run(plan(false, SUITE, null), 2, Set.of()).values()) {
            AttackFinding output = of(audit, OUTPUT).get(0);
            float[] target = DATA.test().image(Objects.requireNonNull(output.target()));
            before += Norm.L2.distance(audit.reconstruction(), target);
            after += Norm.L2.distance(output.reconstruction(), target);
            List<AttackFinding> sweep = of(audit, SWEEP);
            for (int k = 0; k < distortion.length; k++) {
                distortion[k] += sweep.get(k).norm();
            }
            assertThat(sweep.get(distortion.length - 1).norm()).isLessThan(0.05);
            assertThat(Auddc.of(sweep)).isNotNull().isBetween(-1.0, 1.0);
        }
        assertThat(after).isLessThan(0.9 * before);
        for (int k = 1; k < distortion.length; k++) {
            assertThat(distortion[k]).isLessThan(distortion[k - 1]);
        }
    }

    @Test
    void no_budget_measures_as_the_clean_input() {
        List<AttackSpec> nothing = SUITE.stream()
                .filter(spec -> spec.weights().isEmpty())
                .map(spec -> new AttackSpec(
                        spec.name(),
                        spec.goal(),
                        spec.variable(),
                        spec.norm(),
                        0.0,
                        List.of(),
                        spec.method(),
                        spec.effort(),
                        spec.targets()))
                .toList();
        for (PointAudit audit : run(plan(false, nothing, null), 2, Set.of()).values()) {
            CleanQuality clean = Objects.requireNonNull(audit.clean());
            for (AttackFinding finding : audit.suite()) {
                assertThat(finding.norm()).isZero();
                assertThat(finding.damage()).isEqualTo(clean.damage());
                assertThat(finding.logLikAttacked()).isEqualTo(clean.logLik());
                assertThat(finding.reconstruction()).isEqualTo(audit.reconstruction());
            }
        }
    }

    @Test
    void without_breaks_there_are_no_upper_margins_and_the_rest_stays() {
        AuditPlan with = plan(true, List.of(DAMAGE), null);
        AuditPlan without = plan(false, List.of(DAMAGE), null);
        Map<Integer, PointAudit> searched = run(with, 2, Set.of());
        run(without, 2, Set.of()).forEach((position, audit) -> {
            PointAudit other = Objects.requireNonNull(searched.get(position));
            audit.radii().forEach(radius -> {
                assertThat(radius.margins()).extracting(Margin::side).containsOnly(Side.LOWER);
                assertThat(radius.breaks()).isEmpty();
                assertThat(radius.curve()).isEmpty();
            });
            assertThat(other.radii())
                    .allSatisfy(radius -> assertThat(radius.margins())
                            .extracting(Margin::side)
                            .contains(Side.UPPER));
            assertThat(audit.suite()).usingRecursiveComparison().isEqualTo(other.suite());
            assertThat(audit.attack()).usingRecursiveComparison().isEqualTo(other.attack());
            assertThat(audit.encoder()).isEqualTo(other.encoder());
        });
    }

    @Test
    void latents_and_one_perturbation_for_all_can_be_attacked() {
        AttackSpec universal = new AttackSpec(
                "universal", "max-damage", Variable.UNIVERSAL, Norm.L2, 1.0, List.of(), Method.GRADIENT, EFFORT, 0);
        AttackSpec latents = new AttackSpec(
                "latents",
                "output-reconstruction",
                Variable.LATENT,
                Norm.L2,
                1.0,
                List.of(),
                Method.GRADIENT,
                EFFORT,
                1);
        AttackSpec firstOrder = new AttackSpec(
                "first", "first-order-whitened", Variable.INPUT, Norm.L2, 1.0, List.of(), Method.GRADIENT, EFFORT, 0);
        List<float[]> moved = new ArrayList<>();
        for (PointAudit audit : run(plan(false, List.of(universal, latents, firstOrder), null), 2, Set.of())
                .values()) {
            AttackFinding latent = of(audit, latents).get(0);
            assertThat(latent.perturbed()).hasSize(4);
            assertThat(latent.norm()).isBetween(0.1, 1.0 + 1e-5);
            assertThat(of(audit, firstOrder).get(0).norm()).isBetween(0.5, 1.0 + 1e-5);
            float[] perturbed = of(audit, universal).get(0).perturbed();
            float[] difference = new float[perturbed.length];
            for (int i = 0; i < perturbed.length; i++) {
                // Where the range cuts nothing off, all inputs are moved alike.
                boolean free = perturbed[i] > 0 && perturbed[i] < 1;
                difference[i] = free ? perturbed[i] - audit.input()[i] : Float.NaN;
            }
            moved.add(difference);
        }
        for (float[] difference : moved) {
            for (int i = 0; i < difference.length; i++) {
                float other = moved.get(0)[i];
                assertThat(Float.isNaN(difference[i]) || Float.isNaN(other) || Math.abs(difference[i] - other) < 1e-6)
                        .isTrue();
            }
        }
    }

    @Test
    void a_downstream_attack_changes_what_the_probe_predicts_where_its_objective_is_above_zero() {
        AttackSpec downstream =
                new AttackSpec("probe", "downstream", Variable.INPUT, Norm.L2, 3.0, List.of(), Method.ADAM, EFFORT, 0);
        int changed = 0;
        for (PointAudit audit :
                run(plan(false, List.of(downstream), "logistic"), 2, Set.of()).values()) {
            AttackFinding finding = of(audit, downstream).get(0);
            Integer clean = Objects.requireNonNull(audit.clean()).prediction();
            boolean other = !Objects.equals(finding.prediction(), clean);
            assertThat(finding.objective() > 0).isEqualTo(other);
            changed += other ? 1 : 0;
        }
        assertThat(changed).isGreaterThan(4);
    }

    @Test
    void what_cannot_be_run_is_refused_before_any_task() {
        AttackSpec noRadius = new AttackSpec(
                "taxi", "max-damage", Variable.INPUT, Norm.L1, null, List.of(), Method.GRADIENT, EFFORT, 0);
        assertThatThrownBy(() -> run(plan(false, List.of(noRadius), null), 1, Set.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want a radius for attack taxi");
        AttackSpec many =
                new AttackSpec("many", "output", Variable.INPUT, Norm.L2, 1.0, List.of(), Method.GRADIENT, EFFORT, 60);
        assertThatThrownBy(() -> run(plan(false, List.of(many), null), 1, Set.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("targets");
        assertThatThrownBy(() -> AuditExecutor.run(
                        plan(false, List.of(DAMAGE), "logistic"),
                        Map.of("bars", Objects.requireNonNull(vae)),
                        DATA.test(),
                        new int[] {0},
                        Set.of(),
                        1,
                        (task, seconds, found) -> {},
                        Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("training images");
    }

    @Test
    void progress_counts_the_attacks() {
        List<Progress> events = new ArrayList<>();
        AuditExecutor.run(
                plan(true, SUITE, null),
                Map.of("bars", Objects.requireNonNull(vae)),
                DATA,
                new int[] {5, 4, 3, 2, 1},
                Set.of(),
                2,
                (task, seconds, found) -> {},
                events::add);
        Progress last = events.get(events.size() - 1);
        // Two radii, and 2 + 1 + 1 + 5 + 1 attacks.
        assertThat(last.done()).isEqualTo(last.total()).isEqualTo(5 * (2 + 10));
    }

    @Test
    void a_universal_perturbation_is_fitted_before_any_task_and_told_of() {
        AttackSpec universal = new AttackSpec(
                "uap", "max-damage", Variable.UNIVERSAL, Norm.LINF, null, List.of(), Method.GRADIENT, EFFORT, 0);
        List<Progress> events = new ArrayList<>();
        AuditExecutor.run(
                plan(false, List.of(universal), null),
                Map.of("bars", Objects.requireNonNull(vae)),
                DATA,
                new int[] {5, 4, 3, 2, 1},
                Set.of(),
                2,
                (task, seconds, found) -> assertThat(found)
                        .allSatisfy(
                                audit -> assertThat(of(audit, universal).get(0).backwards())
                                        .isPositive()),
                events::add);
        List<Progress> fit = List.of(
                new Progress("fit uap on bars", 0, 2, "restarts", ""),
                new Progress("fit uap on bars", 1, 2, "restarts", ""),
                new Progress("fit uap on bars", 2, 2, "restarts", ""));
        assertThat(events).startsWith(fit.toArray(Progress[]::new)).hasSizeGreaterThan(3);
        assertThat(events.subList(3, events.size())).doesNotContainAnyElementsOf(fit);
    }
}
