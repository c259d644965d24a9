package io.margrave.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Norm;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlanDocumentTest {

    static Stream<AuditPlan> plans() {
        AuditPlan plain = AuditPlan.defaults();
        AuditPlan all = new AuditPlan(
                List.of("models/a", "models/yes"),
                "images",
                "/data: odd # name",
                64,
                "validation",
                500,
                Radii.of(List.of(4.0, 6.5, 1e3)),
                1e-4,
                4_000,
                2_000,
                false,
                true,
                0.0,
                SearchEffort.of(7, 3, 5),
                SearchEffort.of(9, 2, 4),
                0,
                Long.MIN_VALUE,
                32);
        return Stream.of(
                plain,
                all,
                plain.withSuite(List.of(
                        new AttackSpec(
                                "one: odd # name",
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
                                1))),
                plain.withModels(List.of("true", "0123")),
                plain.resolved(8.4, SearchEffort.FLOAT32));
    }

    @ParameterizedTest
    @MethodSource("plans")
    void a_plan_written_and_read_is_the_same_plan(AuditPlan plan) {
        assertThat(PlanDocument.parse(PlanDocument.yaml(plan), "test").plan()).isEqualTo(plan);
    }

    @Test
    void a_resolved_plan_tells_what_auto_stood_for() {
        assertThat(PlanDocument.yaml(AuditPlan.defaults().resolved(8.4, SearchEffort.FLOAT32)))
                .startsWith("# r: auto stands for 0.25, 0.5 and 0.75 of 8.4, the median distance");
    }

    @Test
    void nothing_said_is_the_default_plan() {
        assertThat(PlanDocument.parse("", "test").plan()).isEqualTo(AuditPlan.defaults());
        assertThat(PlanDocument.parse("# only words\n", "test").plan()).isEqualTo(AuditPlan.defaults());
    }

    @Test
    void a_short_suite_is_whole_once_read() {
        AuditPlan plan = PlanDocument.parse(
                        "breaks: false\nprobe: logistic\nchecks: thorough\nsuite:\n- {goal: latent-kl, targets: 2}\n"
                                + "- {goal: latent-kl, norm: linf, method: one-step}\n",
                        "test")
                .plan();
        assertThat(plan.breaks()).isFalse();
        assertThat(plan.probe()).isEqualTo("logistic");
        assertThat(plan.checks()).isEqualTo(EvaluationCheck.Level.THOROUGH);
        assertThat(plan.suite().stream().map(AttackSpec::name)).containsExactly("latent-kl", "latent-kl-linf-one-step");
        assertThat(PlanDocument.parse(PlanDocument.yaml(plan), "test").plan()).isEqualTo(plan);
    }

    @Test
    void an_option_wins_over_the_plan_and_leaves_the_rest() {
        AuditPlan plan = PlanDocument.parse("points: 7\nsearch: {steps: 3}\nr: 2.5\n", "test")
                .with("points", 9)
                .with("search", "draws", 5)
                .with("alpha", null)
                .plan();
        assertThat(plan.points()).isEqualTo(9);
        assertThat(plan.search()).isEqualTo(new SearchEffort(3, 5, 40, SearchEffort.AUTO));
        assertThat(plan.r()).isEqualTo(Radii.of(List.of(2.5)));
    }

    @Test
    void the_schema_knows_every_key_of_a_plan_and_its_defaults() throws Exception {
        JsonNode properties =
                new ObjectMapper().readTree(PlanDocument.schemaText()).path("properties");
        List<String> keys = new ArrayList<>();
        properties.fieldNames().forEachRemaining(keys::add);
        assertThat(keys)
                .containsExactlyElementsOf(Arrays.stream(AuditPlan.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                        .toList());
        PlanDocument said = PlanDocument.empty();
        for (String key : keys) {
            if (properties.get(key).has("default")) {
                said.with(
                        key, new ObjectMapper().convertValue(properties.get(key).get("default"), Object.class));
            }
        }
        assertThat(said.plan()).isEqualTo(AuditPlan.defaults());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'points: 3\npoint: 4'       | test line 2: unknown key 'point'; did you mean 'points'?",
                "'search:\n  stpes: 4'       | test line 2: unknown key 'stpes' under 'search'; did you mean 'steps'?",
                "'a: 1\nzzzzzzzzzzzzzzz: 2'  | test line 1: unknown key 'a'",
                "'points: 0'                 | test line 1: want points to be a whole number of points, at least 1",
                "'seed: 1\npoints: many'     | test line 2: want points to be a whole number",
                "'r: often'                  | test line 1: want r to be auto, or an ascending list of radii",
                "'r: [3, -1]'                | test line 1: want r to be auto, or an ascending list of radii",
                "'split: tset'               | test line 1: want split to be test, validation or train; got \"tset\"",
                "'search: {draws: 0}'        | test line 1: want search.draws to be a whole number",
                "'attack: 5'                 | test line 1: want attack to be steps, draws and restarts",
                "'models: [a, 3]'            | test line 1: want models to be a list of model folders",
                "'suite: [{goal: a}]\nsuit: 1' | test line 2: unknown key 'suit'; did you mean 'suite'?",
                "'suite:\n- goal: a\n- gaol: b'  | test line 3: unknown key 'gaol' under 'suite.1'; did you mean 'goal'?",
                "'suite:\n- goal: a\n  effort: {step: 1}' | test line 3: unknown key 'step' under 'suite.0.effort'; did you mean 'steps'?",
                "'suite:\n- norm: l2'         | test line 1: want suite to be a list of attacks, each with a goal",
                "'suite: [latent-kl]'         | test line 1: want suite to be a list of attacks, each with a goal",
                "'suite:\n- goal: a\n  norm: L2' | test line 3: want suite.0.norm to be l1, l2 or linf; got \"L2\"",
                "'suite:\n- goal: a\n  weights: [0]' | test line 3: want suite.0.weights to be a list of numbers greater",
                "'suite:\n- goal: a\n  effort: {steps: 0}' | test line 3: want suite.0.effort.steps to be a whole number",
                "'checks: all'                | test line 1: want checks to be none, quick or thorough",
                "'points: 1\npoints: 2'      | test line 2: not readable as YAML: Duplicate field 'points'",
                "'points: [1'                | test line",
                "'just words'                | test: want keys and values",
                "'- 1'                       | test: want keys and values",
            })
    void a_wrong_plan_is_told_in_one_line_with_its_place(String yaml, String line) {
        assertThatThrownBy(() -> PlanDocument.parse(yaml, "test"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(line)
                .message()
                .hasLineCount(1);
    }

    @Test
    void what_only_the_record_knows_is_bad_input_too() {
        assertThatThrownBy(() -> PlanDocument.parse("r: [4, 3]", "test").plan())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("ascending");
        assertThatThrownBy(() -> PlanDocument.empty().with("verdict_draws", 5).plan())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("log2(1/alpha)");
    }

    @Test
    void a_file_that_is_no_plan_is_refused_before_it_is_read(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> PlanDocument.read(folder.resolve("none.yaml")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("none.yaml");
        Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> PlanDocument.read(large))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("1 MiB");
    }

    @Test
    void a_word_far_from_all_is_close_to_none() {
        assertThat(Closest.to("widgets", List.of("points", "seed"))).isEmpty();
        assertThat(Closest.to("Seeds", List.of("points", "seed"))).contains("seed");
        assertThat(Closest.distance("kitten", "sitting")).isEqualTo(3);
    }
}
