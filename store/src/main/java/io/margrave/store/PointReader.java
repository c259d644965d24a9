package io.margrave.store;

import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditRow;
import io.margrave.results.AuditTask;
import io.margrave.results.DamageExhibit;
import io.margrave.results.Exhibit;
import io.margrave.results.Kind;
import io.margrave.results.RunInfo;
import io.margrave.theory.Proportion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what was found for one model and one point, with its images: for whoever chooses points by a rule of their own.
 *
 * @param evidence images of a task
 */
record PointReader(Database database, RunInfo info, SuiteReader suite, Function<AuditTask, Evidence> evidence) {

    /** Where the rows and images of a point are. */
    private record Place(AuditTask task, int position, int label) {}

    private Optional<Place> place(String model, int point) {
        return database
                .query(
                        Schema.PLACE,
                        row -> new Place(
                                new AuditTask(row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4)),
                                row.getInt(5),
                                row.getInt(6)),
                        model,
                        point)
                .stream()
                .findFirst();
    }

    Optional<StoredBreak> broken(String model, int point, double r, Kind kind, boolean boxed) {
        return place(model, point)
                .flatMap(place -> counted(place, r, kind, boxed).map(counted -> {
                    Evidence images = evidence.apply(place.task);
                    return new StoredBreak(
                            place.task,
                            place.position,
                            point,
                            r,
                            kind,
                            boxed,
                            counted.norm,
                            counted.within,
                            images.input(place.position),
                            images.perturbed(Words.key(r, kind, boxed), place.position));
                }));
    }

    /** A break without its images. */
    private record Counted(double norm, Proportion within) {}

    private Optional<Counted> counted(Place place, double r, Kind kind, boolean boxed) {
        return database
                .query(
                        Schema.BREAK_OF_POINT,
                        row -> new Counted(row.getDouble(1), new Proportion(row.getLong(2), row.getLong(3))),
                        place.task.model(),
                        place.position,
                        r,
                        Words.of(kind),
                        boxed)
                .stream()
                .findFirst();
    }

    /**
     * The full break inside the value range.
     *
     * @param row of the same model, point and r
     */
    Optional<Exhibit> exhibit(AuditRow row) {
        return place(row.model(), row.point())
                .flatMap(place -> counted(place, row.r(), Kind.FULL, true)
                        .map(counted -> exhibit(place.position, row, counted.norm, evidence.apply(place.task))));
    }

    /** Break {@code norm} of the point at a position, in pictures. */
    Exhibit exhibit(int position, AuditRow row, double norm, Evidence images) {
        String key = Words.key(row.r(), Kind.FULL, true);
        return new Exhibit(
                row.model(),
                row.point(),
                row.label(),
                row.r(),
                row.boundFrobenius(),
                row.boundWhitened(),
                norm,
                shape(),
                info.low(),
                info.high(),
                images.input(position),
                images.perturbed(key, position),
                images.reconstruction(position),
                images.attackedReconstruction(key, position));
    }

    Optional<DamageExhibit> damage(String model, int point) {
        return place(model, point)
                .flatMap(place -> database
                        .query(
                                Schema.DAMAGE_OF_POINT,
                                row -> damage(place, point, row),
                                place.task.model(),
                                place.position)
                        .stream()
                        .findFirst());
    }

    private DamageExhibit damage(Place place, int point, ResultSet row) throws SQLException {
        Evidence images = evidence.apply(place.task);
        AttackOutcome outcome = new AttackOutcome(
                row.getDouble("radius"),
                row.getDouble("norm"),
                row.getDouble("damage"),
                nullable(row, "damage_mean_only"),
                nullable(row, "damage_variance_only"),
                row.getDouble("damage_clean"),
                row.getDouble("log_lik_clean"),
                row.getDouble("log_lik_attacked"),
                images.perturbed(Evidence.ATTACK, place.position),
                images.attackedReconstruction(Evidence.ATTACK, place.position));
        return new DamageExhibit(
                place.task.model(),
                point,
                place.label,
                shape(),
                info.low(),
                info.high(),
                images.input(place.position),
                images.reconstruction(place.position),
                outcome);
    }

    private static @Nullable Double nullable(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    List<AttackExhibit> attacks(String model, int point, String attack) {
        return place(model, point)
                .map(place -> suite.exhibits(place.task, place.position, attack))
                .orElse(List.of());
    }

    private int[] shape() {
        return info.shape().stream().mapToInt(Integer::intValue).toArray();
    }
}
