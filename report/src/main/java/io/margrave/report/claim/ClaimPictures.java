package io.margrave.report.claim;

import io.margrave.report.Picture;
import io.margrave.report.Text;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.Norm;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.TargetedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pictures of claims 6 and 7. Which points are shown is a rule's choice, not a person's. */
public final class ClaimPictures {
    /** Rows of a grid. */
    private static final int ROWS = 4;

    /** Distances are told apart to this share: tables keep five digits. */
    private static final double SAME = 1e-3;

    private ClaimPictures() {}

    /**
     * A point whose maximum-damage attack is to be shown.
     *
     * @param model name of it
     * @param point index of the input within the test split
     * @param r radius of r-robustness
     * @param margin norm of the smallest verified break
     * @param radius that the attack was allowed
     * @param norm that the attack used
     * @param quantile place in the order of margin over norm
     */
    public record Chosen(
            String model, int point, double r, double margin, double radius, double norm, double quantile) {}

    /** The points that claim 7 shows: of each data set and network as many as its rule has quantiles; none without attacked points. */
    public static List<Chosen> chosen(ExperimentResults results) {
        return RobustSideBySide.chosen(results);
    }

    /**
     * Claim 7: input, attacked input and its reconstruction, with R and |d| beneath.
     *
     * @param exhibits maximum-damage attacks, those of the {@linkplain #chosen chosen} points among them; what is missing is not shown
     */
    public static List<ImageGrid> sideBySide(ExperimentResults results, List<AttackExhibit> exhibits) {
        Map<String, ExperimentModel> models = models(results);
        Map<String, List<List<ImageGrid.Cell>>> grids = new LinkedHashMap<>();
        for (Chosen chosen : chosen(results)) {
            Optional<AttackExhibit> found = exhibits.stream()
                    .filter(each -> shows(each, chosen))
                    .min(Comparator.comparingDouble(
                            each -> Math.abs(each.row().finding().normL2() - chosen.norm())));
            ExperimentModel model = Objects.requireNonNull(models.get(chosen.model()));
            found.ifPresent(exhibit -> grids.computeIfAbsent(
                            Study.titled(model.data()) + ", " + Study.titled(model.network()),
                            unseen -> new ArrayList<>())
                    .add(row(chosen, model, exhibit)));
        }
        List<ImageGrid> out = new ArrayList<>();
        grids.forEach((title, rows) -> out.add(new ImageGrid(
                7,
                title + ": robust and non-robust points",
                RobustSideBySide.CHOICE
                        + " R is the norm of the smallest verified break; reconstructions are those of the posterior mean.",
                List.of("input", "attacked input", "reconstruction", "reconstruction of the attacked"),
                rows)));
        return out;
    }

    private static boolean shows(AttackExhibit exhibit, Chosen chosen) {
        AttackFinding finding = exhibit.row().finding();
        Double radius = finding.radius();
        return exhibit.row().model().equals(chosen.model())
                && exhibit.row().point() == chosen.point()
                && radius != null
                && near(radius, chosen.radius())
                && near(finding.normL2(), chosen.norm());
    }

    private static boolean near(double value, double other) {
        return Math.abs(value - other) <= SAME * Math.abs(other);
    }

    private static List<ImageGrid.Cell> row(Chosen chosen, ExperimentModel model, AttackExhibit exhibit) {
        return List.of(
                new ImageGrid.Cell(
                        image(exhibit, exhibit.input()),
                        List.of(
                                (chosen.margin() >= chosen.norm() ? "robust" : "non-robust") + ": R = "
                                        + Text.number(chosen.margin()),
                                TargetedSuccess.label(model) + ", point " + chosen.point())),
                new ImageGrid.Cell(
                        image(exhibit, exhibit.perturbed()),
                        List.of("|d| = " + Text.number(chosen.norm()), "r = " + Text.number(chosen.r()))),
                new ImageGrid.Cell(
                        image(exhibit, exhibit.reconstruction()),
                        List.of("damage " + Text.number(exhibit.row().clean().damage()))),
                new ImageGrid.Cell(
                        image(exhibit, exhibit.attackedReconstruction()),
                        List.of("damage " + Text.number(exhibit.row().finding().damage()))));
    }

