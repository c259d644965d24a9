package io.margrave.robustness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.Norm;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.GoalKind;
import io.margrave.robustness.goal.MaximumDamageGoal;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Likelihood;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Universal perturbations of images that are mostly black, as digits are. */
class UniversalAttackTest {
    private static final int FEATURES = 100;
    private static final int IMAGES = 300;
    private static final Noise NOISE = new Noise(8, "universal");
    private static final ImageSet TRAINING = digits();

    @BeforeAll
    static void oneThread() {
        Engine.singleThreaded();
    }

    /** A value is bright in a share of the images that falls along the image, from one half to none. */
    private static ImageSet digits() {
        float[] values = new float[IMAGES * FEATURES];
        for (int i = 0; i < IMAGES; i++) {
            Noise.Stream stream = new Noise(8, "digits").stream(i, "image", 0);
            for (int j = 0; j < FEATURES; j++) {
                boolean bright = stream.nextDouble() < Math.max(0, 0.5 - 0.01 * j);
                values[i * FEATURES + j] = bright ? (float) (0.5 + 0.5 * stream.nextDouble()) : 0;
            }
        }
        int[] labels = new int[IMAGES];
        Arrays.fill(labels, -1);
        return ArrayImageSet.of(
                "digits/train", new ImageShape(1, 1, FEATURES), ValueRange.UNIT, values, labels, List.of());
    }

    private static Vae vae() {
        float[][] encoder = new float[1][FEATURES];
        new Noise(8, "digits").stream(0, "encoder", 0).gaussians(encoder[0], 0, FEATURES);
        float[][] decoder = new float[FEATURES][1];
        decoder[0][0] = 1;
        return LinearModel.open(encoder, decoder, 0.1);
    }

    private static float[] slope() {
        float[] slope = new float[FEATURES];
        new Noise(8, "digits").stream(0, "slope", 0).gaussians(slope, 0, FEATURES);
        return slope;
    }

    /** Along a slope from the unperturbed input. */
    private record Sloped(float[] slope) implements GoalKind {
        @Override
        public String id() {
            return "test-sloped";
        }

        @Override
        public String title() {
            return "along a slope";
        }

        @Override
        public AttackGoal of(Scene scene) {
            Tensor along = TensorCopies.tensor(slope, 1, FEATURES);
            return (inputs, step) -> inputs.sub(scene.inputs()).mul(along).sum(1);
        }
    }

    private static double gain(float[] slope, float[] delta) {
        double gain = 0;
        for (int i = 0; i < IMAGES; i++) {
            float[] image = TRAINING.image(i);
            for (int j = 0; j < FEATURES; j++) {
                gain += slope[j] * (Math.max(0, Math.min(1, image[j] + delta[j])) - image[j]) / IMAGES;
            }
        }
        return gain;
    }

    /** Each value on its own gains most with its slope's sign at the full radius, wherever the range cuts it. */
    @ParameterizedTest
    @EnumSource(
            value = Method.class,
            names = {"GRADIENT", "ADAM"})
    void a_linear_goal_is_brought_to_its_largest_value_in_l_infinity(Method method) {
        float[] slope = slope();
        float[] best = new float[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            best[j] = Math.copySign(0.1f, slope[j]);
        }
        try (PointerScope scope = new PointerScope()) {
            UniversalAttack attack = new UniversalAttack(method, new Sloped(slope), vae(), () -> TRAINING, NOISE);
            float[] found = attack.perturbation(0.1, Norm.LINF, SearchEffort.of(60, 1, 1), 1);
            assertThat(gain(slope, found) / gain(slope, best)).isBetween(0.999, 1 + 1e-5);
        }
    }

    /** Counts at the model, on its own. */
    private static final class Counting implements Vae {
        private final Vae vae;
        private long forwards;
        private long differentiated;

        Counting(Vae vae) {
            this.vae = vae;
        }

        @Override
        public VaeSpec spec() {
            return vae.spec();
        }

        @Override
        public GaussianPosterior encode(Tensor images) {
            forwards += images.size(0);
            differentiated += images.requires_grad() ? images.size(0) : 0;
            return vae.encode(images);
        }

        @Override
        public Tensor decodeParameters(Tensor latents) {
            forwards += latents.size(0);
            return vae.decodeParameters(latents);
        }

        @Override
        public Likelihood likelihood() {
            return vae.likelihood();
        }
    }

    @Test
    void each_input_carries_what_the_fit_took_of_one_image() {
        Counting counting = new Counting(vae());
        GoalKind damage = new MaximumDamageGoal(Reconstruction.Follows.MEAN_AND_VARIANCE);
        UniversalAttack attack = new UniversalAttack(Method.GRADIENT, damage, counting, () -> TRAINING, NOISE);
        SearchEffort effort = SearchEffort.of(30, 2, 2);
        attack.prepare(0.5, Norm.L2, effort, restart -> {});
        long forwards = (counting.forwards + IMAGES - 1) / IMAGES;
        long backwards = (counting.differentiated + IMAGES - 1) / IMAGES;
        assertThat(counting.differentiated).isEqualTo(2 * 30 * 64);
        for (int points : new int[] {1, 5}) {
            try (PointerScope scope = new PointerScope()) {
                Tensor inputs = Rows.stacked(
                        IntStream.range(0, points).mapToObj(TRAINING::image).toList());
                Reconstruction clean = Reconstruction.of(counting, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
                counting.forwards = 0;
                double[] radii = new double[points];
                Arrays.fill(radii, 0.5);
                Attack.Attacked attacked = attack.perturb(new Attack.Request(
                        clean,
                        new Ball(inputs, ValueRange.UNIT),
                        radii,
                        null,
                        null,
                        List.of(),
                        new int[points],
                        NOISE,
                        "test",
                        effort,
                        1));
                assertThat(attacked.backwards()).isEqualTo(backwards);
                assertThat(attacked.forwards()).isEqualTo(forwards + counting.forwards / points);
            }
        }
    }

    @Test
    void a_fit_tells_of_its_restarts_is_made_once_and_ends_where_its_thread_is_interrupted() {
        UniversalAttack attack =
                new UniversalAttack(Method.GRADIENT, new Sloped(slope()), vae(), () -> TRAINING, NOISE);
        SearchEffort effort = SearchEffort.of(5, 1, 2);
        List<Integer> heard = new ArrayList<>();
        attack.prepare(0.5, Norm.L2, effort, heard::add);
        attack.prepare(0.5, Norm.L2, effort, heard::add);
        assertThat(heard).containsExactly(0, 1, 2);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> attack.prepare(0.6, Norm.L2, effort, heard::add))
                    .isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
