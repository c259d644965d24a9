package io.margrave.report.claim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.report.Figure;
import io.margrave.report.Text;
import io.margrave.report.VegaLite;
import io.margrave.report.claim.Study.Cell;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Claim 8: the paper's sketches, drawn from real models. */
final class Illustrations {
    private static final int NUMBER = 8;

    /** Cells within the bound's circle below which a plane shows nothing of it. */
    private static final int FEWEST = 5;

    private static final String RULE = "Rule, for each plane of input space with at least " + FEWEST
            + " cells within the circle of the paper\u2019s bound: P(|\u0394| \u2264 r) is above one half in every one of them that lies in the value range.";

    private Illustrations() {}

    /** What an experiment shows of it. */
    static Claim of(ExperimentResults results) {
        Map<String, ExperimentModel> models = new HashMap<>();
        results.models().forEach(model -> models.put(model.name(), model));
        List<Judgement> judgements = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        Study study = new Study(results);
        for (Slice slice : results.slices()) {
            ExperimentModel model = Objects.requireNonNull(models.get(slice.model()));
            Cell cell = new Cell(model.data(), model.network());
            if (slice.kind() == Slice.Kind.INPUT) {
                int[] within = Planes.within(slice, Planes.length(slice, Planes.FROBENIUS));
                if (within[1] >= FEWEST) {
                    judgements.add(new Judgement(
                            cell,
                            "r = " + Numbers.of(slice.r()),
                            model.name() + ", point " + slice.point(),
                            within[0] == within[1]));
                }
            }
            rows.add(row(study, cell, slice));
        }
        List<String> details = new ArrayList<>();
        details.add(RULE);
        details.addAll(Judgement.dependence(judgements));
        details.add(
                "A plane through an input shows two of its many directions: a bound that holds there may fail in another, and the attack\u2019s is"
                        + " the one that was found. Planes are of the point with the median margin among a few whose clean P is at least 0.9, at the smallest r"
                        + " at which half of them have that; not of one that looks well.");
        List<String> differences = new ArrayList<>();
        differences.add("The paper\u2019s three pictures are sketches; these are computed from trained models.");
        differences.addAll(Published.differences(results, "vae"));
        return new Claim(
                NUMBER,
                "The paper\u2019s illustrations, of real models",
                "Reconstructions fall within a ball of radius r with a probability above one half; perturbations within the margin keep it so, those"
                        + " outside may not; and the worst decoder\u2019s robust set is a half-space across the attack\u2019s step.",
                Judgement.verdict(judgements),
                finding(results.slices(), judgements),
                details,
                differences,
                rows.isEmpty()
                        ? List.of()
                        : List.of(new NamedTable(
                                "claim8-planes",
                                "Planes that are drawn. Within a circle: cells in the value range with P(|\u0394| \u2264 r) above one half, of all. Half-space: cells"
                                        + " of latent space, on its side and beyond, that decode to within r.",
                                List.of(
                                        "data, network",
                                        "model",
                                        "point",
                                        "r",
                                        "plane",
                                        "robust within the bound\u2019s circle",
                                        "within the whitened bound\u2019s",
                                        "within the margin\u2019s",
                                        "draws within r",
                                        "robust before the half-space\u2019s boundary",
                                        "robust beyond"),
                                rows)),
                figures(study, results.slices(), models));
    }

