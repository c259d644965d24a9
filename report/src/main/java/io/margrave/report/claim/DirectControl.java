package io.margrave.report.claim;

import io.margrave.report.Quantiles;
import io.margrave.report.Text;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.SignTest;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.MarginRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A VAE whose Jacobian or sigma was controlled directly, beside the plain VAE of the same beta and seed.
 *
 * @param model the controlled one
 * @param plain its counterpart
 */
record DirectControl(ExperimentModel model, ExperimentModel plain) {

    /** Those of a cell that have a counterpart and margins. */
    static List<DirectControl> of(Study study, Cell cell) {
        List<ExperimentModel> family = study.family(cell);
        List<DirectControl> controls = new ArrayList<>();
        for (ExperimentModel model : study.models(cell, model -> model.kind().equals("vae") && !model.plainVae())) {
            family.stream()
                    .filter(plain -> plain.beta() == model.beta())
                    .min(Comparator.comparingInt((ExperimentModel plain) -> plain.seed() == model.seed() ? 0 : 1))
                    .filter(plain -> !study.anyMargins(model).isEmpty()
                            && !study.anyMargins(plain).isEmpty())
                    .ifPresent(plain -> controls.add(new DirectControl(model, plain)));
        }
        return controls;
    }

    /** {@code |J| penalty 0.1}, {@code sigma floor 0.3}, with the letter. */
    static String title(ExperimentModel model) {
        List<String> parts = new ArrayList<>();
        if (model.jacobianPenalty() > 0) {
            parts.add("|J| penalty " + Numbers.of(model.jacobianPenalty()));
        }
        if (model.sigmaFloor() > 0) {
            parts.add("\u03c3 floor " + Numbers.of(model.sigmaFloor()));
        }
        return String.join(", ", parts);
    }

    static ClusterMedian median(Study study, ExperimentModel model, double r) {
        List<MarginRow> rows = study.margins(model, r);
        return ClusterMedian.of(
                rows.stream().mapToDouble(Study::margin).toArray(),
                rows.stream().mapToInt(MarginRow::point).toArray());
    }

    private SignTest test(Study study, double r) {
        Map<Integer, Double> before = study.margins(plain, r).stream()
                .collect(Collectors.toMap(MarginRow::point, Study::margin, (a, b) -> a));
        SignTest test = SignTest.NONE;
        for (MarginRow row : study.margins(model, r)) {
            Double first = before.get(row.point());
            if (first != null) {
                test = test.and(first, Study.margin(row));
            }
        }
        return test;
    }

    private double change(Function<ExperimentModel, @Nullable Double> of) {
        return BetaAndRobustness.orNaN(of.apply(model)) - BetaAndRobustness.orNaN(of.apply(plain));
    }

    /** A beta of plain VAEs: mean ELBO of its seeds, and the median margin over their images. */
    private record Plain(double elbo, double margin) {
        static List<Plain> of(Study study, Cell cell) {
            double r = study.middle(cell);
            List<Plain> plain = new ArrayList<>();
            study.family(cell).stream()
                    .filter(model -> !Study.collapsed(model)
                            && model.testElbo() != null
                            && !study.margins(model, r).isEmpty())
                    .collect(Collectors.groupingBy(ExperimentModel::beta, TreeMap::new, Collectors.toList()))
                    .values()
                    .forEach(models -> plain.add(new Plain(
                            models.stream()
                                    .mapToDouble(model -> BetaAndRobustness.orNaN(model.testElbo()))
                                    .average()
                                    .orElseThrow(),
                            Quantiles.of(
                                    models.stream()
                                            .flatMap(model -> study.margins(model, r).stream())
                                            .mapToDouble(Study::margin)
                                            .sorted()
                                            .toArray(),
                                    0.5))));
            return plain;
        }

        /**
         * The largest median margin that plain VAEs have at no lower an ELBO, betas between neighbouring ones interpolated linearly; NaN where
         * each has a lower ELBO.
         */
        static double marginAt(List<Plain> byBeta, double elbo) {
            double largest = Double.NaN;
            for (int i = 0; i < byBeta.size(); i++) {
                Plain one = byBeta.get(i);
                if (one.elbo() >= elbo) {
                    largest = larger(largest, one.margin());
                }
                if (i > 0 && (byBeta.get(i - 1).elbo() - elbo) * (one.elbo() - elbo) < 0) {
                    Plain other = byBeta.get(i - 1);
                    double share = (elbo - other.elbo()) / (one.elbo() - other.elbo());
                    largest = larger(largest, other.margin() + share * (one.margin() - other.margin()));
                }
            }
            return largest;
        }

        private static double larger(double largest, double margin) {
            return Double.isNaN(largest) || margin > largest ? margin : largest;
        }
    }

