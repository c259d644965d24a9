package io.margrave.report.claim;

import io.margrave.report.Text;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.SignTest;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.MarginRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    /**
     * The plain VAE, of any beta, with the largest median margin among those whose ELBO is at least that of the model: one with the larger
     * margin shows that direct control gained nothing; null where every plain VAE has a lower ELBO, or none is known.
     */
    private @Nullable ExperimentModel atItsPrice(Study study, Cell cell) {
        Double elbo = model.testElbo();
        if (elbo == null) {
            return null;
        }
        return study.family(cell).stream()
                .filter(other -> !Study.collapsed(other)
                        && other.testElbo() != null
                        && !study.anyMargins(other).isEmpty())
                .filter(other -> BetaAndRobustness.orNaN(other.testElbo()) >= elbo)
                .max(Comparator.comparingDouble(
                        other -> median(study, other, study.middle(cell)).value()))
                .orElse(null);
    }

    /** What direct control gained and cost in one cell. */
    static List<String> sentences(Study study, Cell cell) {
        List<DirectControl> controls = of(study, cell);
        if (controls.isEmpty()) {
            return List.of();
        }
        double r = study.middle(cell);
        List<String> parts = new ArrayList<>();
        int better = 0;
        for (DirectControl control : controls) {
            SignTest test = control.test(study, r);
            double own = median(study, control.model(), r).value();
            ExperimentModel rival = control.atItsPrice(study, cell);
            boolean collapsed = Study.collapsed(control.model());
            ExperimentModel measure = rival == null ? control.plain() : rival;
            boolean ahead = !collapsed && own > median(study, measure, r).value();
            better += ahead ? 1 : 0;
            parts.add(title(control.model()) + ": margin " + Text.number(own) + " instead of "
                    + Text.number(median(study, control.plain(), r).value()) + " (larger on " + test.larger() + " of "
                    + (test.changed() + test.ties()) + " images), ELBO "
                    + Numbers.signed(control.change(ExperimentModel::testElbo)) + " nats"
                    + (collapsed
                            ? ", collapsed"
                            : rival == null
                                    ? ", an ELBO above that of every plain VAE"
                                    : ", while plain " + Numbers.beta(rival.beta()) + " has a margin of "
                                            + Text.number(
                                                    median(study, rival, r).value()) + " at no lower an ELBO"));
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
