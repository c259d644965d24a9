package io.margrave.report;

import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AttackedPoint;
import io.margrave.results.Norm;
import io.margrave.results.RunResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attacked images of one model and attack, to look at.
 *
 * @param id lower-case letters, digits and hyphens: the name of its files
 * @param model name of the model within the run
 * @param spec of the attack
 * @param rows most damaged first
 */
record AttackGrid(String id, String model, AttackSpec spec, List<Row> rows) {
    /** Rows of one grid. */
    static final int ROWS = 4;

    /** How the rows are chosen, for a reader. */
    static final String RULE = "Rows: of the attacked images that the run keeps pictures of, at most " + ROWS
            + " a model and attack, evenly spaced from the most to the least damaged. Beneath the last picture stands an image\u2019s rank by"
            + " damage among all that were attacked: an extreme one says nothing of the others.";

    /**
     * One attacked image.
     *
     * @param exhibit its pictures
     * @param rank 1 where no other attacked image of this model, attack and weight was damaged more
     * @param of how many there are
     * @param unbroken whether the smallest norm was searched and none was found to break it
     */
    record Row(AttackExhibit exhibit, int rank, int of, boolean unbroken) {

        /** The pictures of {@link #columns}, null where there is none. */
        private List<@Nullable Picture> pictures(boolean targeted, boolean latent) {
            List<@Nullable Picture> pictures = new ArrayList<>();
            pictures.add(image(exhibit.input()));
            float[] target = exhibit.target();
            if (targeted) {
                pictures.add(target == null ? null : image(target));
            }
            if (!latent) {
                pictures.add(image(exhibit.perturbed()));
                pictures.add(distortion());
            }
            pictures.add(image(exhibit.reconstruction()));
            pictures.add(image(exhibit.attackedReconstruction()));
            return pictures;
        }

        private Picture image(float[] values) {
            return Picture.image(exhibit.shape(), values, exhibit.low(), exhibit.high());
        }

        private Picture distortion() {
            float[] difference = new float[exhibit.input().length];
            for (int i = 0; i < difference.length; i++) {
                difference[i] = exhibit.perturbed()[i] - exhibit.input()[i];
            }
            double scale = scale();
            return Picture.difference(exhibit.shape(), difference, scale > 0 ? scale : 1);
        }

        /** The largest change of a value: that of the strongest colour. */
        private double scale() {
            return Norm.LINF.distance(exhibit.input(), exhibit.perturbed());
        }

        /** Lines of plain text under each picture. */
        private List<List<String>> notes(AttackSpec spec, boolean targeted, boolean latent) {
            AttackRow row = exhibit.row();
            List<List<String>> notes = new ArrayList<>();
            notes.add(List.of("point " + row.point(), row.label() < 0 ? "" : "label " + row.label()));
            if (targeted) {
                Integer target = row.finding().target();
                notes.add(List.of(target == null ? "" : "point " + target));
            }
            if (!latent) {
                notes.add(List.of(
                        "L2 " + Text.number(Norm.L2.distance(exhibit.input(), exhibit.perturbed())) + ", L\u221e "
                                + Text.number(scale()),
                        allowed(spec)));
                notes.add(List.of("scale \u00b1" + Text.number(scale())));
            }
            notes.add(List.of(
                    "damage " + Text.number(row.clean().damage()),
                    "log p " + Text.number(row.clean().logLik())));
            notes.add(List.of(
                    "damage " + Text.number(row.finding().damage()),
                    "log p " + Text.number(row.finding().logLikAttacked()),
                    (latent ? "latents moved " + Text.number(row.finding().normL2()) + ", " : "") + "rank "
                            + Text.integer(rank) + " of " + Text.integer(of)));
            return notes;
        }

        private String allowed(AttackSpec spec) {
            Double radius = exhibit.row().finding().radius();
            Double weight = exhibit.row().finding().weight();
            return weight != null
                    ? "penalty \u03bb = " + Text.number(weight)
                    : radius != null
                            ? (unbroken ? "no break found up to " : "allowed ") + Threat.name(spec.norm()) + " "
                                    + Text.number(radius)
                            : "";
        }
    }

