package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditRow;
import io.margrave.results.Check;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.Exhibit;
import io.margrave.results.ModelCard;
import io.margrave.results.RunResults;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HtmlReportTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&";

    private static String html(SampleRun run) {
        return html(run.results());
    }

    private static String html(RunResults results) {
        return HtmlReport.html(results, Figures.of(results));
    }

    private static JsonNode data(String html, String id) throws Exception {
        Matcher block = Pattern.compile(
                        "<script type=\"application/json\" id=\"" + id + "\">(.*?)</script>", Pattern.DOTALL)
                .matcher(html);
        assertThat(block.find()).isTrue();
        return new ObjectMapper().readTree(block.group(1));
    }

    /** The page without its code and data: what a reader sees. */
    private static String visible(String html) {
        return html.replaceAll("(?s)<script.*?</script>", "").replaceAll("(?s)<style>.*?</style>", "");
    }

    @Test
    void sections_come_in_the_order_of_reading() {
        String html = html(SampleRun.run().points(12).suite(1).checks(0));
        int last = -1;
        for (String id : List.of(
                "verdict",
                "checks",
                "models",
                "attacks",
                "figures",
                "images",
                "attacked",
                "points",
                "reading",
                "provenance",
                "fine-print")) {
            int at = html.indexOf("<section id=\"" + id + "\"");
            assertThat(at).as(id).isGreaterThan(last);
            last = at;
        }
    }

    @Test
    void every_link_within_the_page_has_a_place_to_go() {
        for (SampleRun run : List.of(
                SampleRun.run().points(12),
                SampleRun.run().points(12).suite(2).checks(4),
                SampleRun.run().points(12).suite(2).checks(0).withoutBreaks())) {
            String visible = visible(html(run));
            Matcher link = Pattern.compile("href=\"#([^\"]+)\"").matcher(visible);
            int links = 0;
            while (link.find()) {
                links++;
                assertThat(visible).contains("id=\"" + link.group(1) + "\"");
            }
            assertThat(links).isGreaterThan(6);
        }
    }

    @Test
    void a_run_of_attacks_alone_speaks_of_no_margin() {
        String visible =
                visible(html(SampleRun.run().points(20).suite(2).checks(0).withoutBreaks()));
        assertThat(visible)
                .contains("What do attacks do to sprites-b1 and sprites-b4 on sprites?")
                .contains("the worst of 5 attacks, image by image, throws the reconstructions")
                .contains("<section id=\"attacks\"")
                .contains("<section id=\"attacked\"")
                .doesNotContain("<h3>Margins</h3>")
                .doesNotContain("<section id=\"images\"")
                .doesNotContain("No break was verified")
                .doesNotContain("none found")
                .doesNotContain("no break found")
                .doesNotContain("id=\"figure-bracket\"")
                .doesNotContain("id=\"figure-margin-against");
    }

    @Test
    void a_run_that_searched_the_smallest_norm_does_not_deny_it_and_counts_what_was_not_found() {
        AttackSpec smallest = SampleSuite.spec("least", "max-damage", AttackSpec.Method.MINIMAL_NORM, 1.2, 0);
        String visible = visible(html(
                SampleRun.run().points(20).oneRadius().suite(List.of(smallest)).withoutBreaks()));
        assertThat(visible)
                .doesNotContain("no smallest perturbation was searched")
                .contains("smallest norm that breaks (L2, \u201cleast\u201d): median")
                .containsPattern("none found up to 1.20? for \\d+ of 20: counted as \u221e")
                .doesNotContain("id=\"figure-attack-damage\"");
        assertThat(visible(html(SampleRun.run().points(20).suite(1).withoutBreaks())))
                .contains("no smallest perturbation was searched for here")
                .contains("exact 95\u202f% interval; inputs, L2 norm at most 1.2");
    }

    @Test
    void an_audit_without_a_suite_has_no_section_of_attacks() {
        assertThat(visible(html(SampleRun.run().points(12))))
                .doesNotContain("<section id=\"attacks\"")
                .doesNotContain("<section id=\"attacked\"")
                .doesNotContain("id=\"reading-attacks\"")
                .contains("No checks were run.");
    }

    @Test
    void a_failed_check_stands_before_every_statement() {
        String visible = visible(html(SampleRun.run().points(12).suite(1).checks(4)));
        int banner = visible.indexOf("<b>Not to be relied on:</b> check 4 failed for <b>sprites-b1</b>");
        assertThat(banner).isPositive().isLessThan(visible.indexOf("<li>"));
        assertThat(visible(html(SampleRun.run().points(12).suite(1).checks(0)))).doesNotContain("Not to be relied on:");
    }

    @Test
    void every_check_has_its_verdict_in_a_word_and_its_evidence() {
        RunResults results = SampleRun.run().points(12).checks(4).results();
        String visible = visible(html(results));
        assertThat(visible.split("\u2713 PASS", -1)).hasSize(14);
        assertThat(visible.split("! WARN", -1)).hasSize(3);
        assertThat(visible.split("\u2715 FAIL", -1)).hasSize(2);
        assertThat(visible).contains("Not run: checks 5, 8, 9, 10, 11, 13, 15 and 16");
        results.checks().forEach(check -> assertThat(visible).contains(Html.text(check.evidence())));
    }

    @Test
    void a_model_that_can_be_damaged_little_shows_its_quality_beside() {
        String visible = visible(html(SampleRun.run().points(30).suite(1)));
        assertThat(visible.split("untouched: ELBO", -1)).hasSize(3);
        assertThat(visible.split("<dt>reconstruction error", -1)).hasSize(3);
    }

    @Test
    void a_column_that_no_attack_has_a_number_for_is_left_out() {
        List<AttackSpec> untargeted = List.of(SampleSuite.spec("a", "max-damage", AttackSpec.Method.GRADIENT, 1, 0));
        assertThat(visible(html(SampleRun.run().points(12).suite(untargeted).unlabelled())))
                .contains("MS-SSIM of inputs<br>")
                .doesNotContain("log p(x_t|z*)<br>")
                .doesNotContain("probe accuracy kept<br>");
        assertThat(visible(html(SampleRun.run().points(12).suite(1))))
                .contains("log p(x_t|z*)<br>")
                .contains("probe accuracy kept<br>");
        assertThat(visible(html(SampleRun.run().points(12).suite(untargeted).shape(List.of(1, 8, 8)))))
                .contains("no scale fits");
    }

    @Test
    void each_goal_of_the_suite_is_defined_and_an_added_one_is_named() {
        AttackSpec added = SampleSuite.spec("mine", "my-own-<goal>", AttackSpec.Method.GRADIENT, 1, 0);
        String visible = visible(html(SampleRun.run().points(12).suite(List.of(added))));
        assertThat(visible)
                .contains("<dt>my-own-&lt;goal&gt;</dt><dd>a goal that was added")
                .doesNotContain("<goal>");
        assertThat(visible(html(SampleRun.run().points(12).suite(1)))).contains("<dt>latent-kl</dt><dd>minimise KL");
    }

    @Test
    void hostile_names_of_attacks_and_checks_stay_text() throws Exception {
        AttackSpec hostile = SampleSuite.spec(HOSTILE.replace("/", ""), HOSTILE, AttackSpec.Method.GRADIENT, 1, 1);
        RunResults run = SampleRun.run().points(8).suite(List.of(hostile)).results();
        List<EvaluationCheck> checks = List.of(new EvaluationCheck(
                "sprites-b1",
                4,
                HOSTILE,
                Check.Outcome.FAIL,
                HOSTILE,
                List.of(new EvaluationCheck.Curve(HOSTILE, HOSTILE, HOSTILE, List.of(0.0, 1.0), List.of(1.0, 2.0)))));
        RunResults both = new RunResults(
                run.plan(),
                run.info(),
                run.models(),
                run.rows(),
                run.curves(),
                run.exhibits(),
                run.attacks(),
                run.attackExhibits(),
                checks);
        String html = html(both);
        assertThat(html).doesNotContain("<img src=x").contains("&lt;img src=x onerror=alert(1)&gt;");
        assertThat(html.split("</script>", -1)).hasSize(4);
        assertThat(data(html, "figure-specs").toString()).contains("onerror=alert(1)");
    }

    @Test
    void a_suite_that_found_nothing_yet_says_so() {
        RunResults full = SampleRun.run().points(2).suite(1).results();
        RunResults begun = new RunResults(full.plan(), full.info(), full.models(), List.of(), List.of(), List.of());
        assertThat(visible(html(begun))).contains("no image has been attacked yet");
    }

    @Test
    void pictures_of_many_attacks_are_fewer_each_so_that_the_page_still_opens() {
        AttackSpec one = SampleSuite.spec("a", "max-damage", AttackSpec.Method.GRADIENT, 1, 0);
        RunResults results = SampleRun.run()
                .models(Map.of("only", 1.0))
                .points(16)
                .suite(List.of(one))
                .shape(List.of(3, 160, 160))
                .results();
        AttackGrid grid = AttackGrid.of(results).get(0);
        assertThat(grid.rows()).hasSize(4);
        assertThat(new AttackGridSection(results, List.of(grid)).html().split("<img", -1))
                .hasSize(1 + 4 * 5);
        List<AttackGrid> many = java.util.Collections.nCopies(60, grid);
        assertThat(new AttackGridSection(results, many).html().split("<img", -1))
                .hasSize(1 + 60 * 5);
    }

    @Test
    void the_policy_forbids_every_request_and_names_the_hash_of_the_one_script() throws Exception {
        String html = html(SampleRun.run().points(4));
        Matcher policy = Pattern.compile("Content-Security-Policy\" content=\"([^\"]*)\"")
                .matcher(html);
        assertThat(policy.find()).isTrue();
        Matcher script =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(html);
        assertThat(script.find()).isTrue();
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(script.group(1).getBytes(StandardCharsets.UTF_8)));
        assertThat(policy.group(1).split("; "))
                .containsExactlyInAnyOrder(
                        "default-src 'none'",
                        "script-src 'sha256-" + hash + "' 'unsafe-eval'",
                        "style-src 'unsafe-inline'",
                        "img-src data:",
                        "base-uri 'none'",
                        "form-action 'none'");
        assertThat(script.find()).as("a second script").isFalse();
        assertThat(html.indexOf("Content-Security-Policy")).isLessThan(html.indexOf("<script"));
    }

    @Test
    void nothing_is_loaded_from_anywhere() {
        String visible = visible(html(SampleRun.run().points(12)));
        assertThat(visible).doesNotContainPattern("(src|href)=\"(?!#|data:image/png;base64,)");
        assertThat(visible).doesNotContain("<link").doesNotContain("<iframe").doesNotContain("@import");
    }

    @Test
    void hostile_names_stay_text() throws Exception {
        String html =
                html(SampleRun.run().models(Map.of(HOSTILE, 1.0, "calm", 4.0)).points(8));
        assertThat(visible(html)).doesNotContain("<img src=x").contains("&lt;img src=x onerror=alert(1)&gt;");
        assertThat(html).doesNotContain("<img src=x");
        assertThat(data(html, "point-data").get("words").toString()).contains("onerror=alert(1)");
        assertThat(data(html, "figure-specs").toString()).contains("onerror=alert(1)");
        // Two blocks of data and one script open, and as many close: no name ended one early.
        assertThat(html.split("</script>", -1)).hasSize(4);
        assertThat(html.split("<script", -1).length).isGreaterThanOrEqualTo(4);
    }

    @Test
    void no_angle_bracket_is_left_in_data() {
        Matcher block = Pattern.compile("application/json\" id=\"[a-z-]+\">(.*?)</script>", Pattern.DOTALL)
                .matcher(html(
                        SampleRun.run().models(Map.of("a<!--b<script>", 1.0)).points(4)));
        int blocks = 0;
        while (block.find()) {
            blocks++;
            assertThat(block.group(1)).doesNotContain("<").contains("a\\u003c!--b\\u003cscript>");
        }
        assertThat(blocks).isEqualTo(2);
    }

    @Test
    void every_row_and_figure_of_the_run_is_in_the_page() throws Exception {
        RunResults results = SampleRun.run().points(20).results();
        String html = html(results);
        assertThat(data(html, "point-data").get("rows")).hasSize(results.rows().size());
        List<Figure> figures = Figures.of(results);
        assertThat(data(html, "figure-specs")).hasSize(figures.size());
        for (int i = 0; i < figures.size(); i++) {
            assertThat(html)
                    .contains("Figure " + (i + 1) + ". "
                            + Html.text(figures.get(i).title()));
            assertThat(data(html, "figure-specs").get(i).get("spec").get("concat"))
                    .hasSameSizeAs(figures.get(i).spec().get("concat"));
        }
    }

    @Test
    void the_table_tells_censored_flat_and_not_asked_for_apart() throws Exception {
        String html = html(SampleRun.run().points(20).censoredEvery(5).flat().notAttacked());
        JsonNode table = data(html, "point-data");
        int whitened = -1;
        int full = -1;
        int degradation = -1;
        for (int c = 0; c < table.get("columns").size(); c++) {
            String title = table.get("columns").get(c).get("title").asText();
            String note = table.get("columns").get(c).get("note").asText();
            whitened = title.equals("whitened") ? c : whitened;
            full = note.contains("full \u00b7 in range") ? c : full;
            degradation = title.equals("degradation") ? c : degradation;
        }
        JsonNode last = table.get("rows").get(2);
        assertThat(last.get(full).asText()).isEqualTo("none found");
        assertThat(last.get(whitened).asText()).isEqualTo("flat");
        assertThat(last.get(degradation).isNull()).isTrue();
        assertThat(table.get("flags").get(2).asInt() & 2).isEqualTo(2);
    }

    @Test
    void every_margin_carries_its_labels() {
        String visible = visible(html(SampleRun.run().points(12)));
        assertThat(visible)
                .contains("lower \u00b7 mean-only \u00b7 no range \u00b7 <b>FIRST_ORDER</b> estimate")
                .contains("upper \u00b7 full \u00b7 in range \u00b7 <b>STATISTICAL</b> 99.9\u202f%")
                .contains("upper \u00b7 mean-only \u00b7 in range \u00b7 <b>STATISTICAL</b> 99.9\u202f%");
    }

    @Test
    void breaks_below_an_infinite_estimate_are_counted_and_said_to_be_flat() {
        // Every fourth of 20 images is flat, and every image is broken.
        String visible =
                visible(html(SampleRun.run().points(20).oneRadius().flat().breaksScaledBy(4)));
        assertThat(visible).contains("5 of 20 (5 flat)").contains("(10 where it is flat, \u221e)");
        assertThat(visible(html(SampleRun.run().points(20).oneRadius().breaksScaledBy(4))))
                .doesNotContain(" flat)")
                .doesNotContain("where it is flat");
    }

    @Test
    void a_winner_is_named_with_the_test_that_names_it() {
        String two = visible(html(SampleRun.run().points(128)));
        assertThat(two)
                .contains("under this attack sprites-b4 is the more robust</b>. Tested: that either is as likely")
                .contains("two-sided, to be at most 0.0500)");
        String three = visible(html(
                SampleRun.run().models(Map.of("a", 1.0, "b", 1.0, "c", 4.0)).points(128)));
        assertThat(three)
                .contains(
                        "two-sided, to be at most 0.0167: 5\u202f% shared among all 3 pairs of models, as c was picked");
        assertThat(visible(html(SampleRun.run().points(3)))).contains("these images don\u2019t tell which");
    }

    @Test
    void a_collapsed_model_is_warned_of() {
        assertThat(visible(html(SampleRun.run().points(8).collapsed())))
                .contains("has collapsed: none of its 10 latent units is active");
        assertThat(visible(html(SampleRun.run().points(8)))).doesNotContain("collapsed");
    }

    @Test
    void the_page_says_how_r_was_chosen() {
        assertThat(visible(html(SampleRun.run().points(4))))
                .contains(
                        "auto, 0.25, 0.5 and 0.75 of the median distance between different validation images (7.810)");
        assertThat(visible(html(SampleRun.run().points(4).oneRadius()))).contains("as given");
    }

    @Test
    void the_page_states_the_ceiling_that_the_draws_set() {
        // Phi^-1(0.001^(1/2000)) = 2.7 with SciPy.
        assertThat(visible(html(SampleRun.run().points(4)))).contains("\u03a6\u207b\u00b9(p) is at most 2.70");
    }

    @Test
    void image_rows_show_five_pictures_each() {
        String visible = visible(html(
                SampleRun.run().models(Map.of("m", 1.0)).points(40).oneRadius().exhibits(2)));
        assertThat(visible.split("<img ", -1)).hasSize(1 + 2 * 5);
        assertThat(visible)
                .contains("Least robust")
                .contains("Most robust of those broken")
                .contains("\u00b10.");
    }

    static List<SampleRun> oddRuns() {
        return List.of(
                SampleRun.run().points(1),
                SampleRun.run().points(1).models(Map.of("only", 1.0)).oneRadius(),
                SampleRun.run()
                        .points(6)
                        .notAttacked()
                        .withoutCurves()
                        .withoutMeanOnly()
                        .exhibits(0),
                SampleRun.run().points(6).censoredEvery(1),
                SampleRun.run().points(6).flat().censoredEvery(2),
                SampleRun.run().points(6).unknownQuality(),
                SampleRun.run().points(6).coloured());
    }

    @ParameterizedTest
    @MethodSource("oddRuns")
    void odd_runs_give_a_whole_page_without_leaks(SampleRun run) {
        String visible = visible(html(run)).replaceAll("data:image/png;base64,[^\"]*", "");
        assertThat(visible).endsWith("</body>\n</html>\n");
        assertThat(visible).doesNotContain("NaN").doesNotContain("Infinity").doesNotContain(">null<");
    }

    @Test
    void a_run_without_rows_says_so() {
        RunResults full = SampleRun.run().points(1).results();
        String visible =
                visible(html(new RunResults(full.plan(), full.info(), full.models(), List.of(), List.of(), List.of())));
        assertThat(visible)
                .contains("No image has been audited yet.")
                .contains("No rows, no figures.")
                .contains("the run is not complete");
    }

    @Test
    void thirty_thousand_rows_stay_a_file_that_opens() {
        RunResults results =
                SampleRun.run().points(5000).exhibits(1).withoutCurves().results();
        assertThat(results.rows()).hasSize(30_000);
        assertThat(HtmlReport.html(results, List.of()).length()).isBetween(1_000_000, 6_000_000);
    }

    @Test
    void the_file_is_there_whole_and_nothing_beside_it(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("run/report.html");
        HtmlReport.write(SampleRun.run().points(2).results(), file);
        HtmlReport.write(SampleRun.run().points(3).results(), file);
        assertThat(Files.readString(file)).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
        try (var files = Files.list(folder.resolve("run"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_place_that_cannot_be_written_is_bad_input_in_one_line(@TempDir Path folder) throws Exception {
        Path blocked = Files.writeString(folder.resolve("file"), "here");
        assertThatThrownBy(() -> HtmlReport.write(SampleRun.run().points(1).results(), blocked.resolve("report.html")))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("want to write ")
                .message()
                .doesNotContain("\n");
    }

    /** The run with one model turned deterministic: no bounds, no sigma, nothing known of its training. */
    private static RunResults deterministic(RunResults run, String name) {
        List<ModelCard> cards = run.models().stream()
                .map(card -> !card.name().equals(name)
                        ? card
                        : new ModelCard(
                                card.name(),
                                card.path(),
                                card.weightsChecksum(),
                                card.data(),
                                "unknown",
                                "imported pythae.models.AE",
                                card.latent(),
                                "gaussian",
                                "unknown",
                                1,
                                0,
                                0,
                                0,
                                null,
                                null,
                                null,
                                null,
                                List.of(),
                                "other",
                                "deterministic",
                                Map.of("note", HOSTILE)))
                .toList();
        List<AuditRow> rows = run.rows().stream()
                .map(row -> row.model().equals(name) ? withoutBounds(row) : row)
                .toList();
        List<Exhibit> exhibits = run.exhibits().stream()
                .map(each -> !each.model().equals(name)
                        ? each
                        : new Exhibit(
                                each.model(),
                                each.point(),
                                each.label(),
                                each.r(),
                                null,
                                null,
                                each.norm(),
                                each.shape(),
                                each.low(),
                                each.high(),
                                each.input(),
                                each.perturbed(),
                                each.reconstruction(),
                                each.attackedReconstruction()))
                .toList();
        return new RunResults(run.plan(), run.info(), cards, rows, run.curves(), exhibits);
    }

    private static AuditRow withoutBounds(AuditRow row) {
        return new AuditRow(
                row.model(),
                row.data(),
                row.split(),
                row.point(),
                row.label(),
                row.beta(),
                row.r(),
                row.samples(),
                row.alpha(),
                row.pClean(),
                row.pCleanLower(),
                row.verdictClean(),
                row.rMinLow(),
                row.rMinHigh(),
                0,
                row.jacobianFrobenius(),
                row.jacobianSpectral(),
                Double.POSITIVE_INFINITY,
                null,
                null,
                null,
                row.marginUpper(),
                row.marginUpperUnboxed(),
                row.marginUpperMeanOnly(),
                row.marginUpperMeanOnlyUnboxed(),
                row.marginCensored(),
                row.attackRadius(),
                row.damage(),
                row.damageMeanOnly(),
                row.damageVarianceOnly(),
                row.damageClean(),
                row.logLikClean(),
                row.logLikAttacked(),
                row.degradation(),
                row.seed());
    }

    @Test
    void a_deterministic_model_has_no_bounds_in_any_place_and_the_reason_stands_there() {
        RunResults mixed = SampleRun.run().points(12).results();
        String name = mixed.models().get(0).name();
        String html = visible(html(deterministic(mixed, name)));
        assertThat(html)
                .contains("Lower estimates are withheld for " + name + ": the posterior is deterministic (\u03c3 = 0)")
                .contains("<small>withheld</small>")
                .contains("imported pythae.models.AE")
                .contains("trained on sprites; its owner says: note: &lt;/script&gt;")
                .contains("unknown, \u03b2 unknown");
        RunResults alone = SampleRun.run().points(12).results();
        for (ModelCard card : alone.models()) {
            alone = deterministic(alone, card.name());
        }
        assertThat(visible(html(alone)))
                .contains("Lower estimates are withheld")
                .doesNotContain("Do the lower estimates hold up?")
                .doesNotContain("id=\"margin-against-whitened\"");
    }
}
