package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.Auddc.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuddcTest {

    private static AttackFinding finding(@Nullable Double distortion, @Nullable Double distance) {
        return new AttackFinding(
                "sweep",
                3,
                1.0,
                null,
                0,
                0,
                0,
                0,
                List.of(),
                0,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                new float[0],
                new float[0],
                distortion,
                distance);
    }

    @Test
    void moving_in_proportion_to_the_distortion_is_a_half() {
        List<Point> diagonal = IntStream.rangeClosed(0, 10)
                .mapToObj(i -> new Point(i / 10.0, 1 - i / 10.0))
                .toList();
        assertThat(Auddc.area(diagonal)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void a_model_that_nothing_moves_has_one_and_one_that_follows_at_once_has_nought() {
        assertThat(Auddc.area(List.of(new Point(0.2, 1), new Point(0.9, 1)))).isCloseTo(1, within(1e-12));
        assertThat(Auddc.area(List.of(new Point(1e-13, 0)))).isCloseTo(0, within(1e-12));
    }

    @Test
    void one_weight_is_a_trapezoid_and_a_floor() {
        // From (0, 1) to (0.5, 0.2), then flat: 0.5 (1 + 0.2) / 2 + 0.5 0.2.
        assertThat(Auddc.area(List.of(new Point(0.5, 0.2)))).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void a_square_law_is_integrated_to_a_third() {
        List<Point> squares = IntStream.rangeClosed(0, 1_000)
                .mapToObj(i -> new Point(i / 1e3, Math.pow(1 - i / 1e3, 2)))
                .toList();
        assertThat(Auddc.area(squares)).isCloseTo(1 / 3.0, within(1e-6));
    }

    @Test
    void the_order_of_the_weights_does_not_matter() {
        List<Point> points = new ArrayList<>(
                List.of(new Point(0.1, 0.9), new Point(0.3, 0.5), new Point(0.3, 0.4), new Point(0.8, 0.1)));
        double area = Auddc.area(points);
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(points, new Random(seed));
            assertThat(Auddc.area(points)).isEqualTo(area);
        }
    }

    @Test
    void a_weight_at_which_the_search_failed_does_not_flatter_the_model() {
        List<Point> good = List.of(new Point(0.2, 0.5), new Point(0.6, 0.1));
        List<Point> withFailure = List.of(new Point(0.2, 0.5), new Point(0.4, 0.95), new Point(0.6, 0.1));
        assertThat(Auddc.curve(withFailure)).contains(new Point(0.4, 0.5));
        assertThat(Auddc.area(withFailure)).isGreaterThan(Auddc.area(good)).isLessThan(area(withFailure));
    }

    /** Without the running minimum, as published. */
    private static double area(List<Point> points) {
        double area = 0;
        Point left = new Point(0, 1);
        for (Point right : points) {
            area += (right.distortion() - left.distortion()) * (left.distance() + right.distance()) / 2;
            left = right;
        }
        return area + (1 - left.distortion()) * left.distance();
    }

    @Test
    void more_distortion_than_the_target_itself_is_left_out() {
        assertThat(Auddc.area(List.of(new Point(0.5, 0.2), new Point(1.2, -3))))
                .isEqualTo(Auddc.area(List.of(new Point(0.5, 0.2))));
    }

    @Test
    void findings_without_a_target_have_no_area() {
        assertThat(Auddc.of(List.of())).isNull();
        assertThat(Auddc.of(List.of(finding(null, null), finding(0.5, null)))).isNull();
        assertThat(Auddc.of(List.of(finding(null, null), finding(0.5, 0.2)))).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void a_sweep_that_overshot_or_failed_has_no_area_though_one_just_inside_has() {
        assertThat(Auddc.of(List.of(finding(1.05, 0.0)))).isNull();
        assertThat(Auddc.of(List.of(finding(0.95, 0.0)))).isCloseTo(0.475, within(1e-12));
        assertThat(Auddc.of(List.of(finding(0.0, 1.0), finding(0.0, 1.0)))).isNull();
        assertThat(Auddc.of(List.of(finding(0.3, Double.NaN), finding(0.5, Double.POSITIVE_INFINITY))))
                .isNull();
        assertThat(Auddc.of(List.of(finding(Double.NaN, 0.2)))).isNull();
        assertThat(Auddc.inside(List.of(new Point(1.05, 0), new Point(1, 0.2), new Point(0, 1), new Point(0.2, 0.9))))
                .containsExactly(new Point(0.2, 0.9), new Point(1, 0.2));
    }

    @Test
    void a_sweep_spans_the_curve_where_it_ends_at_the_targets_distance_or_gets_there() {
        assertThat(Auddc.spanned(List.of(new Point(0.2, 0.9), new Point(0.8, 0.1))))
                .isFalse();
        assertThat(Auddc.spanned(List.of(new Point(0.2, 0.9), new Point(1, 0.1))))
                .isTrue();
        assertThat(Auddc.spanned(List.of(new Point(0.2, 0), new Point(0.8, 0.1))))
                .isTrue();
        assertThat(Auddc.spanned(List.of(new Point(0.2, 0.9), new Point(1.1, 0))))
                .isFalse();
    }

    @Test
    void the_distance_runs_from_the_source_to_the_target_and_a_collapsed_model_has_none() {
        assertThat(Auddc.relativeDistance(8, 8, 2, 9)).isEqualTo(1);
        assertThat(Auddc.relativeDistance(2, 8, 2, 9)).isZero();
        assertThat(Auddc.relativeDistance(5, 8, 2, 9)).isEqualTo(0.5);
        assertThat(Auddc.relativeDistance(8, 8, 8, 9)).isNull();
        assertThat(Auddc.relativeDistance(8, 8.0001, 8, 9)).isNull();
        assertThat(Auddc.relativeDistance(8, 7, 8, 9)).isNull();
    }
}
