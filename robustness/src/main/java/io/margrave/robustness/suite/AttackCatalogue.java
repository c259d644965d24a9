package io.margrave.robustness.suite;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.AuditPlan;
import io.margrave.results.Norm;
import io.margrave.results.Radii;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Attacks;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.goal.DownstreamGoal;
import io.margrave.robustness.goal.GoalKinds;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.goal.OutputGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.suite.FirstOrderAttack.Direction;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** From what a plan says to an attack that runs, for every combination of goal, variable, norm and method that makes sense. */
public final class AttackCatalogue {
    /** Each step of a universal attack sees other images: what compares steps with one another is misled. */
    private static final Set<Method> UNIVERSAL = EnumSet.of(Method.GRADIENT, Method.ADAM);

    private AttackCatalogue() {}

    /**
     * What plans can ask for.
     *
     * @param id the {@code goal} of an {@link AttackSpec}
     * @param title what it does, in one line
     * @param targeted whether it wants targets
     */
    public record Entry(String id, String title, boolean targeted) {}

    /** All goals, those of others on the class path last. */
    public static List<Entry> list() {
        Stream<Entry> firstOrder =
                Arrays.stream(Direction.values()).map(direction -> new Entry(direction.id(), direction.title(), false));
        return Stream.concat(
                        firstOrder,
                        GoalKinds.all().stream().map(kind -> new Entry(kind.id(), kind.title(), kind.targeted())))
                .toList();
    }

    /**
     * Refuses what makes no sense, before any work is done.
     *
     * @param probe whether there is going to be a probe
     * @throws BadInputException one line: which attack, what was wanted, what came, what to do
     */
    public static void check(AttackSpec spec, boolean probe) {
        if (firstOrder(spec).isPresent()) {
            want(
                    spec,
                    spec.variable() == Variable.INPUT,
                    "variable input",
                    spec.variable(),
                    "it perturbs inputs alone");
            want(spec, spec.weights().isEmpty(), "a radius", "weights", "it does not search, so nothing is traded");
            want(spec, spec.targets() == 0, "targets 0", spec.targets(), "goal " + spec.goal() + " has none");
            return;
        }
        GoalKind kind = kind(spec);
        if (kind.targeted()) {
            want(spec, spec.targets() > 0, "targets of 1 or more", 0, "goal " + spec.goal() + " needs other images");
        } else {
            want(spec, spec.targets() == 0, "targets 0", spec.targets(), "goal " + spec.goal() + " has none");
        }
        want(
                spec,
                probe || !(kind instanceof DownstreamGoal),
                "a probe",
                "none",
                "set probe to logistic or to the path of a TorchScript file");
        if (spec.method() == Method.MINIMAL_NORM) {
            checkMinimalNorm(spec, kind);
        }
        switch (spec.variable()) {
            case INPUT -> {}
            case UNIVERSAL -> checkUniversal(spec, kind);
            case LATENT -> checkLatent(spec, kind);
        }
    }

    private static void checkMinimalNorm(AttackSpec spec, GoalKind kind) {
        want(
                spec,
                kind instanceof MaximumDamageGoal,
                "goal max-damage, max-damage-mean or max-damage-variance",
                spec.goal(),
                "the smallest norm is that which breaks r-robustness");
        want(spec, spec.variable() == Variable.INPUT, "variable input", spec.variable(), "it perturbs inputs alone");
        want(spec, spec.norm() == Norm.L2, "norm l2", spec.norm(), "margins are measured in it");
        want(spec, spec.weights().isEmpty(), "no weights", "weights", "the smallest norm is what is searched");
    }

    private static void checkUniversal(AttackSpec spec, GoalKind kind) {
        want(spec, !kind.targeted(), "an untargeted goal", spec.goal(), "one perturbation has no target of each input");
        want(spec, spec.weights().isEmpty(), "a radius", "weights", "a universal perturbation is kept to a radius");
        want(
                spec,
                UNIVERSAL.contains(spec.method()),
                "method gradient or adam",
                lower(spec.method()),
                "others compare steps, and each step of a universal attack sees other images");
    }

    private static void checkLatent(AttackSpec spec, GoalKind kind) {
        boolean known = kind.equals(new OutputGoal(true))
                || kind.equals(new MaximumDamageGoal(Reconstruction.Follows.MEAN_AND_VARIANCE));
        want(
                spec,
                known,
                "goal max-damage or output-reconstruction",
                spec.goal(),
                "an attack on latents sees the decoder alone");
        want(
                spec,
                spec.method() != Method.SQUARE,
                "another method",
                "square",
                "a latent is no image, and has no squares");
        want(
                spec,
                spec.weights().isEmpty(),
                "a radius",
                "weights",
                "latents have no range to bound a penalty's search");
        want(
                spec,
                spec.radius() != null,
                "a radius",
                "none",
                "the plan's own is in input units; give one in latent units");
    }

