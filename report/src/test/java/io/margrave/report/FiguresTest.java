package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.AuditRow;
import io.margrave.results.RunResults;
import io.margrave.theory.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final List<String> ALL = List.of(
            "bracket",
            "share-robust",
            "margin-against-whitened",
            "margin-against-frobenius",
            "margin-against-spectral",
            "degradation-against-margin",
            "robustness-curves",
            "encoder-by-beta");

    private static List<String> ids(SampleRun run) {
        return Figures.of(run.results()).stream().map(Figure::id).toList();
    }

    private static Figure figure(SampleRun run, String id) {
        return Figures.of(run.results()).stream()
                .filter(f -> f.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Every value of every data block that has the field. */
    private static List<JsonNode> values(JsonNode node, String field) {
        List<JsonNode> found = new ArrayList<>();
        node.findValues("values")
                .forEach(block -> block.forEach(value -> {
                    if (value.has(field)) {
                        found.add(value);
                    }
                }));
        return found;
    }

    @Test
    void a_full_run_has_every_figure() {
        assertThat(ids(SampleRun.run())).isEqualTo(ALL);
    }

    /** Renew with {@code mvn test -Dgolden.renew=true}, then read the difference. */
    @Test
    void specifications_are_those_of_the_golden_file() throws Exception {
        compare(Figures.of(SampleRun.run().points(3).oneRadius().results()), "figures.golden.txt");
    }

    @Test
    void specifications_of_attacks_are_those_of_their_golden_file() throws Exception {
        compare(
                Figures.of(SampleRun.run()
                        .points(3)
                        .oneRadius()
                        .suite(2)
                        .checks(0)
                        .withoutBreaks()
                        .results()),
                "attack-figures.golden.txt");
    }

    /** A figure of a whole test set must not grow with it; what lies below the estimate is seen all the same. */
    @Test
    void of_thousands_of_points_a_part_is_drawn_and_all_are_counted() {
        SampleRun run = SampleRun.run()
                .models(Map.of("a", 1.0, "b", 4.0))
                .points(2_000)
                .oneRadius()
                .withoutCurves()
                .breaksScaledBy(0.8);
        RunResults results = run.results();
        Figure figure = figure(run, "margin-against-whitened");
        long below = results.rows().stream()
                .filter(row -> row.verdictClean() == Verdict.HOLDS
                        && row.marginUpper() != null
                        && row.boundWhitened() != null
                        && row.marginUpper() < row.boundWhitened())
                .count();
        assertThat(below).isPositive();
        assertThat(values(figure.spec(), "point")).hasSize((int) (ScatterPanel.MOST + below));
        assertThat(figure.caption()).contains("points a panel are drawn, the first of each model");
        assertThat(figure.numbers().rows().get(0).get(2))
                .isEqualTo(Text.integer(results.rows().size()));
    }

    private static void compare(List<Figure> figures, String file) throws Exception {
        StringBuilder drawn = new StringBuilder();
        for (Figure figure : figures) {
            drawn.append("== ")
                    .append(figure.id())
                    .append(": ")
                    .append(figure.title())
                    .append('\n');
            drawn.append(figure.caption()).append('\n');
            drawn.append(figure.numbers().header()).append('\n');
            figure.numbers().rows().forEach(row -> drawn.append(row).append('\n'));
            drawn.append(oneLineADatum(figure.spec()).toPrettyString()).append('\n');
        }
        Path golden = Path.of("src/test/resources/io/margrave/report").resolve(file);
        if (Boolean.getBoolean("golden.renew")) {
            Files.writeString(golden, drawn);
        }
        assertThat(drawn.toString()).isEqualTo(Files.readString(golden));
    }

    private static JsonNode oneLineADatum(JsonNode spec) {
        JsonNode copy = spec.deepCopy();
        copy.findParents("values").forEach(parent -> {
            ArrayNode lines = VegaLite.NODES.arrayNode();
            parent.get("values").forEach(value -> lines.add(value.toString().replace('"', '\'')));
            ((ObjectNode) parent).set("values", lines);
        });
        return copy;
    }

    @Test
    void what_was_not_measured_is_not_drawn() {
        assertThat(ids(SampleRun.run().notAttacked())).doesNotContain("degradation-against-margin");
        assertThat(ids(SampleRun.run().withoutCurves())).doesNotContain("robustness-curves");
        assertThat(ids(SampleRun.run().censoredEvery(1))).containsExactly("bracket", "share-robust", "encoder-by-beta");
    }

    @Test
    void a_run_without_rows_has_no_figure() {
        RunResults full = SampleRun.run().points(1).results();
        RunResults empty = new RunResults(full.plan(), full.info(), full.models(), List.of(), List.of(), List.of());
        assertThat(Figures.of(empty)).isEmpty();
    }

    @Test
    void one_model_and_one_point_is_enough() {
        SampleRun run = SampleRun.run().models(Map.of("only", 1.0)).points(1);
        assertThat(ids(run)).contains("bracket", "share-robust", "encoder-by-beta");
    }

    @Test
    void every_number_in_a_specification_is_finite() {
        for (Figure figure : Figures.of(SampleRun.run().flat().censoredEvery(3).results())) {
            assertThat(figure.spec().toString()).doesNotContain("Infinity").doesNotContain("NaN");
        }
    }

    @Test
    void a_scatter_draws_the_rows_that_hold_and_were_broken_and_counts_the_others() {
        SampleRun run = SampleRun.run().flat().censoredEvery(5);
        Figure figure = figure(run, "margin-against-whitened");
        List<AuditRow> rows = run.results().rows();
        List<AuditRow> drawn = rows.stream()
                .filter(row -> row.verdictClean() == Verdict.HOLDS
                        && row.marginUpper() != null
                        && Double.isFinite(row.boundWhitened()))
                .toList();
        long points = values(figure.spec(), "point").stream()
                .map(v -> v.get("model").asText() + v.get("point") + v.get("margin"))
                .distinct()
                .count();
        assertThat(points).isEqualTo(drawn.size());
        long notRobust =
                rows.stream().filter(row -> row.verdictClean() != Verdict.HOLDS).count();
        assertThat(figure.caption()).contains(notRobust + " model-point-radius rows not shown to be r-robust");
    }

    @Test
    void breaks_below_the_bound_are_marked_in_vermilion() {
        Figure safe = figure(SampleRun.run().breaksScaledBy(4), "margin-against-whitened");
        assertThat(safe.spec().toString()).doesNotContain(VegaLite.ALERT);
        assertThat(safe.caption()).contains("No verified break lies below");
        Figure broken = figure(SampleRun.run().breaksScaledBy(0.3), "margin-against-whitened");
        assertThat(broken.spec().toString()).contains(VegaLite.ALERT);
    }

    @Test
    void degradation_keeps_its_sign() {
        Figure figure = figure(SampleRun.run(), "degradation-against-margin");
        assertThat(values(figure.spec(), "margin"))
                .isNotEmpty()
                .allSatisfy(v -> assertThat(v.get("degradation").asDouble()).isNegative());
    }

    @Test
    void the_upper_line_of_the_bracket_stops_short_of_one_where_points_are_censored() {
        Figure figure = figure(SampleRun.run().censoredEvery(4), "bracket");
        double highest = values(figure.spec(), "share").stream()
                .filter(v -> v.get("bound").asText().startsWith("verified"))
                .mapToDouble(v -> v.get("share").asDouble())
                .max()
                .orElseThrow();
        assertThat(highest).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void a_bracket_of_many_images_says_how_its_lines_are_thinned() {
        Figure every = figure(SampleRun.run().points(150).oneRadius(), "bracket");
        assertThat(every.caption()).doesNotContain("quantiles");
        Figure thinned = figure(SampleRun.run().points(151).oneRadius(), "bracket");
        assertThat(thinned.caption()).contains("A line of more than 150 images is drawn through 150 evenly spaced");
        assertThat(values(thinned.spec(), "share").stream()
                        .filter(v -> v.get("bound").asText().startsWith("frobenius"))
                        .filter(v -> v.get("model").asText().equals("sprites-b1")))
                .hasSizeLessThanOrEqualTo(151);
    }

    @Test
    void the_shares_of_the_three_verdicts_add_up_to_one() {
        Figure figure = figure(SampleRun.run(), "share-robust");
        assertThat(values(figure.spec(), "verdict").stream()
                        .filter(v -> v.get("verdict").asText().equals("not r-robust")))
                .hasSize(6)
                .allSatisfy(v -> assertThat(v.get("to").asDouble()).isCloseTo(1, within(1e-4)));
    }

    @Test
    void a_name_from_a_run_never_becomes_part_of_the_specification_text() throws Exception {
        String name = "'}], \"data\": {\"url\": \"x\"}, <b>";
        Figure figure = figure(SampleRun.run().models(Map.of(name, 1.0)).points(4), "bracket");
        JsonNode reread = new ObjectMapper().readTree(figure.spec().toString());
        assertThat(reread.findValues("url")).isEmpty();
        assertThat(values(reread, "model"))
                .isNotEmpty()
                .allSatisfy(v -> assertThat(v.get("model").asText()).isEqualTo(name));
    }
}
