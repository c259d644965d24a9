package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The models of an experiment: how good they are, whether training had converged, and how long it took.
 *
 * @param results the experiment
 */
record ModelsOf(ExperimentResults results) {
    /** Epochs at the end of a training that tell whether it had converged. */
    private static final int LAST = 5;

    /** Quality on the whole test split. */
    NamedTable table() {
        List<List<String>> rows = new ArrayList<>();
        for (ExperimentModel model : results.models()) {
            rows.add(List.of(
                    model.name(),
                    Study.titled(model.data()) + ", " + Study.titled(model.network()),
                    TargetedSuccess.label(model),
                    Long.toString(model.seed()),
                    model.likelihood(),
                    Integer.toString(model.latent()),
                    Text.integer(model.trainImages()),
                    model.epochs() + " (" + model.bestEpoch() + ")",
                    lastGain(model),
                    duration(model.seconds()),
                    nats(model.testElbo()),
                    nats(model.testLogLikelihood()),
                    nats(model.testKl()),
                    model.activeUnits() == null ? Text.NONE : model.activeUnits() + " of " + model.latent(),
                    model.testAccuracy() == null ? Text.NONE : Text.percent(model.testAccuracy())));
        }
        return new NamedTable(
                "models",
                "Every model that was trained, measured on the whole test split, in nats an image at \u03b2 = 1. Active units: latent dimensions whose"
                        + " posterior mean varies by more than 0.01. A VAE with at most one of them, or less than one nat of KL, has collapsed: it counts"
                        + " for no claim. Epochs: trained (whose weights are kept); last 5 gained: by how much the validation objective's best grew in the"
                        + " last five, in nats.",
                List.of(
                        "model",
                        "data, network",
                        "kind",
                        "seed",
                        "likelihood",
                        "latents",
                        "fitted on",
                        "epochs",
                        "last 5 gained",
                        "time",
                        "ELBO",
                        "E log p",
                        "KL",
                        "active units",
                        "accuracy"),
                rows);
    }

    private static String nats(@Nullable Double value) {
        return value == null ? Text.NONE : Text.number(value, 4);
    }

    /** As in {@code 1 h 12 min}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 120) {
            return whole + " s";
        }
        return whole < 7_200 ? Math.round(whole / 60.0) + " min" : whole / 3_600 + " h " + whole % 3_600 / 60 + " min";
    }

    /** Sentences on the time of training, and on what such models reach elsewhere. */
    String remarks() {
        double seconds =
                results.models().stream().mapToDouble(ExperimentModel::seconds).sum();
        return "Training of " + Text.plural(results.models().size(), "model") + " took " + duration(seconds)
                + " in all, one after the other." + elsewhere();
    }

    /** A published figure for the one set-up that has one: MNIST, 20 latents, a Bernoulli likelihood of grey values. */
    private String elsewhere() {
        return results.models().stream()
                .filter(model -> model.plainVae()
                        && model.beta() == 1
                        && model.latent() == 20
                        && model.data().equals("mnist")
                        && model.network().equals("mlp")
                        && model.likelihood().equals("bernoulli"))
                .map(ExperimentModel::testElbo)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .map(elbo ->
                        " On MNIST, likelihoods are those of Bernoulli variables at grey values, not of binarised images: "
                                + nats(elbo)
                                + " nats at \u03b2 = 1 beside \u2212106.7 of the VAE of PyTorch\u2019s examples (784-400-20, the same likelihood,"
                                + " seven epochs; log in pull request 1416 of pytorch/examples).")
                .orElse("");
    }

    /** What the best epoch gained over the best of those that came five and more before the last. */
    private static String lastGain(ExperimentModel model) {
        List<Double> history = model.history();
        if (history.size() <= LAST) {
            return Text.NONE;
        }
        double before = best(history.subList(0, history.size() - LAST));
        return Text.number(best(history) - before, 2);
    }

    private static double best(List<Double> history) {
        return history.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
    }

    /** Whether training had converged; empty without any history. */
    Optional<Figure> convergence() {
        Map<Cell, List<ExperimentModel>> cells = new LinkedHashMap<>();
        for (ExperimentModel model : results.models()) {
            if (!model.history().isEmpty()) {
                cells.computeIfAbsent(new Cell(model.data(), model.network()), unseen -> new ArrayList<>())
                        .add(model);
            }
        }
        if (cells.isEmpty()) {
            return Optional.empty();
        }
        List<String> labels = cells.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing((ExperimentModel model) -> !model.plainVae())
                        .thenComparingDouble(ExperimentModel::beta))
                .map(TargetedSuccess::label)
                .distinct()
                .toList();
        List<ObjectNode> panels = new ArrayList<>();
        cells.forEach((cell, models) -> panels.add(panel(cell, models, labels)));
        ObjectNode spec = Panels.figure(panels);
        ((ObjectNode) spec.get("config").get("legend")).put("columns", 2);
        return Optional.of(new Figure(
                "models-convergence",
                "Convergence of training",
                "What the validation objective of an epoch is short of the best one of its model, in nats an image, on a scale that is logarithmic"
                        + " above one. Every line is a model and ends where its training did.",
                spec,
                Figure.Numbers.none()));
    }

    private static ObjectNode panel(Cell cell, List<ExperimentModel> models, List<String> labels) {
        ArrayNode values = VegaLite.NODES.arrayNode();
        for (ExperimentModel model : models) {
            double best = best(model.history());
            for (int i = 0; i < model.history().size(); i++) {
                double shortOf = best - model.history().get(i);
                if (Double.isFinite(shortOf)) {
                    values.addObject()
                            .put("e", i + 1)
                            .put("y", VegaLite.rounded(shortOf))
                            .put("c", TargetedSuccess.label(model))
                            .put("m", model.name());
                }
            }
        }
        ObjectNode encoding = VegaLite.object("""
                {x: {field: 'e', type: 'quantitative', title: 'Epoch', axis: {tickCount: 6, format: 'd'}},
                 y: {field: 'y', type: 'quantitative', title: 'Short of its best (nats)', scale: {type: 'symlog', constant: 1},
                     axis: {values: [0, 1, 3, 10, 30, 100, 300, 1000]}},
                 detail: {field: 'm'}}""");
        encoding.set("color", Panels.ordered("c", labels));
        encoding.set("strokeDash", dashes(labels));
        encoding.set(
                "tooltip",
                VegaLite.array(List.of(
                        VegaLite.tip("m", "model"),
                        VegaLite.tip("e", "epoch"),
                        VegaLite.numberTip("y", "short of its best"))));
        return VegaLite.panel(
                cell.title(),
                List.of(),
                Panels.WIDTH,
                Panels.HEIGHT,
                List.of(VegaLite.layer(values, "{type: 'line', strokeWidth: 1.3}", encoding)));
    }

    /** Colours come again after so many labels, with another dash. */
    private static ObjectNode dashes(List<String> labels) {
        ArrayNode range = VegaLite.NODES.arrayNode();
        for (int i = 0; i < labels.size(); i++) {
            int round = i / Panels.COLOURS;
            range.add(
                    VegaLite.NODES.arrayNode().add(round == 0 ? 1 : 5.0 / round).add(round == 0 ? 0 : 3));
        }
        ObjectNode channel = VegaLite.object(
                "{field: 'c', type: 'nominal', title: null, legend: {symbolType: 'stroke', symbolSize: 300}}");
        channel.set(
                "scale",
                VegaLite.NODES
                        .objectNode()
                        .<ObjectNode>set("domain", VegaLite.strings(labels))
                        .set("range", range));
        channel.set("sort", VegaLite.strings(labels));
        return channel;
    }
}