    private static String finding(List<Slice> slices, List<Judgement> judgements) {
        if (slices.isEmpty()) {
            return "This run has no planes.";
        }
        long inputs = slices.stream()
                .filter(slice -> slice.kind() == Slice.Kind.INPUT)
                .count();
        List<String> parts = new ArrayList<>();
        if (inputs > 0) {
            parts.add(
                    judgements.isEmpty()
                            ? "the bound\u2019s circle is too small on the planes of inputs to judge by"
                            : "in " + Judgement.met(judgements)
                                    + " planes of inputs every cell within the bound\u2019s circle is r-robust");
        }
        List<Slice> clouds = slices.stream()
                .filter(slice -> slice.kind() == Slice.Kind.RECONSTRUCTIONS)
                .toList();
        if (!clouds.isEmpty()) {
            long robust = clouds.stream()
                    .filter(slice ->
                            slice.marks().stream().filter(Slice.Mark::inside).count()
                                    > slice.marks().size() / 2.0)
                    .count();
            parts.add("more than half of the reconstructions are within r in " + robust + " of " + clouds.size()
                    + " clouds");
        }
        String text = parts.isEmpty() ? "planes of latent space are drawn" : String.join("; ", parts);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    private static List<String> row(Study study, Cell cell, Slice slice) {
        List<String> row = new ArrayList<>(List.of(
                cell.title(),
                slice.model(),
                Integer.toString(slice.point()),
                study.radius(cell, slice.r()),
                Planes.title(slice.kind())));
        for (String circle : List.of(Planes.FROBENIUS, Planes.WHITENED, Planes.MARGIN)) {
            row.add(
                    slice.kind() == Slice.Kind.INPUT
                            ? count(Planes.within(slice, Planes.length(slice, circle)))
                            : Text.NONE);
        }
        row.add(
                slice.kind() == Slice.Kind.RECONSTRUCTIONS
                        ? count(new int[] {
                            (int) slice.marks().stream()
                                    .filter(Slice.Mark::inside)
                                    .count(),
                            slice.marks().size()
                        })
                        : Text.NONE);
        for (boolean before : new boolean[] {true, false}) {
            row.add(slice.kind() == Slice.Kind.LATENT ? count(Planes.side(slice, before)) : Text.NONE);
        }
        return row;
    }

    private static String count(int[] share) {
        return share[1] == 0 ? Text.NONE : Text.integer(share[0]) + " of " + Text.integer(share[1]);
    }

    private static List<Figure> figures(Study study, List<Slice> slices, Map<String, ExperimentModel> models) {
        Map<String, List<Slice>> groups = new LinkedHashMap<>();
        for (Slice.Kind kind : Slice.Kind.values()) {
            slices.stream()
                    .filter(slice -> slice.kind() == kind)
                    .forEach(slice -> groups.computeIfAbsent(
                                    id(kind) + "-"
                                            + Objects.requireNonNull(models.get(slice.model()))
                                                    .data()
                                                    .toLowerCase(Locale.ROOT)
                                                    .replaceAll("[^a-z0-9]+", "-"),
                                    unseen -> new ArrayList<>())
                            .add(slice));
        }
        List<Figure> figures = new ArrayList<>();
        groups.forEach((id, own) -> {
            List<ObjectNode> panels = new ArrayList<>();
            for (Slice slice : own) {
                ExperimentModel model = Objects.requireNonNull(models.get(slice.model()));
                panels.add(Planes.panel(
                        slice,
                        Study.titled(model.data()) + ", " + Study.titled(model.network()) + ", "
                                + TargetedSuccess.label(model),
                        "point " + slice.point() + ", "
                                + study.titleOfR(new Cell(model.data(), model.network()), slice.r())));
            }
            Slice.Kind kind = own.get(0).kind();
            figures.add(new Figure(
                    "claim8-" + id,
                    Planes.title(kind) + ": "
                            + Study.titled(
                                    Objects.requireNonNull(models.get(own.get(0).model()))
                                            .data()),
                    Planes.caption(
                            kind,
                            own.stream()
                                    .anyMatch(slice -> slice.field().stream().anyMatch(value -> value.isNaN()))),
                    sideBySide(panels),
                    Figure.Numbers.none()));
        });
        return figures;
    }

    private static String id(Slice.Kind kind) {
        return switch (kind) {
            case INPUT -> "inputs";
            case RECONSTRUCTIONS -> "reconstructions";
            case LATENT -> "latents";
        };
    }

    /** In a row of up to three, each square. */
    private static ObjectNode sideBySide(List<ObjectNode> panels) {
        ObjectNode spec = VegaLite.figure(panels);
        ((ObjectNode) spec.get("config").get("title")).put("fontSize", 12);
        ObjectNode legend = (ObjectNode) spec.get("config").get("legend");
        legend.put("labelFontSize", 11);
        legend.put("titleFontSize", 11);
        legend.put("gradientLength", 180);
        return spec;
    }
}
