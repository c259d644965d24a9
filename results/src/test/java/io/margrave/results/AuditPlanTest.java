package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.margrave.theory.Proportion;
import io.margrave.theory.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditPlanTest {

    private static AuditPlan with(String json) throws JsonProcessingException {
        JsonNode given = PlanJson.mapper().readTree(json.replace('\'', '"'));
        return PlanJson.plan(given);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'split': 'tset'}          | want split test, validation or train, got tset",
                "{'image_size': 0}          | want image_size > 0, got 0",
                "{'points': 0}              | want points > 0, got 0",
                "{'alpha': 0}               | want alpha in (0, 0.5), got 0.0",
                "{'alpha': 0.5}             | want alpha in (0, 0.5), got 0.5",
                "{'draws': 0}               | want draws > log2(1/alpha), got 0",
                "{'draws': 9}               | want draws > log2(1/alpha), got 9",
                "{'verdict_draws': 9}       | want verdict_draws >= log2(1/alpha), got 9",
                "{'curve_points': -1}       | want curve_points >= 0, got -1",
                "{'chunk': 0}               | want chunk > 0, got 0",
                "{'attack_radius': -1}      | want attack_radius >= 0, got -1.0",
                "{'attack_radius': 1e999}   | want attack_radius >= 0, got Infinity",
                "{'attack': {'steps': 0}}   | want steps, draws and restarts > 0, got 0",
                "{'attack': {'draws': 0}}   | want steps, draws and restarts > 0, got 50, 0",
                "{'search': {'restarts': 0}}| want steps, draws and restarts > 0, got 32, 4, 0"
            })
    void a_plan_that_can_not_be_run_is_refused_and_says_what_is_wanted(String json, String said) {
        assertThatThrownBy(() -> with(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'draws': 10, 'verdict_draws': 10}",
                "{'alpha': 0.4999}",
                "{'attack_radius': 0}",
                "{'curve_points': 0}",
                "{'split': 'validation'}",
                "{'split': 'train', 'image_size': 1, 'points': 1, 'chunk': 1}"
            })
    void a_plan_at_the_edge_of_what_can_be_run_is_taken(String json) {
        assertThatCode(() -> with(json)).doesNotThrowAnyException();
    }

    /** The plan's least numbers of draws are those at which a verdict is possible. */
    @Test
    void the_fewest_draws_that_are_taken_can_decide_and_one_fewer_can_not() {
        for (double alpha : new double[] {0.4, 0.05, 0.001, 1e-9}) {
            int fewest = 1;
            while (new Proportion(fewest, fewest).verdict(alpha) != Verdict.HOLDS) {
                fewest++;
            }
            int enough = fewest;
            assertThatCode(() -> with(draws(enough, alpha))).doesNotThrowAnyException();
            assertThatThrownBy(() -> with(draws(enough - 1, alpha))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String draws(int draws, double alpha) {
        return "{'draws': " + draws + ", 'verdict_draws': " + draws + ", 'alpha': " + alpha + "}";
    }

    @Test
    void resolving_makes_the_radii_and_the_attack_radius_concrete_and_changes_nothing_else() {
        AuditPlan plan = AuditPlan.defaults().withModels(List.of("a"));
        AuditPlan resolved = plan.resolved(20, SearchEffort.FLOAT32);
        assertThat(resolved.r().values()).containsExactly(5.0, 10.0, 15.0);
        assertThat(resolved.attackRadius()).isEqualTo(2);
        assertThat(resolved)
                .usingRecursiveComparison()
                .ignoringFields("r", "attackRadius", "attack.precision", "search.precision")
                .isEqualTo(plan);
        assertThat(plan.concrete()).isFalse();
        assertThat(resolved.concrete()).isTrue();
        assertThat(resolved.search().inBfloat16()).isFalse();
        assertThat(resolved.resolved(20, SearchEffort.BFLOAT16)).isEqualTo(resolved);
    }

    @Test
    void an_attack_radius_that_was_given_is_left_alone_none_included() throws JsonProcessingException {
        assertThat(with("{'attack_radius': 0}")
                        .resolved(20, SearchEffort.FLOAT32)
                        .attackRadius())
                .isZero();
        assertThat(with("{'attack_radius': 1.5}")
                        .resolved(20, SearchEffort.FLOAT32)
                        .attackRadius())
                .isEqualTo(1.5);
    }

    @Test
    void other_models_make_the_same_plan_otherwise() {
        AuditPlan plan = AuditPlan.defaults();
        assertThat(plan.withModels(List.of("a", "b")).models()).containsExactly("a", "b");
        assertThat(plan.withModels(List.of("a", "b")).withModels(plan.models())).isEqualTo(plan);
    }
}