    /**
     * Claim 6: source, adversarial input, distortion, target, and the two reconstructions; one grid a model and attack.
     *
     * @param exhibits targeted attacks; those without a target are passed over
     */
    public static List<ImageGrid> targeted(ExperimentResults results, List<AttackExhibit> exhibits) {
        Map<String, ExperimentModel> models = models(results);
        Map<List<String>, List<AttackExhibit>> groups = new LinkedHashMap<>();
        for (AttackExhibit exhibit : exhibits) {
            if (exhibit.target() != null && models.containsKey(exhibit.row().model())) {
                groups.computeIfAbsent(
                                List.of(
                                        exhibit.row().model(),
                                        exhibit.row().finding().attack()),
                                unseen -> new ArrayList<>())
                        .add(exhibit);
            }
        }
        List<ImageGrid> grids = new ArrayList<>();
        groups.forEach((key, own) -> {
            own.sort(Comparator.comparingDouble(ClaimPictures::distance)
                    .thenComparingInt(each -> each.row().point()));
            List<List<ImageGrid.Cell>> rows = new ArrayList<>();
            int count = Math.min(ROWS, own.size());
            for (int i = 0; i < count; i++) {
                int at = count == 1 ? 0 : (int) Math.round((double) i * (own.size() - 1) / (count - 1));
                rows.add(row(results, own.get(at)));
            }
            ExperimentModel model = Objects.requireNonNull(models.get(key.get(0)));
            grids.add(new ImageGrid(
                    6,
                    Study.titled(model.data()) + ", " + Study.titled(model.network()) + ", "
                            + TargetedSuccess.label(model) + ": " + key.get(1),
                    "Chosen by rule: of the attacks that pictures were kept of, at most " + ROWS
                            + ", evenly spaced from the one whose reconstruction came nearest to its target, relative to what the target itself would do, to the"
                            + " one that stayed furthest. The distortion is drawn with its largest change as full colour.",
                    List.of(
                            "source",
                            "adversarial input",
                            "distortion",
                            "target",
                            "reconstruction of the source",
                            "reconstruction of the adversarial input"),
                    rows));
        });
        return grids;
    }

    private static double distance(AttackExhibit exhibit) {
        Double distance = exhibit.row().finding().relativeDistance();
        return distance == null ? Double.POSITIVE_INFINITY : distance;
    }

    private static List<ImageGrid.Cell> row(ExperimentResults results, AttackExhibit exhibit) {
        AttackFinding finding = exhibit.row().finding();
        float[] difference = new float[exhibit.input().length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = exhibit.perturbed()[i] - exhibit.input()[i];
        }
        double scale = Norm.LINF.distance(exhibit.input(), exhibit.perturbed());
        Boolean nearer = nearer(results, exhibit);
        return List.of(
                new ImageGrid.Cell(
                        image(exhibit, exhibit.input()),
                        List.of("point " + exhibit.row().point())),
                new ImageGrid.Cell(
                        image(exhibit, exhibit.perturbed()), List.of("|d| = " + Text.number(finding.normL2()))),
                new ImageGrid.Cell(
                        Picture.difference(exhibit.shape(), difference, scale > 0 ? scale : 1),
                        List.of("scale \u00b1" + Text.number(scale))),
                new ImageGrid.Cell(
                        image(exhibit, Objects.requireNonNull(exhibit.target())),
                        List.of(finding.target() == null ? "" : "point " + finding.target())),
                new ImageGrid.Cell(image(exhibit, exhibit.reconstruction()), List.of()),
                new ImageGrid.Cell(
                        image(exhibit, exhibit.attackedReconstruction()),
                        List.of(
                                "relative distance " + Text.number(finding.relativeDistance()),
                                nearer == null ? "" : nearer ? "success" : "no success")));
    }

    /** What the tables say of the same attack; null where they have none. */
    private static @Nullable Boolean nearer(ExperimentResults results, AttackExhibit exhibit) {
        AttackFinding finding = exhibit.row().finding();
        return results.targeted().stream()
                .filter(row -> row.model().equals(exhibit.row().model())
                        && row.point() == exhibit.row().point()
                        && Objects.equals(row.target(), finding.target())
                        && near(row.norm(), finding.normL2())
                        && (finding.attack().equals(row.goal())
                                || finding.attack().startsWith(row.goal() + "-")))
                // Of latent-kl and latent-kl-reverse the longer one is meant.
                .max(Comparator.comparingInt(row -> row.goal().length()))
                .map(TargetedRow::nearerTarget)
                .orElse(null);
    }

    private static Picture image(AttackExhibit exhibit, float[] values) {
        return Picture.image(exhibit.shape(), values, exhibit.low(), exhibit.high());
    }

    private static Map<String, ExperimentModel> models(ExperimentResults results) {
        Map<String, ExperimentModel> models = new LinkedHashMap<>();
        results.models().forEach(model -> models.put(model.name(), model));
        return models;
    }
}
