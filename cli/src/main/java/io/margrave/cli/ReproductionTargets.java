package io.margrave.cli;

import io.margrave.data.ImageSet;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditTask;
import io.margrave.results.experiment.TargetedRow;
import io.margrave.robustness.measure.TargetReconstructions;
import io.margrave.store.RunStore;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The targeted attacks of a run as a table of an experiment. */
final class ReproductionTargets {
    private ReproductionTargets() {}

    /** Its findings that have a target, in audit order. */
    static List<AttackExhibit> exhibits(RunStore store) {
        List<AttackExhibit> exhibits = new ArrayList<>();
        store.done().stream()
                .sorted(Comparator.comparingInt(AuditTask::chunk))
                .forEach(task -> exhibits.addAll(store.attackExhibits(task)));
        return exhibits.stream()
                .filter(exhibit -> exhibit.row().finding().target() != null)
                .toList();
    }

    /**
     * One row a point, attack and target.
     *
     * @param vae the run's model, which the targets are reconstructed with
     * @param images that targets are of
     */
    static List<TargetedRow> rows(RunStore store, Vae vae, ImageSet images) {
        Map<String, String> goals = new HashMap<>();
        store.plan().suite().forEach((AttackSpec spec) -> goals.put(spec.name(), spec.goal()));
        List<AttackExhibit> exhibits = exhibits(store);
        int[] targets = exhibits.stream()
                .mapToInt(ReproductionTargets::target)
                .distinct()
                .toArray();
        float[][] reconstructed = TargetReconstructions.of(vae, images, targets);
        Map<Integer, float[]> byTarget = new HashMap<>();
        for (int i = 0; i < targets.length; i++) {
            byTarget.put(targets[i], reconstructed[i]);
        }
        List<TargetedRow> rows = new ArrayList<>();
        for (AttackExhibit exhibit : exhibits) {
            AttackFinding finding = exhibit.row().finding();
            rows.add(new TargetedRow(
                    exhibit.row().model(),
                    exhibit.row().point(),
                    target(exhibit),
                    Objects.requireNonNull(goals.get(finding.attack())),
                    orNaN(finding.radius()),
                    finding.normL2(),
                    orNaN(finding.relativeDistortion()),
                    finding.relativeDistance(),
                    exhibit.row().clean().logLik(),
                    finding.logLikAttacked(),
                    orNaN(finding.logLikTarget()),
                    TargetReconstructions.nearerTarget(
                            exhibit.attackedReconstruction(),
                            exhibit.reconstruction(),
                            Objects.requireNonNull(byTarget.get(target(exhibit))))));
        }
        return rows;
    }

    private static int target(AttackExhibit exhibit) {
        return Objects.requireNonNull(exhibit.row().finding().target());
    }

    private static double orNaN(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
