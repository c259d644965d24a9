package io.margrave.cli;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.ModelCard;
import io.margrave.results.Norm;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.RunResults;
import io.margrave.robustness.check.Claim;
import io.margrave.robustness.check.Evaluation;
import io.margrave.robustness.check.EvaluationChecks;
import io.margrave.store.RunStore;
import io.margrave.store.StoredAttack;
import io.margrave.store.StoredBreak;
import io.margrave.store.StoredDamage;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The checks of a run's evaluation, model by model. */
final class RunChecks {
    private RunChecks() {}

    /** Checks a stored run. */
    static List<EvaluationCheck> of(
            AuditRun run, RunStore store, EvaluationCheck.Level level, Progress.Listener progress) {
        return of(run, store.results(0), level, model -> claims(store, model), progress);
    }

    /**
     * Checks a run.
     *
     * @param results of it
     * @param claims what it says of perturbed inputs of one model, to be measured again
     */
    static List<EvaluationCheck> of(
            AuditRun run,
            RunResults results,
            EvaluationCheck.Level level,
            Function<String, List<Claim>> claims,
            Progress.Listener progress) {
        List<EvaluationCheck> all = new ArrayList<>();
        List<ModelCard> cards = run.models().cards();
        for (int i = 0; i < cards.size(); i++) {
            ModelCard card = cards.get(i);
            ModelCard next = cards.get((i + 1) % cards.size());
            all.addAll(EvaluationChecks.run(
                    Evaluation.of(
                            vae(run, card),
                            card,
                            run.images(),
                            run.points(),
                            run.plan(),
                            results.rows(),
                            results.attacks(),
                            claims.apply(card.name()),
                            next.equals(card) ? null : vae(run, next)),
                    level,
                    progress));
        }
        return all;
    }

    private static Vae vae(AuditRun run, ModelCard card) {
        Vae vae = run.models().vaes().get(card.name());
        if (vae == null) {
            throw new IllegalStateException("no model is called " + card.name());
        }
        return vae;
    }

    /** Those of the first tasks that have as many points as checks look at. */
    private static List<Claim> claims(RunStore store, String model) {
        List<Claim> claims = new ArrayList<>();
        int points = 0;
        for (AuditTask task : store.done()) {
            if (!task.model().equals(model) || points >= EvaluationChecks.THOROUGH_POINTS) {
                continue;
            }
            points += task.count();
            for (StoredBreak found : store.breaks(task)) {
                claims.add(new Claim(found.point(), Norm.L2, found.norm(), found.boxed(), found.perturbed()));
            }
            for (StoredDamage found : store.damages(task)) {
                claims.add(Claim.ofMaximumDamage(
                        found.point(), found.radius(), found.norm(), found.damage(), found.perturbed()));
            }
            for (StoredAttack found : store.attacks(task)) {
                add(claims, found.spec(), found.row().point(), found.row().finding(), found.perturbed());
            }
        }
        return claims;
    }

    /** Those of audits that were not stored. */
    static List<Claim> claims(AuditPlan plan, List<PointAudit> audits, String model) {
        List<Claim> claims = new ArrayList<>();
        for (PointAudit audit : audits) {
            if (audit.model().equals(model)) {
                AttackOutcome own = audit.attack();
                if (own != null) {
                    claims.add(Claim.ofMaximumDamage(
                            audit.point(), own.radius(), own.norm(), own.damage(), own.perturbed()));
                }
                for (AttackFinding found : audit.suite()) {
                    plan.suite().stream()
                            .filter(spec -> spec.name().equals(found.attack()))
                            .forEach(spec -> add(claims, spec, audit.point(), found, found.perturbed()));
                }
            }
        }
        return claims;
    }

    /** Of one under a penalty, of which a sweep has many, the norm and range alone. */
    private static void add(List<Claim> claims, AttackSpec spec, int point, AttackFinding found, float[] perturbed) {
        if (spec.variable() == AttackSpec.Variable.LATENT) {
            return;
        }
        Double radius = found.radius();
        claims.add(
                radius == null
                        ? new Claim(point, spec.norm(), found.norm(), true, perturbed)
                        : new Claim(point, spec.norm(), radius, true, perturbed, null, spec.name(), found.damage()));
    }
}