    /** One a model and attack that has pictures, in the plan's order. */
    static List<AttackGrid> of(RunResults results) {
        List<AttackGrid> grids = new ArrayList<>();
        for (String model : VegaLite.names(results)) {
            for (AttackSpec spec : results.plan().suite()) {
                List<AttackExhibit> own = results.attackExhibits().stream()
                        .filter(each -> each.row().model().equals(model)
                                && each.row().finding().attack().equals(spec.name()))
                        .sorted(Comparator.<AttackExhibit>comparingDouble(
                                        each -> -each.row().damage())
                                .thenComparingInt(each -> each.row().point()))
                        .toList();
                if (!own.isEmpty()) {
                    String id = "attacked-%02d-%s-%s".formatted(grids.size() + 1, plain(model), plain(spec.name()));
                    grids.add(new AttackGrid(id, model, spec, rows(results, spec, own)));
                }
            }
        }
        return List.copyOf(grids);
    }

    /** Letters, digits and hyphens of a name: enough to know it by, and harmless in a path. */
    private static String plain(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        plain = plain.substring(0, Math.min(plain.length(), 40)).replaceAll("^-+|-+$", "");
        return plain.isEmpty() ? "x" : plain;
    }

    private static List<Row> rows(RunResults results, AttackSpec spec, List<AttackExhibit> sorted) {
        int count = Math.min(ROWS, sorted.size());
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = count == 1 ? 0 : (int) Math.round((double) i * (sorted.size() - 1) / (count - 1));
            rows.add(row(results, spec, sorted.get(at)));
        }
        return List.copyOf(rows);
    }

    private static Row row(RunResults results, AttackSpec spec, AttackExhibit exhibit) {
        AttackRow own = exhibit.row();
        List<AttackRow> all = results.attacks().stream()
                .filter(row -> row.model().equals(own.model())
                        && row.finding().attack().equals(own.finding().attack())
                        && Objects.equals(row.finding().weight(), own.finding().weight()))
                .toList();
        long more = all.stream().filter(row -> row.damage() > own.damage()).count();
        return new Row(
                exhibit,
                (int) more + 1,
                Math.max(all.size(), (int) more + 1),
                new AttackedPoint(List.of(own)).unbroken(spec, results.plan().alpha()));
    }

    /** Whether any row has a target. */
    boolean targeted() {
        return rows.stream().anyMatch(row -> row.exhibit().target() != null);
    }

    /** What stands over the pictures. */
    List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("original"));
        if (targeted()) {
            columns.add("target");
        }
        if (!latent()) {
            columns.addAll(List.of("adversarial input", "distortion"));
        }
        columns.addAll(List.of("reconstruction", "attacked reconstruction"));
        return columns;
    }

    /** One picture a column, null where there is none. */
    List<@Nullable Picture> pictures(Row row) {
        return row.pictures(targeted(), latent());
    }

    /** Lines of plain text under each of {@link #pictures}, at most three, some empty. */
    List<List<String>> notes(Row row) {
        return row.notes(spec, targeted(), latent());
    }

    /** Whether latents were attacked: there is no attacked input to look at. */
    private boolean latent() {
        return spec.variable() == AttackSpec.Variable.LATENT;
    }

    /** As in {@code max-damage, gradient, 50 steps; inputs, L2 norm at most 1.2}. Not escaped. */
    String about() {
        AttackRow any = rows.get(0).exhibit().row();
        return spec.goal() + " \u00b7 " + AttackTables.method(spec) + " \u00b7 "
                + new Threat(
                                spec.variable() == AttackSpec.Variable.LATENT,
                                spec.norm(),
                                any.finding().radius())
                        .title();
    }

    /** Of its first row. */
    double largestDamage() {
        return rows.get(0).exhibit().row().damage();
    }

    /** How a signed difference is coloured. */
    String colours() {
        return rows.get(0).exhibit().shape()[0] == 3
                ? "each colour channel by itself, grey is no change"
                : "blue is darker, orange brighter, white no change";
    }
}
