package io.margrave.robustness.check;

import io.margrave.data.ImageSet;
import io.margrave.results.AttackRow;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.vae.model.Vae;
import java.util.Arrays;
import java.util.List;
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
                AttackPanel.ofMaximumDamage(vae.spec()));
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
