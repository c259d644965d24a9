package io.margrave.report.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.report.Figure;
import io.margrave.report.FigureFiles;
import io.margrave.report.claim.Claim.Verdict;
import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.results.experiment.SensitivityRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {
    private static final double MIDDLE = 0.5 * SampleExperiment.UNIT;

    private static List<String> cells(Claim claim, String table, String column) {
        NamedTable found = claim.tables().stream()
                .filter(one -> one.id().equals(table))
                .findFirst()
                .orElseThrow();
        int index = found.header().indexOf(column);
        return found.rows().stream().map(row -> row.get(index)).toList();
    }

    private static MarginRow clean(MarginRow row, io.margrave.theory.Verdict verdict) {
        return new MarginRow(
                row.model(),
                row.point(),
                row.label(),
                row.r(),
                row.pClean(),
                row.pCleanLower(),
                verdict,
                row.minStdDev(),
                row.jacobianFrobenius(),
                row.jacobianSpectral(),
                row.jacobianWhitened(),
                row.boundFrobenius(),
                row.boundSpectral(),
                row.boundWhitened(),
                row.margin(),
                row.marginMeanOnly());
    }

    private static ExperimentModel quality(ExperimentModel model, double kl, int activeUnits) {
        return new ExperimentModel(
                model.name(),
                model.data(),
                model.network(),
                model.kind(),
                model.beta(),
                model.seed(),
                model.jacobianPenalty(),
                model.sigmaFloor(),
                model.likelihood(),
                model.latent(),
                model.trainImages(),
                model.epochs(),
                model.bestEpoch(),
                model.seconds(),
                model.testElbo(),
                model.testLogLikelihood(),
                kl,
                activeUnits,
                model.testAccuracy(),
                model.history());
    }

    @Test
    void every_claim_holds_where_it_is_true_by_construction() {
        ExperimentResults results = SampleExperiment.experiment()
                .others()
                .margin((row, model, ease, random) -> row.boundFrobenius() == null
                        ? null
                        : 4 * row.boundFrobenius() * Math.exp(0.1 * random.nextGaussian()))
                .rows(row -> row.model().contains("-ae-") ? SampleExperiment.with(row, 1e-3, null) : row)
                .results();
        assertThat(Claims.of(results)).extracting(Claim::number).startsWith(1, 2, 3, 4, 5);
        assertThat(Claims.of(results).subList(0, 5)).extracting(Claim::verdict).containsOnly(Verdict.HOLDS);
    }

    @Test
    void an_empty_experiment_shows_nothing_and_fails_nothing() {
        ExperimentResults nothing = new ExperimentResults(
                "nothing", "smoke", 0.001, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        ExperimentResults onlyModels = new ExperimentResults(
                "models",
                "smoke",
                0.001,
                SampleExperiment.experiment().others().points(1).results().models(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        for (ExperimentResults results : List.of(nothing, onlyModels)) {
            assertThat(Claims.of(results).subList(0, 5)).allSatisfy(claim -> {
                assertThat(claim.verdict()).isEqualTo(Verdict.NOT_SHOWN);
                assertThat(claim.figures()).isEmpty();
                assertThat(claim.finding()).isNotBlank();
            });
        }
    }

    @Test
    void too_few_points_are_no_evidence() {
        List<Claim> claims =
                Claims.of(SampleExperiment.experiment().points(5).others().results());
        assertThat(claims.subList(0, 5)).extracting(Claim::verdict).containsOnly(Verdict.NOT_SHOWN);
    }

    @Test
    void margins_below_the_bound_are_violations_that_are_counted_and_listed() {
        // Every tenth image's margin is half of its bound, at each r of both models.
        ExperimentResults results = SampleExperiment.experiment()
                .margin((row, model, ease, random) -> (row.point() % 10 == 3 ? 0.5 : 4) * row.boundFrobenius())
                .meanOnly((row, model, ease, random) -> null)
                .results();
        Claim claim = BoundBelowMargin.of(results);
        assertThat(claim.verdict()).isEqualTo(Verdict.IN_PART);
        assertThat(cells(claim, "claim1-correlation", "on or above y = x [95\u202f%]"))
                .allSatisfy(share -> assertThat(share).startsWith("90\u202f%"));
        assertThat(claim.details())
                .contains("Violations of the frobenius bound, full margins, over all r: 36 of 360"
                        + " (sigma moved there, so the bound\u2019s assumption is broken, not a theorem).");
        assertThat(cells(claim, "claim1-violations", "margin / bound").subList(0, 36))
                .containsOnly("0.500");
        assertThat(cells(claim, "claim1-violations", "point").subList(0, 36))
                .allSatisfy(point -> assertThat(point).endsWith("3"));
    }

    @Test
    void a_bound_that_is_neither_below_nor_near_nor_goes_with_the_margin_does_not_hold() {
        Claim claim = BoundBelowMargin.of(SampleExperiment.experiment()
                .margin((row, model, ease, random) -> row.point() % 20 == 0
                        ? 0.5 * row.boundFrobenius()
                        : 100 * Math.exp(0.5 * random.nextGaussian()))
                .results());
        assertThat(claim.verdict()).isEqualTo(Verdict.DOES_NOT);
    }

    @Test
    void a_conclusion_that_depends_on_r_is_said_to() {
        ExperimentResults results = SampleExperiment.experiment()
                .margin((row, model, ease, random) ->
                        row.r() > MIDDLE ? 1.5 + 0.2 * random.nextGaussian() : 4 * row.boundFrobenius())
                .results();
        Claim claim = BoundBelowMargin.of(results);
        assertThat(claim.verdict()).isEqualTo(Verdict.IN_PART);
        assertThat(claim.details())
                .anySatisfy(detail -> assertThat(detail)
                        .startsWith("MNIST MLP: the conclusion depends on r: the rule is met for ")
                        .contains("correlation at r = 2.5, r = 5")
                        .contains("and not for ")
                        .contains("correlation at r = 7.5"));
    }

    @Test
    void a_correlation_that_only_pooling_makes_is_told_apart() {
        // Within a model the margin falls with the bound; between models it rises.
        ExperimentResults results = SampleExperiment.experiment()
                .margin((row, model, ease, random) -> 2 * model.beta() - 0.1 * row.boundFrobenius())
                .betas(1, 4, 16)
                .results();
        Claim claim = BoundBelowMargin.of(results);
        assertThat(cells(claim, "claim1-correlation", "Spearman within models: median (range)"))
                .allSatisfy(within -> assertThat(within).startsWith("\u22121.00"));
        assertThat(claim.details())
                .anySatisfy(detail -> assertThat(detail)
                        .contains("the pooled correlation is one between models, and none within them"));
    }

    @Test
    void collapsed_models_are_left_out_and_named() {
        ExperimentResults results = SampleExperiment.experiment()
                .betas(1, 4, 100)
                .models(model -> model.beta() == 100 ? quality(model, 0.01, 0) : model)
                .results();
        Claim bound = BoundBelowMargin.of(results);
        assertThat(cells(bound, "claim1-correlation", "n")).containsOnly("120");
        assertThat(cells(bound, "claim1-correlation", "left out")).containsOnly("60 of collapsed models");
        Claim beta = BetaAndRobustness.of(results);
        assertThat(cells(beta, "claim3-by-beta", "warning")).containsExactly("", "", "collapsed");
        assertThat(beta.finding()).contains("at \u03b2 = 4").doesNotContain("\u03b2 = 100");
        assertThat(beta.details())
                .anySatisfy(detail -> assertThat(detail).startsWith("MNIST MLP, \u03b2 = 100: collapsed"));
        assertThat(cells(MeanNotVariance.of(results), "claim4-damage", "n")).containsOnly("120");
        assertThat(cells(LessDamageWithMargin.of(results), "claim2-correlation", "left out"))
                .containsOnly("60");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0, 0.9})
    void one_nat_and_two_active_units_are_enough(double kl) {
        ExperimentModel model =
                SampleExperiment.experiment().points(1).results().models().get(0);
        assertThat(Study.collapsed(quality(model, kl, 2))).isEqualTo(kl < 1);
        assertThat(Study.collapsed(quality(model, 5, 1))).isTrue();
    }

    @Test
    void a_censored_margin_counts_as_larger_than_all_others() {
        Function<Double, ExperimentResults> instead = value -> SampleExperiment.experiment()
                .others()
                .margin((row, model, ease, random) -> {
                    double margin = 3 * row.boundFrobenius() * Math.exp(0.2 * random.nextGaussian());
                    return row.point() % 7 == 0 ? value : Double.valueOf(margin);
                })
                .meanOnly((row, model, ease, random) -> 1.0)
                .results();
        ExperimentResults censored = instead.apply(null);
        ExperimentResults huge = instead.apply(1e9);
        assertThat(cells(BetaAndRobustness.of(censored), "claim3-by-beta", "margin at r"))
                .isEqualTo(cells(BetaAndRobustness.of(huge), "claim3-by-beta", "margin at r"));
        assertThat(cells(DeterministicCounterparts.of(censored), "claim5-vae-against-autoencoder", "median VAE"))
                .isEqualTo(cells(DeterministicCounterparts.of(huge), "claim5-vae-against-autoencoder", "median VAE"));
        assertThat(cells(LessDamageWithMargin.of(censored), "claim2-correlation", "Spearman with D [95\u202f%]"))
                .isEqualTo(cells(LessDamageWithMargin.of(huge), "claim2-correlation", "Spearman with D [95\u202f%]"));
        // What must not be done: leaving them out would make the median smaller.
        Claim without = BetaAndRobustness.of(SampleExperiment.experiment()
                .margin((row, model, ease, random) -> null)
                .results());
        assertThat(cells(without, "claim3-by-beta", "margin at r"))
                .allSatisfy(cell -> assertThat(cell).contains("\u221e [\u221e, \u221e]"));
    }

    @Test
    void an_image_that_is_not_r_robust_when_clean_has_margin_0() {
        // At the smallest r the larger beta's own noise breaks most images: there it is not the more robust one.
        ExperimentResults results = SampleExperiment.experiment()
                .rows(row -> row.model().contains("-b4.0-") && row.r() < MIDDLE && row.point() % 5 != 0
                        ? clean(row, io.margrave.theory.Verdict.FAILS)
                        : row)
                .results();
        Claim claim = BetaAndRobustness.of(results);
        assertThat(claim.verdict()).isEqualTo(Verdict.IN_PART);
        assertThat(claim.details())
                .anySatisfy(detail -> assertThat(detail)
                        .startsWith("MNIST MLP: the conclusion depends on r:")
                        .contains("and not for margin at r = 2.5"))
                .anySatisfy(detail -> assertThat(detail).contains("at r = 2.5 20\u202f% instead of 100\u202f%"));
    }

    @Test
    void beta_without_effect_is_not_robustness() {
        ExperimentResults results = SampleExperiment.experiment()
                .margin((row, model, ease, random) -> ease * Math.exp(0.2 * random.nextGaussian()))
                .results();
        assertThat(BetaAndRobustness.of(results).verdict())
                .isEqualTo(Verdict.IN_PART); // sigma and |J| still follow beta
        ExperimentResults smaller = SampleExperiment.experiment()
                .margin((row, model, ease, random) -> ease / model.beta())
                .rows(row -> new MarginRow(
                        row.model(),
                        row.point(),
                        row.label(),
                        row.r(),
                        row.pClean(),
                        row.pCleanLower(),
                        row.clean(),
                        0.1,
                        1,
                        1,
                        10,
                        row.boundFrobenius(),
                        row.boundSpectral(),
                        row.boundWhitened(),
                        row.margin(),
                        row.marginMeanOnly()))
                .results();
        assertThat(BetaAndRobustness.of(smaller).verdict()).isEqualTo(Verdict.DOES_NOT);
    }

    @Test
    void direct_control_that_beats_every_beta_at_its_price_is_said_to() {
        ExperimentResults worse = SampleExperiment.experiment().others().results();
        ExperimentResults better = SampleExperiment.experiment()
                .others()
                .margin((row, model, ease, random) -> model.plainVae() ? 0.1 * ease : ease)
                .results();
        assertThat(BetaAndRobustness.of(worse).details())
                .anySatisfy(detail -> assertThat(detail)
                        .startsWith("Controlling sigma or the Jacobian directly, MNIST MLP")
                        .contains("as the paper\u2019s remark would have it"));
        assertThat(BetaAndRobustness.of(better).details())
                .anySatisfy(detail -> assertThat(detail).contains("the remark is not borne out"));
    }

    @Test
    void damage_that_does_not_go_with_the_margin_is_no_evidence() {
        Random random = new Random(3);
        ExperimentResults unrelated = SampleExperiment.experiment()
                .damage((row, margin, ease) -> lost(row, 50 + random.nextGaussian()))
                .results();
        assertThat(LessDamageWithMargin.of(unrelated).verdict()).isEqualTo(Verdict.DOES_NOT);
        ExperimentResults onlySmall = SampleExperiment.experiment()
                .damage((row, margin, ease) -> row.radius() > 1.5 ? lost(row, 50 + margin) : row)
                .results();
        Claim claim = LessDamageWithMargin.of(onlySmall);
        assertThat(claim.verdict()).isEqualTo(Verdict.IN_PART);
        assertThat(claim.details())
                .anySatisfy(detail -> assertThat(detail)
                        .contains("the rule is met for attack radius 1 at")
                        .contains("not for attack radius 2 at"));
    }

    private static DamageRow lost(DamageRow row, double nats) {
        return row.through().equals("both")
                ? new DamageRow(
                        row.model(),
                        row.point(),
                        row.radius(),
                        row.through(),
                        row.norm(),
                        row.damage(),
                        row.damageClean(),
                        row.logLikClean(),
                        row.logLikClean() - nats,
                        -nats / 90)
                : row;
    }

    @Test
    void nats_stand_for_densities_and_the_degradation_for_discrete_images() {
        ExperimentResults results =
                SampleExperiment.experiment().sets("mnist", "cifar10").results();
        assertThat(cells(LessDamageWithMargin.of(results), "claim2-correlation", "headline"))
                .containsExactly("D", "D", "D", "D", "D", "D", "nats", "nats", "nats", "nats", "nats", "nats");
    }

    @Test
    void an_attack_on_the_variance_that_does_as_much_is_no_support() {
        ExperimentResults results = SampleExperiment.experiment()
                .damage((row, margin, ease) -> new DamageRow(
                        row.model(),
                        row.point(),
                        row.radius(),
                        row.through(),
                        row.norm(),
                        row.through().equals("both") ? 9 : 5,
                        row.damageClean(),
                        row.logLikClean(),
                        row.logLikAttacked(),
                        row.degradation()))
                .meanOnly((row, model, ease, random) -> 2 * row.margin())
                .results();
        Claim claim = MeanNotVariance.of(results);
        assertThat(claim.verdict()).isEqualTo(Verdict.DOES_NOT);
        assertThat(cells(claim, "claim4-damage", "mean does more [95\u202f%]"))
                .allSatisfy(share -> assertThat(share).startsWith("0\u202f%"));
        assertThat(cells(claim, "claim4-margins", "median ratio [95\u202f%]")).containsOnly("2 [2, 2]");
    }

    @Test
    void mean_only_margins_that_were_not_searched_are_not_taken_for_censored_ones() {
        Claim claim = MeanNotVariance.of(SampleExperiment.experiment()
                .meanOnly((row, model, ease, random) -> null)
                .results());
        assertThat(claim.tables()).noneMatch(table -> table.id().equals("claim4-margins"));
        assertThat(claim.verdict()).isEqualTo(Verdict.HOLDS);
    }

    @Test
    void classifiers_are_compared_only_where_both_are_right() {
        Claim claim = DeterministicCounterparts.of(
                SampleExperiment.experiment().others().results());
        // Of 60 points those divisible by 17 are misclassified by both.
        assertThat(cells(claim, "claim5-vib-against-classifier", "images")).containsOnly("56");
        assertThat(cells(claim, "claim5-vib-against-classifier", "left out")).containsOnly("4");
        assertThat(cells(claim, "claim5-classifier-bounds", "bound"))
                .containsExactly("linear", "frobenius", "whitened", "frobenius", "whitened");
    }

    @Test
    void a_fragile_vib_is_not_robust() {
        Claim claim = DeterministicCounterparts.of(SampleExperiment.experiment()
                .others()
                .rows(row -> row.model().contains("-vae-") ? SampleExperiment.with(row, 1e-4, null) : row)
                .sensitivity(row -> row.model().contains("-vib-") ? sensitivity(row, 1e-4) : row)
                .results());
        assertThat(claim.verdict()).isEqualTo(Verdict.DOES_NOT);
        assertThat(cells(claim, "claim5-classifier-bounds", "bound at most margin [95\u202f%]")
                        .get(1))
                .startsWith("0\u202f%");
    }

    private static SensitivityRow sensitivity(SensitivityRow row, double margin) {
        return new SensitivityRow(
                row.model(),
                row.point(),
                row.label(),
                row.predicted(),
                row.pClean(),
                row.pCleanLower(),
                row.clean(),
                row.boundFrobenius(),
                row.boundWhitened(),
                row.boundLinear(),
                margin,
                row.marginMeanOnly());
    }

    @Test
    void ids_of_tables_and_figures_are_unique_and_start_with_the_claim() {
        Set<String> ids = new HashSet<>();
        for (Claim claim : Claims.of(SampleExperiment.experiment()
                        .sets("mnist", "cifar10")
                        .networks("mlp", "conv")
                        .others()
                        .points(40)
                        .results())
                .subList(0, 5)) {
            Stream.concat(
                            claim.tables().stream().map(NamedTable::id),
                            claim.figures().stream().map(Figure::id).map(id -> "figure " + id))
                    .forEach(id -> {
                        assertThat(ids.add(id)).as(id).isTrue();
                        assertThat(id.replace("figure ", "")).startsWith("claim" + claim.number() + "-");
                    });
            assertThat(claim.figures()).isNotEmpty();
        }
    }

    @Test
    void letters_are_at_least_8_points_high_when_a_figure_is_as_wide_as_a_column(@TempDir Path folder)
            throws IOException {
        List<Figure> figures = Claims.of(SampleExperiment.experiment()
                        .sets("fashion-mnist")
                        .networks("mlp", "conv")
                        .betas(1, 2, 4, 6, 10)
                        .others()
                        .points(4)
                        .results())
                .stream()
                .flatMap(claim -> claim.figures().stream())
                .toList();
        // Without a browser a letter is taken for 0.8 of its height wide: longer headings would widen the drawing.
        for (Figure figure : figures) {
            figure.spec().get("concat").forEach(panel -> {
                assertThat(panel.at("/title/text").asText()).hasSizeLessThanOrEqualTo(27);
                panel.at("/title/subtitle")
                        .forEach(note -> assertThat(note.asText()).hasSizeLessThanOrEqualTo(29));
            });
        }
        List<Figure> drawn = figures.stream()
                .filter(figure -> figure.id().equals("claim1-margin-against-bound")
                        || figure.id().startsWith("claim3-by"))
                .toList();
        assertThat(drawn).hasSize(2);
        FigureFiles.Written written = FigureFiles.write(drawn, folder);
        assertThat(written.failures()).isEmpty();
        for (Figure figure : drawn) {
            String svg = Files.readString(folder.resolve(figure.id() + ".svg"));
            Matcher width = Pattern.compile("<svg[^>]* width=\"([0-9.]+)\"").matcher(svg);
            assertThat(width.find()).isTrue();
            double smallest = Pattern.compile("font-size=\"([0-9.]+)px\"")
                    .matcher(svg)
                    .results()
                    .mapToDouble(match -> Double.parseDouble(match.group(1)))
                    .min()
                    .orElseThrow();
            double points = smallest * 3.3 * 72 / Double.parseDouble(width.group(1));
            assertThat(points)
                    .as(figure.id() + " is " + width.group(1) + " wide")
                    .isGreaterThanOrEqualTo(7.95);
        }
    }

    @Test
    void at_most_1500_points_a_panel_are_drawn_and_the_numbers_are_of_all() {
        Claim claim = BoundBelowMargin.of(
                SampleExperiment.experiment().points(400).betas(1, 2, 4, 6, 10).results());
        Figure figure = claim.figures().get(0);
        assertThat(figure.spec().at("/concat/0/layer/0/data/values")).hasSize(1_500);
        assertThat(figure.caption()).contains("At most 1\u202f500 points");
        assertThat(cells(claim, "claim1-correlation", "n")).containsOnly("2\u202f000");
        assertThat(claim.figures().get(0).spec())
                .isEqualTo(BoundBelowMargin.of(SampleExperiment.experiment()
                                .points(400)
                                .betas(1, 2, 4, 6, 10)
                                .results())
                        .figures()
                        .get(0)
                        .spec());
    }

    @Test
    void medians_of_several_values_an_image_are_no_surer_than_their_images() {
        // Fifty values of each of twenty images, equal within an image: an interval over values would be seven times
        // too narrow.
        double[] values = new double[1_000];
        int[] images = new int[1_000];
        Random random = new Random(1);
        double[] of = random.doubles(20).toArray();
        for (int i = 0; i < values.length; i++) {
            images[i] = i % 20;
            values[i] = of[images[i]];
        }
        ClusterMedian many = ClusterMedian.of(values, images);
        ClusterMedian one = ClusterMedian.of(of, IntStream.range(0, 20).toArray());
        assertThat(many.value()).isCloseTo(one.value(), within(1e-12));
        assertThat(many.high() - many.low()).isGreaterThan(0.6 * (one.high() - one.low()));
    }
}
