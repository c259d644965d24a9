package io.margrave.robustness.check;

import io.margrave.data.ImageSet;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.results.Norm;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation of one model, to be checked: what was evaluated, how, and what came of it. All of it can be read back from a run.
 *
 * @param vae the model
 * @param card what is known of it; its name is the model's within the run
 * @param images the audited split, at least two
 * @param points indices of the audited points within it, in audit order, at least one
 * @param plan resolved
 * @param rows of the run; those of other models are left out
 * @param findings of the plan's suite; those of other models are left out; may be empty
 * @param margins further bounds, such as statistical lower ones, which rows do not hold; may be empty
 * @param claims perturbed inputs that the run stored, to be measured again; may be empty
 * @param peer another model of the same run, to transfer perturbations from; null where there is none
 * @param attacks the one that the evaluation rests on, and those it is held against
 */
public record Evaluation(
        Vae vae,
        ModelCard card,
        ImageSet images,
        int[] points,
        AuditPlan plan,
        List<AuditRow> rows,
        List<AttackRow> findings,
        List<Margin> margins,
        List<Claim> claims,
        @Nullable Vae peer,
        AttackPanel attacks) {

    public Evaluation {
        if (points.length == 0) {
            throw new IllegalArgumentException("want at least one audited point, got none");
        }
        if (images.size() < 2) {
            throw new IllegalArgumentException("want at least 2 images to compare, got " + images.size());
        }
        if (!plan.concrete()) {
            throw new IllegalArgumentException("want a resolved plan, got one with radii " + plan.r());
        }
        if (!vae.spec().shape().equals(images.shape())) {
            throw new IllegalArgumentException("model " + card.name() + " takes images of "
                    + vae.spec().shape() + ", but " + images.name() + " has " + images.shape());
        }
        String model = card.name();
        points = points.clone();
        rows = rows.stream().filter(row -> row.model().equals(model)).toList();
        findings = findings.stream().filter(row -> row.model().equals(model)).toList();
        margins =
                margins.stream().filter(margin -> margin.model().equals(model)).toList();
        claims = List.copyOf(claims);
    }

    /** With what a run holds, and the attacks that audits run. */
    public static Evaluation of(
            Vae vae,
            ModelCard card,
            ImageSet images,
            int[] points,
            AuditPlan plan,
            List<AuditRow> rows,
            List<AttackRow> findings,
            List<Claim> claims,
            @Nullable Vae peer) {
        AttackPanel panel = AttackPanel.ofMaximumDamage(vae.spec());
        AttackSpec other = standIn(
                plan,
                findings.stream().filter(row -> row.model().equals(card.name())).toList());
        return new Evaluation(
                vae,
                card,
                images,
                points,
                plan,
                rows,
                findings,
                List.of(),
                claims,
                peer,
                other == null ? panel : panel.testing(AttackPanel.damage(other.method())));
    }

    /**
     * The attack of the suite that is checked where the audit ran no maximum-damage attack of its own: the first that climbs to damage
     * within a radius, one in L2 before others. Null where there is none, or no need of one.
     */
    @Nullable
    AttackSpec standIn() {
        return standIn(plan, findings);
    }

    private static @Nullable AttackSpec standIn(AuditPlan plan, List<AttackRow> findings) {
        Double own = plan.attackRadius();
        if (own != null && own > 0) {
            return null;
        }
        return plan.suite().stream()
                .filter(Remeasured::climbsToDamage)
                .filter(spec -> radius(spec, findings) > 0)
                .min(Comparator.comparing(spec -> spec.norm() != Norm.L2))
                .orElse(null);
    }

    /** That an attack of the suite was run with; 0 where it was not run within one. */
    double radius(AttackSpec spec) {
        return radius(spec, findings);
    }

    private static double radius(AttackSpec spec, List<AttackRow> findings) {
        return findings.stream()
                .map(AttackRow::finding)
                .filter(found -> found.attack().equals(spec.name()))
                .map(AttackFinding::radius)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .findFirst()
                .orElse(0);
    }

    /** Damage by point that the run reports of the attack that is checked. */
    Map<Integer, Double> reportedDamage() {
        Map<Integer, Double> reported = new TreeMap<>();
        AttackSpec spec = standIn();
        if (spec != null) {
            for (AttackRow row : findings) {
                if (row.finding().attack().equals(spec.name())) {
                    reported.put(row.point(), row.finding().damage());
                }
            }
            return reported;
        }
        Double radius = plan.attackRadius();
        for (AuditRow row : rows) {
            if (row.damage() != null && radius != null && radius.equals(row.attackRadius())) {
                reported.put(row.point(), row.damage());
            }
        }
        return reported;
    }

    /** Damage by point that the run reports of untouched inputs. */
    Map<Integer, Double> reportedClean() {
        Map<Integer, Double> reported = new TreeMap<>();
        findings.forEach(row -> reported.put(row.point(), row.clean().damage()));
        for (AuditRow row : rows) {
            if (row.damageClean() != null) {
                reported.put(row.point(), row.damageClean());
            }
        }
        return reported;
    }

    /** Name of the model within the run. */
    public String model() {
        return card.name();
    }

    /** The first audited points: they are a random sample in random order. */
    int[] first(int most) {
        return Arrays.copyOf(points, Math.min(most, points.length));
    }
}
