package io.margrave.robustness.attack;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.model.VaeSpec;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A goal that plans can name: what an adversary wants of any model and batch. Found with {@link java.util.ServiceLoader}; a kind of
 * your own is one class and one line in {@code META-INF/services}.
 */
public interface GoalKind {

    /** What plans call it: lower case, with hyphens; unique. */
    String id();

    /** What it wants, in one line. */
    String title();

    /** Whether it wants each input to become like another one, its target. */
    default boolean targeted() {
        return false;
    }

    /**
     * Refuses a model that this goal makes no sense of: asked before any work is done.
     *
     * @throws io.margrave.data.BadInputException one line: what is wanted, what the model is, which goal to take instead
     */
    default void check(VaeSpec model) {}

    /** The goal for a batch. */
    AttackGoal of(Scene scene);

    /**
     * A batch that is attacked.
     *
     * @param map what the reconstructions around the inputs are: the one that is searched on while searching, the exact one while measuring
     * @param inputs unperturbed, {@code [points, features]}
     * @param targets {@code [points, features]}; null where the goal has none
     * @param noise standard normal numbers for one evaluation, {@code [points, draws, latent]}; others at each call
     */
    record Scene(
            Reconstruction map, Tensor inputs, @Nullable Tensor targets, Supplier<Tensor> noise) {}
}
