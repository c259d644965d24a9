package io.margrave.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class TensorCopiesTest {
    private static final float[] VALUES = {0, 1, 2, 3, 4, 5, 6};

    @Test
    @SuppressWarnings("try") // The scope acts by being open.
    void a_part_of_an_array_is_what_the_tensor_holds() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(TensorCopies.floats(TensorCopies.tensorFrom(VALUES, 1, 2, 3)))
                    .containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(TensorCopies.sizes(TensorCopies.tensorFrom(VALUES, 1, 2, 3)))
                    .containsExactly(2, 3);
            assertThat(TensorCopies.floats(TensorCopies.tensorFrom(VALUES, 6))).containsExactly(6);
        }
    }

    @Test
    @SuppressWarnings("try") // The scope acts by being open.
    void a_part_that_goes_beyond_the_array_is_refused() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> TensorCopies.tensorFrom(VALUES, 2, 2, 3))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> TensorCopies.tensorFrom(VALUES, -1, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
