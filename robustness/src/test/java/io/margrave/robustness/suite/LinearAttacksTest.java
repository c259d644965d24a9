package io.margrave.robustness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.AttackSpec.Variable;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the suite reaches on linear models, against closed forms. */
class LinearAttacksTest {
    private static final Noise NOISE = new Noise(6, "linear");
    private static final SearchEffort EFFORT = SearchEffort.of(80, 2, 3);

    private static AttackSpec spec(String goal, Variable variable, double radius, int targets) {
        return new AttackSpec("test", goal, variable, Norm.L2, radius, List.of(), Method.GRADIENT, EFFORT, targets);
    }

    private static Attack.Attacked run(
            AttackSpec spec, Vae vae, Tensor inputs, @Nullable Tensor targets, @Nullable ValueRange range) {
        Reconstruction clean = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
        int points = (int) inputs.size(0);
        double[] radii = new double[points];
        Arrays.fill(radii, spec.radius());
        Ball ball = spec.variable() == Variable.LATENT
                ? AttackCatalogue.ball(spec, clean, inputs, ValueRange.UNIT)
                : new Ball(inputs, range, spec.norm());
        return AttackCatalogue.of(
                        spec,
                        vae,
                        null,
                        () -> {
                            throw new AssertionError("nothing is fitted on training images here");
                        },
                        NOISE)
                .perturb(new Attack.Request(
                        clean,
                        ball,
                        radii,
                        null,
                        targets,
                        List.of(),
                        IntStream.range(0, points).toArray(),
                        NOISE,
                        spec.name(),
                        spec.effort(),
                        1));
    }

    /** A = U diag(3, 1) V', V a rotation by 0.6: the top right singular vector is (cos 0.6, sin 0.6). */
    private static float[][] decoder() {
        double c = Math.cos(0.6);
        double s = Math.sin(0.6);
        return new float[][] {
            {0, 0}, {(float) (3 * c), (float) (3 * s)}, {0, 0}, {(float) -s, (float) c},
        };
    }

    private static final float[][] ENCODER = {{2, 0, 0, 0}, {0, 2, 0, 0}};

