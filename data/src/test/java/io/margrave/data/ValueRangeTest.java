package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ValueRangeTest {

    @Test
    void the_ends_are_inside() {
        assertThat(ValueRange.UNIT.contains(new float[] {0, 0.5f, 1})).isTrue();
    }

    @Test
    void one_value_outside_puts_all_outside() {
        assertThat(ValueRange.UNIT.contains(new float[] {0.5f, Math.nextUp(1f)}))
                .isFalse();
        assertThat(ValueRange.UNIT.contains(new float[] {-Float.MIN_VALUE, 0.5f}))
                .isFalse();
    }

    @Test
    void a_value_that_is_not_a_number_is_outside() {
        assertThat(ValueRange.UNIT.contains(new float[] {Float.NaN})).isFalse();
    }
}