    /** Whether it gains more at the middle r than plain VAEs of no lower an ELBO, and has not collapsed. */
    private boolean ahead(Study study, double r, List<Plain> plain) {
        double rival = Plain.marginAt(plain, BetaAndRobustness.orNaN(model().testElbo()));
        double measure = Double.isNaN(rival) ? median(study, plain(), r).value() : rival;
        return !Study.collapsed(model()) && median(study, model(), r).value() > measure;
    }

    /** As in {@code 3 of 4 on MNIST MLP}: models that are {@link #ahead}; empty without any model. */
    static Optional<String> ahead(Study study, Cell cell) {
        List<DirectControl> controls = of(study, cell);
        if (controls.isEmpty()) {
            return Optional.empty();
        }
        List<Plain> plain = Plain.of(study, cell);
        double r = study.middle(cell);
        long ahead = controls.stream()
                .filter(control -> control.ahead(study, r, plain))
                .count();
        return Optional.of(ahead + " of " + controls.size() + " on " + cell.title());
    }

    /** What direct control gained and cost in one cell. */
    static List<String> sentences(Study study, Cell cell) {
        List<DirectControl> controls = of(study, cell);
        if (controls.isEmpty()) {
            return List.of();
        }
        double r = study.middle(cell);
        List<String> parts = new ArrayList<>();
        List<Plain> plain = Plain.of(study, cell);
        int better = 0;
        for (DirectControl control : controls) {
            SignTest test = control.test(study, r);
            double own = median(study, control.model(), r).value();
            double rival = Plain.marginAt(
                    plain, BetaAndRobustness.orNaN(control.model().testElbo()));
            boolean collapsed = Study.collapsed(control.model());
            better += control.ahead(study, r, plain) ? 1 : 0;
            parts.add(title(control.model()) + ": margin " + Text.number(own) + " instead of "
                    + Text.number(median(study, control.plain(), r).value()) + " (larger on " + test.larger() + " of "
                    + (test.changed() + test.ties()) + " images), ELBO "
                    + Numbers.signed(control.change(ExperimentModel::testElbo)) + " nats"
                    + (collapsed
                            ? ", collapsed"
                            : Double.isNaN(rival)
                                    ? ", an ELBO above that of every plain VAE"
                                    : ", while plain VAEs reach " + Text.number(rival) + " at that ELBO"));
        }
        String verdict = better == 0
                ? "none gains what a beta-VAE does not gain at no lower an ELBO, as the paper\u2019s remark would have it"
                : better == controls.size()
                        ? "each gains more than any beta-VAE does at no lower an ELBO, so here the remark is not borne out"
                        : better + " of " + controls.size() + " gain more than any beta-VAE does at no lower an ELBO";
        return List.of("Controlling sigma or the Jacobian directly, " + cell.title()
                + ", middle r, against the plain VAE of the same beta: " + String.join("; ", parts) + ": " + verdict
                + ".");
    }

    static NamedTable table(Study study, List<Cell> cells) {
        List<List<String>> rows = new ArrayList<>();
        for (Cell cell : cells) {
            for (DirectControl control : of(study, cell)) {
                for (double r : study.radii(cell)) {
                    SignTest test = control.test(study, r);
                    rows.add(List.of(
                            cell.title(),
                            title(control.model()) + (Study.collapsed(control.model()) ? " (collapsed)" : ""),
                            Numbers.beta(control.plain().beta()),
                            study.radius(cell, r),
                            median(study, control.model(), r).text(),
                            median(study, control.plain(), r).text(),
                            test.larger() + " / " + test.smaller() + " / " + test.ties(),
                            Numbers.chance(test.pLarger()),
                            Text.number(control.model().testElbo(), 4),
                            Numbers.signed(control.change(ExperimentModel::testElbo)),
                            Numbers.signed(control.change(ExperimentModel::testLogLikelihood)),
                            control.model().activeUnits() == null
                                    ? Text.NONE
                                    : Integer.toString(control.model().activeUnits())));
                }
            }
        }
        return new NamedTable(
                "claim3-direct-control",
                "VAEs with a penalty on |J|_F squared or a floor under sigma against the plain VAE of the same beta: medians over images with 95\u202f%"
                        + " intervals, images on which the controlled model\u2019s margin is larger / smaller / equal with a one-sided sign test, and changes of"
                        + " quality in nats.",
                List.of(
                        "data, network",
                        "control",
                        "against",
                        "r",
                        "margin",
                        "margin of plain",
                        "larger / smaller / equal",
                        "larger by chance",
                        "ELBO",
                        "change of ELBO",
                        "change of log p(x|z)",
                        "active units"),
                rows);
    }
}
