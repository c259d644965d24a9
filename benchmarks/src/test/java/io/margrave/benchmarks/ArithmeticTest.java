package io.margrave.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArithmeticTest {
    private static final Arithmetic MLP = Arithmetic.of(Specs.MLP.spec());
    private static final Arithmetic CONV = Arithmetic.of(Specs.CONV.spec());

    @Test
    void a_fully_connected_layer_multiplies_every_input_by_every_output() {
        assertThat(MLP.firstLayer()).isEqualTo(784 * 512);
        assertThat(MLP.encoder()).isEqualTo(784 * 512 + 512 * 512 + 512 * 40);
        assertThat(MLP.decoder()).isEqualTo(20 * 512 + 512 * 512 + 512 * 784);
    }

    /** Kernels of 4 x 4 halve 32 to 16, 8 and 4; each output pixel sums over in x 16, each input pixel of a transpose over out x 16. */
    @Test
    void a_convolution_multiplies_at_every_pixel_of_its_smaller_side() {
        long first = 3L * 32 * 16 * 16 * 16;
        long second = 32L * 64 * 16 * 8 * 8;
        long third = 64L * 128 * 16 * 4 * 4;
        assertThat(CONV.firstLayer()).isEqualTo(first);
        assertThat(CONV.encoder()).isEqualTo(first + second + third + 2_048 * 128);
        assertThat(CONV.decoder()).isEqualTo(first + second + third + 64 * 2_048);
    }

    @Test
    void an_attack_step_is_a_forward_and_a_backward_pass_of_two_operations_a_multiply_add() {
        assertThat(MLP.attackStep(256, 1)).isEqualTo(2 * 2 * 256 * (MLP.encoder() + MLP.decoder()));
        assertThat(MLP.attackStep(1, 8) - MLP.attackStep(1, 7)).isEqualTo(4 * MLP.decoder());
    }

    @Test
    void training_leaves_out_the_gradient_to_the_image() {
        assertThat(MLP.trainingStep(128)).isEqualTo(2 * 128 * (3 * (MLP.encoder() + MLP.decoder()) - MLP.firstLayer()));
    }

    @Test
    void the_bounds_of_a_point_are_its_jacobian_and_its_draws() {
        assertThat(MLP.bounds(20, 2_000)).isEqualTo(2 * 21 * MLP.encoder() + 2 * 2_000 * MLP.decoder());
    }
}