    private static void want(AttackSpec spec, boolean holds, String wanted, Object got, String why) {
        if (!holds) {
            throw new BadInputException(
                    "attack " + spec.name() + ": want " + wanted + ", got " + lower(got) + ": " + why);
        }
    }

    private static String lower(Object value) {
        return value instanceof Enum<?> named
                ? named.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value.toString();
    }

    private static Optional<Direction> firstOrder(AttackSpec spec) {
        return Arrays.stream(Direction.values())
                .filter(direction -> direction.id().equals(spec.goal()))
                .findFirst();
    }

    private static GoalKind kind(AttackSpec spec) {
        return GoalKinds.all().stream()
                .filter(kind -> kind.id().equals(spec.goal()))
                .findFirst()
                .orElseThrow(() -> new BadInputException("attack " + spec.name() + ": want a goal of "
                        + list().stream().map(Entry::id).collect(Collectors.joining(", ")) + ", got '" + spec.goal()
                        + "'"));
    }

    /**
     * Refuses a search for the smallest norm where it isn't said for which r.
     *
     * @throws BadInputException one line
     */
    public static void check(AttackSpec spec, Radii r) {
        want(
                spec,
                spec.method() != Method.MINIMAL_NORM || r.values().size() == 1,
                "one radius r",
                r.values().isEmpty() ? "auto" : r.values().size(),
                "the smallest norm is searched for one r; name it");
    }

    /**
     * The attack that a plan specifies, of one model. Safe for use by several threads.
     *
     * @param plan that it is part of, resolved
     * @param vae the model
     * @param probe whose prediction goal {@code downstream} changes; null where there is none
     * @param training images that a universal perturbation is fitted on; asked for only where there is one
     * @param noise names the run and the model
     * @throws BadInputException as both {@code check}, and where the goal makes no sense of the model
     */
    public static Attack of(
            AttackSpec spec, AuditPlan plan, Vae vae, @Nullable Probe probe, Supplier<ImageSet> training, Noise noise) {
        check(spec, plan.r());
        if (spec.method() == Method.MINIMAL_NORM && firstOrder(spec).isEmpty()) {
            check(spec, probe != null);
            return MinimalNormAttack.of(((MaximumDamageGoal) kind(spec)).follows(), plan);
        }
        return of(spec, vae, probe, training, noise);
    }

    /**
     * An attack that keeps to a radius or pays for its norm, of one model. Safe for use by several threads.
     *
     * @param vae the model
     * @param probe whose prediction goal {@code downstream} changes; null where there is none
     * @param training images that a universal perturbation is fitted on; asked for only where there is one
     * @param noise names the run and the model
     * @throws BadInputException as {@code check}, and where the goal makes no sense of the model
     */
    public static Attack of(AttackSpec spec, Vae vae, @Nullable Probe probe, Supplier<ImageSet> training, Noise noise) {
        check(spec, probe != null);
        Optional<Direction> direction = firstOrder(spec);
        if (direction.isPresent()) {
            return new FirstOrderAttack(direction.get());
        }
        GoalKind named = kind(spec);
        GoalKind kind = named instanceof DownstreamGoal ? new DownstreamGoal(probe) : named;
        kind.check(vae.spec());
        return switch (spec.variable()) {
            case INPUT -> Attacks.of(spec.method(), kind);
            case UNIVERSAL -> new UniversalAttack(spec.method(), kind, vae, training, noise);
            case LATENT -> LatentAttack.of(spec.method(), kind.targeted());
        };
    }

    /**
     * What the attack that a plan specifies is measured by: its goal, as a function of what is perturbed. An attack that does not
     * search is measured by its damage; one on latents by a function of latents.
     *
     * @param probe whose prediction goal {@code downstream} changes; null where there is none
     */
    public static GoalKind goal(AttackSpec spec, @Nullable Probe probe) {
        if (firstOrder(spec).isPresent()) {
            return new MaximumDamageGoal(Reconstruction.Follows.MEAN_AND_VARIANCE);
        }
        GoalKind named = kind(spec);
        if (spec.variable() == Variable.LATENT) {
            return new DecoderGoal(named.targeted());
        }
        return named instanceof DownstreamGoal ? new DownstreamGoal(probe) : named;
    }

    /**
     * The balls that a request for an attack is made with: around the inputs, or, where latents are attacked, around those.
     *
     * @param clean the reconstructions around the inputs
     * @param inputs {@code [points, features]}
     * @param range that inputs are kept in
     */
    public static Ball ball(AttackSpec spec, Reconstruction clean, Tensor inputs, ValueRange range) {
        return spec.variable() == Variable.LATENT
                ? LatentAttack.ball(clean, spec.norm())
                : new Ball(inputs, range, spec.norm());
    }
}
