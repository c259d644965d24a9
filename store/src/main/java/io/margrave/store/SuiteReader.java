package io.margrave.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Check;
import io.margrave.results.CleanQuality;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.PlanJson;
import io.margrave.results.RunInfo;
import io.margrave.theory.Proportion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what the attacks of a suite found, and the checks of the evaluation.
 *
 * @param evidence images of a task
 */
record SuiteReader(Database database, AuditPlan plan, RunInfo info, Function<AuditTask, Evidence> evidence) {

    /** Points shown of each attack, of most and of least damage. */
    private static final int MOST = 4;

    private static final int LEAST = 2;

    private static final float[] NO_VALUES = {};

    /** A finding and where its images are. */
    private record Found(int position, String tensor, AttackRow row) {}

    /** Every finding, in model, audit, suite, target and weight order. */
    List<AttackRow> attacks() {
        Map<String, String> names = new HashMap<>();
        return database.query(Schema.ALL_FINDINGS, row -> found(row, names).row);
    }

    /** The findings of a task with their images. */
    List<StoredAttack> attacks(AuditTask task) {
        List<Found> all = findings(task);
        if (all.isEmpty()) {
            return List.of();
        }
        Evidence images = evidence.apply(task);
        return all.stream()
                .map(each -> new StoredAttack(
                        task,
                        spec(each.row.finding().attack()),
                        each.row,
                        images.input(each.position),
                        images.perturbed(
                                each.tensor, each.position, each.row.finding().target())))
                .toList();
    }

    /** Of each model and attack, the points of most and of least damage. */
    List<AttackExhibit> exhibits(int count) {
        record Shown(AuditTask task, int position, int place) {}
        List<Shown> shown = database.query(
                Schema.ATTACK_EXHIBITS,
                row -> new Shown(
                        new AuditTask(row.getString(1), row.getInt(4), row.getInt(5), row.getInt(6)),
                        row.getInt(2),
                        row.getInt(3)),
                Math.min(MOST, count),
                Math.min(LEAST, count));
        AttackExhibit[] exhibits = new AttackExhibit[shown.size()];
        // One evidence file at a time, each read once.
        Map<AuditTask, List<Integer>> byTask = new HashMap<>();
        for (int i = 0; i < exhibits.length; i++) {
            byTask.computeIfAbsent(shown.get(i).task, key -> new ArrayList<>()).add(i);
        }
        byTask.forEach((task, numbers) -> {
            Evidence images = evidence.apply(task);
            Map<Integer, List<Found>> byPosition = new HashMap<>();
            // In the order of their places.
            findings(task)
                    .forEach(found -> byPosition
                            .computeIfAbsent(found.position, key -> new ArrayList<>())
                            .add(found));
            for (int number : numbers) {
                Shown each = shown.get(number);
                exhibits[number] = exhibit(
                        byPosition.getOrDefault(each.position, List.of()).get(each.place), images);
            }
        });
        return List.of(exhibits);
    }

    /** What an attack found at one position, one a target and weight. */
    List<AttackExhibit> exhibits(AuditTask task, int position, String attack) {
        List<Found> all = findings(task).stream()
                .filter(found -> found.position == position
                        && found.row.finding().attack().equals(attack))
                .toList();
        return exhibits(task, all);
    }

    /** All that was found in a task, with every image. */
    List<AttackExhibit> exhibits(AuditTask task) {
        return exhibits(task, findings(task));
    }

    private List<AttackExhibit> exhibits(AuditTask task, List<Found> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        Evidence images = evidence.apply(task);
        return all.stream().map(found -> exhibit(found, images)).toList();
    }

    private AttackExhibit exhibit(Found found, Evidence images) {
        Integer target = found.row.finding().target();
        float[] input = images.input(found.position);
        boolean latent = spec(found.row.finding().attack()).variable() == AttackSpec.Variable.LATENT;
        return new AttackExhibit(
                found.row,
                info.shape().stream().mapToInt(Integer::intValue).toArray(),
                info.low(),
                info.high(),
                input,
                images.reconstruction(found.position),
                latent ? input : images.perturbed(found.tensor, found.position, target),
                images.attackedReconstruction(found.tensor, found.position, target),
                target == null ? null : images.target(target));
    }

    private List<Found> findings(AuditTask task) {
        Map<String, String> names = new HashMap<>();
        return database.query(
                Schema.FINDINGS_OF_TASK,
                row -> found(row, names),
                task.model(),
                task.first(),
                task.first() + task.count());
    }

    private AttackSpec spec(String name) {
        return plan.suite().stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("want an attack of the plan, got " + name));
    }

    /** The checks, in model and number order. */
    List<EvaluationCheck> checks() {
        return database.query(
                Schema.CHECKS,
                row -> new EvaluationCheck(
                        row.getString(1),
                        row.getInt(2),
                        row.getString(3),
                        Check.Outcome.valueOf(row.getString(4)),
                        row.getString(5),
                        curves(row.getString(6))));
    }

    private static List<EvaluationCheck.Curve> curves(String json) {
        try {
            return PlanJson.mapper().readValue(json, new TypeReference<List<EvaluationCheck.Curve>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("want curves, got " + e.getOriginalMessage(), e);
        }
    }

    private Found found(ResultSet row, Map<String, String> names) throws SQLException {
        AttackFinding finding = new AttackFinding(
                name(names, row.getString("attack")),
                integer(row, "target"),
                real(row, "weight"),
                real(row, "radius"),
                row.getDouble("norm"),
                row.getDouble("norm_l2"),
                row.getDouble("objective"),
                row.getDouble("damage"),
                within(row.getString("counts")),
                row.getDouble("log_lik_attacked"),
                real(row, "log_lik_target"),
                real(row, "symmetric_kl"),
                real(row, "ms_ssim_inputs"),
                real(row, "ms_ssim_reconstructions"),
                integer(row, "prediction"),
                row.getLong("forwards"),
                row.getLong("backwards"),
                NO_VALUES,
                NO_VALUES,
                real(row, "relative_distortion"),
                real(row, "relative_distance"));
        CleanQuality clean = new CleanQuality(
                row.getDouble("damage_clean"),
                row.getDouble("log_lik_clean"),
                real(row, "elbo_clean"),
                row.getDouble("reconstruction_error_clean"),
                integer(row, "prediction_clean"));
        return new Found(
                row.getInt("position"),
                row.getString("tensor"),
                new AttackRow(
                        name(names, row.getString("model")), row.getInt("point"), row.getInt("label"), clean, finding));
    }

    /** The one copy of a name: a hundred thousand rows share it. */
    private static String name(Map<String, String> names, String name) {
        return names.computeIfAbsent(name, key -> key);
    }

    private List<Proportion> within(String counts) {
        String[] radii = counts.split(" ", -1);
        if (radii.length != plan.r().values().size()) {
            throw new IllegalArgumentException("want draws within " + plan.r().values() + ", got " + counts);
        }
        List<Proportion> within = new ArrayList<>();
        for (String radius : radii) {
            int slash = radius.indexOf('/');
            within.add(new Proportion(
                    Long.parseLong(radius, 0, slash, 10), Long.parseLong(radius, slash + 1, radius.length(), 10)));
        }
        return within;
    }

    private static @Nullable Double real(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }
}
