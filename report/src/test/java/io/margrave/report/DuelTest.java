package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.SignTest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuelTest {
    private static final double NONE_FOUND = Double.POSITIVE_INFINITY;

    /** Margins that models share in part, as images are hard or easy for all; those above a limit are not found. */
    private static Map<String, Map<Integer, Double>> margins(int models, double advantage, SplittableRandom random) {
        Map<String, Map<Integer, Double>> margins = new LinkedHashMap<>();
        for (int m = 0; m < models; m++) {
            margins.put("m" + m, new HashMap<>());
        }
        for (int point = 0; point < 128; point++) {
            double image = random.nextDouble();
            for (int m = 0; m < models; m++) {
                double margin = image + random.nextDouble() + (m == 0 ? advantage : 0);
                margins.get("m" + m).put(point, margin > 1.6 ? NONE_FOUND : margin);
            }
        }
        return margins;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6})
    void among_equal_models_a_winner_is_named_at_most_one_time_in_twenty(int models) {
        SplittableRandom random = new SplittableRandom(models);
        int named = 0;
        int unshared = 0;
        int runs = 2_000;
        for (int run = 0; run < runs; run++) {
            List<Duel> duels = Duel.of(margins(models, 0, random), 0.05);
            named += duels.stream().anyMatch(duel -> duel.winner() != null) ? 1 : 0;
            unshared += duels.stream().anyMatch(duel -> duel.signs().pLarger() <= 0.025) ? 1 : 0;
        }
        // At most Binomial(2000, 0.05): 141 is exceeded once in 10^5.
        assertThat(named).isLessThanOrEqualTo(141);
        if (models > 2) {
            assertThat(unshared).as("had each test all of alpha").isGreaterThan(141);
        }
    }

    @Test
    void a_model_that_needs_more_on_most_images_wins_against_every_other() {
        List<Duel> duels = Duel.of(margins(6, 0.4, new SplittableRandom(1)), 0.05);
        assertThat(duels)
                .hasSize(5)
                .allSatisfy(duel -> assertThat(duel.winner()).isEqualTo("m0"));
    }

    @Test
    void more_models_leave_each_test_less_of_alpha() {
        SplittableRandom random = new SplittableRandom(1);
        assertThat(Duel.of(margins(2, 0, random), 0.05).get(0).level()).isEqualTo(0.025);
        assertThat(Duel.of(margins(5, 0, random), 0.05).get(0).level()).isEqualTo(0.0025);
    }

    @Test
    void an_image_with_no_break_found_counts_as_needing_more() {
        Map<String, Map<Integer, Double>> margins = new LinkedHashMap<>();
        margins.put("a", Map.of(0, 1.0, 1, NONE_FOUND, 2, NONE_FOUND));
        margins.put("b", Map.of(0, 2.0, 1, 9.0, 2, NONE_FOUND, 3, 1.0));
        assertThat(Duel.of(margins, 0.05))
                .singleElement()
                .satisfies(duel -> assertThat(duel.best()).isEqualTo("a"))
                .satisfies(duel -> assertThat(duel.signs()).isEqualTo(new SignTest(1, 1, 1)));
    }

    @Test
    void the_best_median_may_lose_image_by_image() {
        Map<Integer, Double> steady = new HashMap<>();
        Map<Integer, Double> lucky = new HashMap<>();
        for (int point = 0; point < 101; point++) {
            // Slightly more on all but one image that lifts the other's median.
            steady.put(point, point < 50 ? 1.5 + 0.001 * point : 2 + point);
            lucky.put(point, point < 49 ? 1.0 : point == 49 ? 200 : 1.9 + point);
        }
        steady.put(50, 3.0);
        lucky.put(50, 51.9);
        Map<String, Map<Integer, Double>> margins = new LinkedHashMap<>();
        margins.put("steady", steady);
        margins.put("lucky", lucky);
        Duel duel = Duel.of(margins, 0.05).get(0);
        assertThat(duel.best()).isEqualTo("lucky");
        assertThat(duel.winner()).isEqualTo("steady");
    }

    @Test
    void one_model_or_one_without_points_is_no_duel() {
        assertThat(Duel.of(Map.of("a", Map.of(0, 1.0)), 0.05)).isEmpty();
        assertThat(Duel.of(Map.of(), 0.05)).isEmpty();
        assertThat(Duel.of(Map.of("a", Map.of(), "b", Map.of()), 0.05)).isEmpty();
    }
}
