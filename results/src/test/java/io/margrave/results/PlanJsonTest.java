package io.margrave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanJsonTest {

    private static final ObjectMapper MAPPER = PlanJson.mapper();

    private static final AuditPlan EVERYTHING_SAID = new AuditPlan(
            List.of("models/a", "models/b"),
            "mnist",
            "/data",
            32,
            "validation",
            500,
            Radii.of(List.of(4.0, 6.0, 8.0)),
            0.01,
            1_000,
            200,
            false,
            true,
            1.5,
            SearchEffort.of(10, 4, 3),
            SearchEffort.of(20, 5, 4),
            7,
            42,
            16,
            false,
            List.of(
                    new AttackSpec(
                            "one",
                            "latent-kl",
                            AttackSpec.Variable.UNIVERSAL,
                            Norm.LINF,
                            0.5,
                            List.of(),
                            AttackSpec.Method.ONE_STEP,
                            SearchEffort.of(1, 2, 3),
                            4),
                    new AttackSpec(
                            "two",
                            "output",
                            AttackSpec.Variable.LATENT,
                            Norm.L1,
                            null,
                            List.of(0.5, 2.0),
                            AttackSpec.Method.SQUARE,
                            new SearchEffort(9, 2, 3, SearchEffort.AUTO),
                            1)),
            "probes/mine.pt",
            EvaluationCheck.Level.THOROUGH);

    private static JsonNode tree(String json) throws JsonProcessingException {
        return MAPPER.readTree(json.replace('\'', '"'));
    }

    @Test
    void a_plan_comes_back_as_it_went() throws JsonProcessingException {
        AuditPlan resolved = AuditPlan.defaults().withModels(List.of("m")).resolved(9.2, SearchEffort.FLOAT32);
        for (AuditPlan plan : List.of(EVERYTHING_SAID, AuditPlan.defaults(), resolved)) {
            String json = MAPPER.writeValueAsString(plan);
            assertThat(MAPPER.readValue(json, AuditPlan.class)).isEqualTo(plan);
            assertThat(PlanJson.plan(tree(json))).isEqualTo(plan);
        }
    }

    @Test
    void keys_are_snake_case_in_the_order_of_the_record() {
        List<String> keys = new ArrayList<>();
        MAPPER.<JsonNode>valueToTree(EVERYTHING_SAID).fieldNames().forEachRemaining(keys::add);
        assertThat(keys)
                .containsExactly(
                        "models",
                        "data",
                        "data_dir",
                        "image_size",
                        "split",
                        "points",
                        "r",
                        "alpha",
                        "draws",
                        "verdict_draws",
                        "mean_only",
                        "unboxed",
                        "attack_radius",
                        "attack",
                        "search",
                        "curve_points",
                        "seed",
                        "chunk",
                        "breaks",
                        "suite",
                        "probe",
                        "checks");
    }

    @Test
    void what_a_plan_does_not_say_is_the_default() throws JsonProcessingException {
        AuditPlan plan = PlanJson.plan(tree("{'data': 'mnist', 'r': [4, 6, 8], 'search': {'steps': 7}}"));
        AuditPlan defaults = AuditPlan.defaults();
        assertThat(plan.data()).isEqualTo("mnist");
        assertThat(plan.r()).isEqualTo(Radii.of(List.of(4.0, 6.0, 8.0)));
        assertThat(plan.search())
                .isEqualTo(new SearchEffort(
                        7, defaults.search().draws(), defaults.search().restarts(), SearchEffort.AUTO));
        assertThat(plan.attack()).isEqualTo(defaults.attack());
        assertThat(PlanJson.plan(tree("{}"))).isEqualTo(defaults);
    }

    @Test
    void an_attack_of_a_suite_needs_a_goal_and_nothing_else() throws JsonProcessingException {
        AuditPlan plan = PlanJson.plan(tree("{'attack': {'steps': 7}, 'suite': [{'goal': 'latent-kl'}]}"));
        assertThat(plan.suite())
                .containsExactly(new AttackSpec(
                        "latent-kl",
                        "latent-kl",
                        AttackSpec.Variable.INPUT,
                        Norm.L2,
                        null,
                        List.of(),
                        AttackSpec.Method.GRADIENT,
                        new SearchEffort(7, 8, 2, SearchEffort.AUTO),
                        0));
        assertThat(plan.concrete()).isFalse();
        AuditPlan resolved = plan.resolved(9, SearchEffort.BFLOAT16);
        assertThat(resolved.concrete()).isTrue();
        assertThat(resolved.suite().get(0).effort().inBfloat16()).isTrue();
        assertThat(resolved.suite().get(0).radius()).isNull();
    }

    @Test
    void attacks_of_one_goal_are_called_after_what_tells_them_apart() throws JsonProcessingException {
        AuditPlan plan = PlanJson.plan(tree("{'suite': [{'goal': 'a'}, {'goal': 'a', 'norm': 'linf'}, {'goal': 'b'},"
                + " {'goal': 'a', 'norm': 'linf', 'method': 'one-step'}, {'goal': 'b', 'radius': 3},"
                + " {'goal': 'c', 'variable': 'universal', 'name': 'mine'}, {'goal': 'mine'}]}"));
        assertThat(plan.suite().stream().map(AttackSpec::name))
                .containsExactly("a", "a-linf", "b", "a-linf-one-step", "b-2", "mine", "mine-2");
    }

    @Test
    void an_effort_that_is_not_said_is_usual_for_its_method() throws JsonProcessingException {
        AuditPlan plan = PlanJson.plan(tree("{'suite': [{'goal': 'a', 'method': 'one-step'},"
                + " {'goal': 'a', 'method': 'random', 'effort': {'draws': 3}}]}"));
        assertThat(plan.suite().get(0).effort()).isEqualTo(new SearchEffort(1, 8, 2, SearchEffort.AUTO));
        assertThat(plan.suite().get(1).effort())
                .isEqualTo(new SearchEffort(AttackSpec.RANDOM_PERTURBATIONS, 3, 1, SearchEffort.AUTO));
    }

    @Test
    void radii_are_written_as_auto_as_a_list_or_resolved() throws JsonProcessingException {
        assertThat(MAPPER.writeValueAsString(Radii.automatic())).isEqualTo("\"auto\"");
        assertThat(MAPPER.writeValueAsString(Radii.of(List.of(4.0, 6.5)))).isEqualTo("[4.0,6.5]");
        assertThat(MAPPER.writeValueAsString(Radii.automatic().resolve(8)))
                .isEqualTo("{\"auto\":true,\"values\":[2.0,4.0,6.0],\"median_distance\":8.0}");
    }

    @Test
    void radii_are_read_from_each_form() throws JsonProcessingException {
        assertThat(MAPPER.readValue("\"auto\"", Radii.class)).isEqualTo(Radii.automatic());
        assertThat(MAPPER.readValue("6", Radii.class)).isEqualTo(Radii.of(List.of(6.0)));
        assertThat(MAPPER.readValue("[4, 6.5]", Radii.class)).isEqualTo(Radii.of(List.of(4.0, 6.5)));
        assertThat(MAPPER.readValue("{\"auto\":true,\"values\":[2,4,6],\"median_distance\":8}", Radii.class))
                .isEqualTo(Radii.automatic().resolve(8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"automatic\"",
                "[]",
                "[4, \"6\"]",
                "[4, null]",
                "[6, 4]",
                "[0]",
                "true",
                "{\"values\": [4]}",
                "{\"auto\": true}",
                "{\"auto\": true, \"values\": [4], \"median_distance\": \"8\"}",
                "{\"auto\": true, \"values\": [4], \"median\": 8}"
            })
    void radii_of_no_such_form_are_refused(String json) {
        assertThatThrownBy(() -> MAPPER.readValue(json, Radii.class)).isInstanceOf(MismatchedInputException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'pionts': 3}                     | unknown key 'pionts'; known are models, data,",
                "{'search': {'step': 3}}           | unknown key 'search.step'; known are steps, draws, restarts",
                "{'search': 3}                     | want keys with values under 'search', got 3",
                "[]                                | want keys with values, got []",
                "{'points': null}                  | want a value for 'points', got none",
                "{'points': 0}                     | want points > 0, got 0",
                "{'points': 1.5}                   | 'points': want a whole number, got 1.5",
                "{'points': '12'}                  | 'points': want a whole number, got \"12\"",
                "{'points': 99999999999}           | 'points': Numeric value (99999999999) out of range of int",
                "{'mean_only': 1}                  | 'mean_only': want true or false, got 1",
                "{'models': 'a'}                   | 'models': want a list, got \"a\"",
                "{'models': [null]}                | want a value in each place of 'models', got [null]",
                "{'models': [['a']]}               | 'models.0': want a text, got [\"a\"]",
                "{'alpha': 'small'}                | 'alpha': want a number, got \"small\"",
                "{'r': [6, 4]}                     | 'r': want ascending finite radii r > 0, got [6.0, 4.0]",
                "{'r': 'all'}                      | 'r': want auto, a number or a list of numbers, got \"all\"",
                "{'suite': 'latent-kl'}            | want a list for 'suite', got \"latent-kl\"",
                "{'suite': ['latent-kl']}          | want keys with values under 'suite.0', got \"latent-kl\"",
                "{'suite': [{'norm': 'l2'}]}       | want a goal for 'suite.0', got none",
                "{'suite': [{'gaol': 'a'}]}        | unknown key 'suite.0.gaol'; known are name, goal",
                "{'suite': [{'goal': 'a', 'effort': {'step': 1}}]} | unknown key 'suite.0.effort.step'",
                "{'suite': [{'goal': 'a', 'norm': 'L2'}]} | 'suite.0.norm': want one of l1, l2, linf, got L2",
                "{'suite': [{'goal': 'a', 'method': 'pgd'}]} | 'suite.0.method': want one of gradient, adam, apgd, one-step",
                "{'suite': [{'goal': 'a', 'radius': -1}]} | 'suite.0': want radius >= 0, got -1.0",
                "{'suite': [{'goal': 'a', 'radius': '1'}]} | 'suite.0.radius': want a number, got \"1\"",
                "{'suite': [{'goal': 'a', 'name': 'n'}, {'goal': 'b', 'name': 'n'}]} | want attacks of different names",
                "{'checks': 'some'}                | 'checks': want one of none, quick, thorough, got some",
                "{'search': {'steps': 0}}          | 'search': want steps, draws and restarts > 0, got 0"
            })
    void a_plan_that_does_not_fit_is_refused_in_one_line(String json, String said) throws JsonProcessingException {
        JsonNode given = tree(json);
        assertThatThrownBy(() -> PlanJson.plan(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("plan: ")
                .hasMessageContaining(said.replace("`", ""))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("io.margrave"));
    }

    @Test
    void a_key_said_twice_is_refused() {
        assertThatThrownBy(() -> tree("{'points': 1, 'points': 2}")).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void numbers_without_a_finite_value_come_back() throws JsonProcessingException {
        EncoderNorms flat = new EncoderNorms(0.5, 0, 0, Double.POSITIVE_INFINITY);
        assertThat(MAPPER.readValue(MAPPER.writeValueAsString(flat), EncoderNorms.class))
                .isEqualTo(flat);
    }
}
