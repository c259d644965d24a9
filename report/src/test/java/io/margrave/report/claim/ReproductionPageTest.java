package io.margrave.report.claim;

import static io.margrave.report.claim.SampleExperiment.experiment;
import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.report.Figure;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.CleanQuality;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.TargetedRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproductionPageTest {
    private static final ExperimentResults RESULTS = SampleAttacks.planes(
            SampleAttacks.targeted(
                    experiment()
                            .sets("mnist", "cifar10")
                            .points(30)
                            .others()
                            .margin((row, model, ease, random) -> row.r() / 5 * 1.4 * ease)
                            .results(),
                    (model, radius) -> radius > 1.5),
            0.3);

    static List<Claim> claims(ExperimentResults results) {
        return List.of(TargetedSuccess.of(results), RobustSideBySide.of(results), Illustrations.of(results));
    }

    /** Attacks of which pictures were kept: those that claim 7 chose, and a few with targets, in grey or in colour. */
    static List<AttackExhibit> exhibits(ExperimentResults results, int channels) {
        List<AttackExhibit> exhibits = new ArrayList<>();
        for (ClaimPictures.Chosen chosen : ClaimPictures.chosen(results)) {
            exhibits.add(exhibit(
                    channels,
                    chosen.model(),
                    chosen.point(),
                    "max-damage-0.2",
                    null,
                    chosen.radius(),
                    chosen.norm(),
                    0.5));
        }
        for (TargetedRow row : results.targeted()) {
            if (row.point() < 6 && row.radius() > 1.5) {
                exhibits.add(exhibit(
                        channels,
                        row.model(),
                        row.point(),
                        row.goal() + "-0.2",
                        row.target(),
                        row.radius(),
                        row.norm(),
                        row.point() / 6.0));
            }
        }
        return exhibits;
    }

    private static AttackExhibit exhibit(
            int channels,
            String model,
            int point,
            String attack,
            @Nullable Integer target,
            double radius,
            double norm,
            double distance) {
        int pixels = channels * 64;
        AttackFinding finding = new AttackFinding(
                attack,
                target,
                null,
                radius,
                norm,
                norm,
                1,
                2.5,
                List.of(),
                -120,
                null,
                null,
                null,
                null,
                null,
                1,
                1,
                new float[0],
                new float[0],
                0.2,
                distance);
        float[] input = drawn(pixels, 0);
        return new AttackExhibit(
                new AttackRow(model, point, 3, new CleanQuality(1.3, -90, -95.0, 4, null), finding),
                new int[] {channels, 8, 8},
                0,
                1,
                input,
                drawn(pixels, 0.1),
                drawn(pixels, 0.05),
                drawn(pixels, 0.4),
                target == null ? null : drawn(pixels, 0.7));
    }

    private static float[] drawn(int pixels, double shift) {
        float[] values = new float[pixels];
        for (int i = 0; i < pixels; i++) {
            values[i] = (float) (0.5 + 0.5 * Math.sin(i / 9.0 + 6 * shift));
        }
        return values;
    }

    @Test
    void the_page_says_each_verdict_and_carries_each_figure_once() {
        List<Claim> claims = claims(RESULTS);
        String page = ReproductionPage.html(RESULTS, claims, List.of(), "title: a trial\n");
        List<Figure> figures = ReproductionPage.figures(RESULTS, claims);
        assertThat(figures.stream().map(Figure::id)).doesNotHaveDuplicates().contains("models-convergence");
        for (int i = 0; i < figures.size(); i++) {
            assertThat(page)
                    .containsOnlyOnce("data-figure=\"" + i + "\"")
                    .contains("figure-" + figures.get(i).id());
        }
        for (Claim claim : claims) {
            assertThat(page)
                    .contains(
                            claim.number() + ". " + claim.title(),
                            claim.verdict().words());
        }
        assertThat(page).contains("Of 3 claims, 3 hold: ", "<pre>title: a trial", "default-src 'none'");
        assertThat(page.substring(0, page.indexOf("</main>"))).doesNotContain("<img ");
        assertThat(page).doesNotContain("id=\"point-data\"");
    }

    @Test
    void pictures_stand_beside_their_claims_in_grey_and_colour() {
        for (int channels : new int[] {1, 3}) {
            List<AttackExhibit> exhibits = exhibits(RESULTS, channels);
            List<ImageGrid> targeted = ClaimPictures.targeted(RESULTS, exhibits);
            List<ImageGrid> beside = ClaimPictures.sideBySide(RESULTS, exhibits);
            assertThat(beside)
                    .hasSize(2)
                    .allSatisfy(grid -> assertThat(grid.rows()).hasSize(4));
            assertThat(targeted).allSatisfy(grid -> {
                assertThat(grid.columns()).hasSize(6);
                assertThat(grid.rows()).hasSize(4);
                assertThat(grid.rows().get(0).get(5).notes()).contains("success");
            });
            List<ImageGrid> all = new ArrayList<>(beside);
            all.addAll(targeted);
            String page = ReproductionPage.html(RESULTS, claims(RESULTS), all, "");
            assertThat(page.split("<img src=\"data:image/png;base64,", -1))
                    .hasSize(1 + beside.size() * 16 + targeted.size() * 24);
        }
        assertThat(ClaimPictures.targeted(RESULTS, List.of())).isEmpty();
        assertThat(ClaimPictures.sideBySide(RESULTS, List.of())).isEmpty();
    }

    @Test
    void the_text_links_each_figure_and_has_no_picture_of_the_data(@TempDir Path folder) throws Exception {
        List<Claim> claims = claims(RESULTS);
        Path file = folder.resolve("docs/reproduction.md");
        ReproductionMarkdown.write(RESULTS, claims, "title: a\n```\n", "../experiments/figures", file);
        String text = Files.readString(file);
        for (Figure figure : ReproductionPage.figures(RESULTS, claims)) {
            assertThat(text).containsOnlyOnce("](../experiments/figures/" + figure.id() + ".svg)");
        }
        assertThat(text).doesNotContain("data:image", "<img").contains("````yaml");
        long width = 0;
        for (String line : text.lines().toList()) {
            long cells = line.replace("\\|", "").chars().filter(c -> c == '|').count();
            if (line.startsWith("|")) {
                assertThat(cells).isGreaterThan(2);
                assertThat(width == 0 || width == cells).as(line).isTrue();
                width = cells;
            } else {
                width = 0;
            }
        }
    }

    @Test
    void a_hostile_name_stays_text() {
        String hostile = "</script><script>alert(1)</script>|`*";
        ExperimentResults results = SampleAttacks.planes(
                SampleAttacks.targeted(
                        experiment()
                                .points(12)
                                .models(model -> named(model, hostile + model.beta()))
                                .results(),
                        (m, r) -> true),
                0.3);
        List<Claim> claims = claims(results);
        assertThat(ReproductionPage.html(results, claims, List.of(), hostile)).doesNotContain("<script>alert(1)");
        assertThat(ReproductionMarkdown.markdown(results, claims, "", "f")).doesNotContain("<script>alert(1)");
    }

    private static ExperimentModel named(ExperimentModel model, String name) {
        return new ExperimentModel(
                name,
                model.data(),
                model.network(),
                model.kind(),
                model.beta(),
                model.seed(),
                0,
                0,
                model.likelihood(),
                model.latent(),
                model.trainImages(),
                model.epochs(),
                model.bestEpoch(),
                model.seconds(),
                model.testElbo(),
                model.testLogLikelihood(),
                model.testKl(),
                model.activeUnits(),
                null,
                model.history());
    }

    @Test
    void an_experiment_of_nothing_has_a_page_too() {
        ExperimentResults none = new ExperimentResults(
                "none", "smoke", 0.001, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        List<Claim> claims = claims(none);
        assertThat(claims).allSatisfy(claim -> assertThat(claim.verdict()).isEqualTo(Claim.Verdict.NOT_SHOWN));
        assertThat(ReproductionPage.html(none, claims, List.of(), "")).contains("3 not shown");
        assertThat(ReproductionMarkdown.markdown(none, claims, "", "f")).contains("not shown");
    }

    @Test
    void no_two_models_of_the_convergence_look_alike() {
        var encoding = new ModelsOf(RESULTS)
                .convergence()
                .orElseThrow()
                .spec()
                .get("concat")
                .get(0)
                .get("layer")
                .get(0)
                .get("encoding");
        var colours = encoding.get("color").get("scale").get("range");
        var dashes = encoding.get("strokeDash").get("scale").get("range");
        List<String> looks = new ArrayList<>();
        for (int i = 0; i < colours.size(); i++) {
            looks.add(colours.get(i) + " " + dashes.get(i));
        }
        assertThat(looks).hasSizeGreaterThan(6).doesNotHaveDuplicates();
    }

    @Test
    void times_are_told_in_the_units_that_a_reader_would_use() {
        assertThat(List.of(ModelsOf.duration(12), ModelsOf.duration(600), ModelsOf.duration(7_500)))
                .containsExactly("12 s", "10 min", "2 h 5 min");
    }
}
