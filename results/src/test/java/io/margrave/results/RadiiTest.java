package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RadiiTest {

    @Test
    void auto_is_a_quarter_a_half_and_three_quarters_of_the_median_distance() {
        Radii resolved = Radii.automatic().resolve(10);
        assertThat(resolved.values()).containsExactly(2.5, 5.0, 7.5);
        assertThat(resolved.auto()).isTrue();
        assertThat(resolved.medianDistance()).isEqualTo(10);
        assertThat(Radii.automatic().resolved()).isFalse();
        assertThat(resolved.resolved()).isTrue();
    }

    @Test
    void radii_that_were_given_are_left_alone() {
        Radii given = Radii.of(List.of(4.0, 6.0));
        assertThat(given.resolve(10)).isSameAs(given);
        assertThat(given.resolved()).isTrue();
    }

    @Test
    void radii_are_parsed_from_auto_or_numbers_between_commas() {
        assertThat(Radii.parse("auto")).isEqualTo(Radii.automatic());
        assertThat(Radii.parse(" 4, 6.5,8")).isEqualTo(Radii.of(List.of(4.0, 6.5, 8.0)));
        assertThat(Radii.parse("4")).isEqualTo(Radii.of(List.of(4.0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4,", "4;6", "four", "Auto", "auto,4"})
    void what_is_neither_is_refused_and_shown(String text) {
        assertThatThrownBy(() -> Radii.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("want auto or numbers between commas, such as 4,6,8, got '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "6,4", "4,4", "NaN", "4,NaN", "Infinity"})
    void radii_are_ascending_finite_and_above_zero(String text) {
        assertThatThrownBy(() -> Radii.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("want ascending finite radii r > 0, got [");
    }

    @Test
    void radii_can_not_be_resolved_with_images_that_are_all_alike() {
        assertThatThrownBy(() -> Radii.automatic().resolve(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void there_is_at_least_one_radius() {
        assertThatThrownBy(() -> Radii.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("want at least one radius r, or auto, got none");
    }
}