    @Test
    void a_latent_is_moved_along_the_decoders_top_singular_vector() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(ENCODER, decoder(), 0.5, 0.5);
            Tensor inputs = TensorCopies.tensor(new float[] {0.3f, 0.6f, 0.5f, 0.5f, 0.9f, 0.1f, 0, 1}, 2, 4);
            Attack.Attacked attacked = run(spec("max-damage", Variable.LATENT, 0.7, 0), vae, inputs, null, null);
            float[][] latents = Rows.arrays(attacked.perturbed());
            double[][] clean = {{0.6, 1.2}, {1.8, 0.2}};
            for (int i = 0; i < 2; i++) {
                assertThat(latents[i]).hasSize(2);
                double along =
                        (latents[i][0] - clean[i][0]) * Math.cos(0.6) + (latents[i][1] - clean[i][1]) * Math.sin(0.6);
                assertThat(Math.abs(along)).isCloseTo(0.7, within(1e-3));
                assertThat(attacked.chosen()[i]).isCloseTo(3 * 0.7, within(2e-3));
            }
        }
    }

    /** With orthogonal columns of equal length the nearest reconstruction lies straight towards the target's latent. */
    @Test
    void a_latent_is_moved_straight_towards_the_targets() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(ENCODER, new float[][] {{1.5f, 0}, {0, 1.5f}, {0, 0}, {0, 0}}, 0.5, 0.5);
            Tensor inputs = TensorCopies.tensor(new float[] {0.1f, 0.1f, 0, 0}, 1, 4);
            Tensor targets = TensorCopies.tensor(new float[] {0.7f, 0.9f, 0, 0}, 1, 4);
            Attack.Attacked attacked =
                    run(spec("output-reconstruction", Variable.LATENT, 0.5, 1), vae, inputs, targets, null);
            // From (0.2, 0.2) towards (1.4, 1.8), 2 away: 0.5 along (0.6, 0.8).
            assertThat(TensorCopies.floats(attacked.perturbed()))
                    .containsExactly(new float[] {0.5f, 0.6f}, within(2e-3f));
            assertThat(attacked.chosen()[0]).isCloseTo(-Math.pow(1.5 * 1.5, 2), within(1e-2));
        }
    }

    @Test
    void a_posterior_is_moved_straight_towards_the_targets() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(ENCODER, decoder(), 0.5, 0.5);
            Tensor inputs = TensorCopies.tensor(new float[] {0.1f, 0.1f, 0.4f, 0.4f}, 1, 4);
            Tensor targets = TensorCopies.tensor(new float[] {0.7f, 0.9f, 0, 0}, 1, 4);
            for (String goal : List.of("latent-mean", "latent-wasserstein", "latent-kl", "latent-symmetric-kl")) {
                Attack.Attacked attacked = run(spec(goal, Variable.INPUT, 0.25, 1), vae, inputs, targets, null);
                assertThat(TensorCopies.floats(attacked.perturbed()))
                        .as(goal)
                        .containsExactly(new float[] {0.25f, 0.3f, 0.4f, 0.4f}, within(2e-3f));
                // The means are left 2 (1 - 0.25) apart; sigma is the same one, 0.5.
                double apart = 1.5 * 1.5;
                double expected = switch (goal) {
                    case "latent-kl" -> apart / (2 * 0.25);
                    case "latent-symmetric-kl" -> apart / 0.25;
                    default -> apart;
                };
                assertThat(attacked.chosen()[0]).as(goal).isCloseTo(-expected, within(2e-2 * expected));
            }
        }
    }

    /** sigma = (0.5, 0.1): diag(1/sigma) J has its largest row in the second pixel, A J in the first. */
    @Test
    void first_order_attacks_go_along_their_singular_vectors_at_the_full_radius() {
        float[][] encoder = {{2, 0, 0, 0}, {0, 1, 0, 0}};
        float[][] decoder = {{1, 0}, {0, 1}, {0, 0}, {0, 0}};
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(encoder, decoder, 0.5, 0.1);
            Tensor inputs = TensorCopies.tensor(new float[] {0.9f, 0.9f, 0.4f, 0.4f, 0.1f, 0.1f, 0, 0}, 2, 4);
            Attack.Attacked whitened =
                    run(spec("first-order-whitened", Variable.INPUT, 0.3, 0), vae, inputs, null, ValueRange.UNIT);
            // The range leaves room on one side only: the sign that has it does the damage.
            assertThat(TensorCopies.floats(whitened.perturbed()))
                    .containsExactly(new float[] {0.9f, 0.6f, 0.4f, 0.4f, 0.1f, 0.4f, 0, 0}, within(1e-5f));
            Attack.Attacked pulled =
                    run(spec("first-order-pullback", Variable.INPUT, 0.3, 0), vae, inputs, null, ValueRange.UNIT);
            assertThat(TensorCopies.floats(pulled.perturbed()))
                    .containsExactly(new float[] {0.6f, 0.9f, 0.4f, 0.4f, 0.4f, 0.1f, 0, 0}, within(1e-5f));
            assertThat(pulled.trace()).isEmpty();
            assertThat(pulled.backwards()).isEqualTo(2);
            // A move of 2 * 0.3 in the first latent, on top of sigma = 0.5 there: more than the move alone.
            assertThat(pulled.chosen()[0]).isGreaterThan(0.6);
        }
    }

    @Test
    void a_ball_around_inputs_is_no_ball_around_latents() {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearModel.open(ENCODER, decoder(), 0.5, 0.5);
            Tensor inputs = TensorCopies.tensor(new float[] {0.1f, 0.1f, 0.4f, 0.4f}, 1, 4);
            Attack.Request request = new Attack.Request(
                    Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE),
                    new Ball(inputs, ValueRange.UNIT),
                    new double[] {1},
                    null,
                    null,
                    List.of(),
                    new int[] {0},
                    NOISE,
                    "test",
                    EFFORT,
                    1);
            assertThatThrownBy(() -> LatentAttack.of(Method.GRADIENT, false).perturb(request))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("want a ball around latents of 2 numbers, got one of 4");
        }
    }

    @Test
    void bad_input_is_what_a_probeless_downstream_goal_is() {
        Vae vae = LinearModel.open(ENCODER, decoder(), 0.5, 0.5);
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = TensorCopies.tensor(new float[4], 1, 4);
            assertThatThrownBy(() -> run(spec("downstream", Variable.INPUT, 1, 0), vae, inputs, null, null))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith("attack test: want a probe, got none");
        }
    }
}
