package io.margrave.store;

import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Break;
import io.margrave.results.Margin;
import io.margrave.results.ModelCard;
import io.margrave.results.PointAudit;
import io.margrave.results.RadiusAudit;
import io.margrave.results.RunInfo;
import io.margrave.results.Side;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether audits are those of a task: an error in whoever commits, found before anything is written. */
record TaskCheck(AuditPlan plan, RunInfo info, List<ModelCard> models) {

    private static final Set<String> BOUNDS = Set.of("frobenius", "spectral", "whitened");

    void check(AuditTask task, List<PointAudit> audits) {
        want(models.stream().anyMatch(card -> card.name().equals(task.model())), "a model of the run", task);
        want(
                task.chunk() >= 0
                        && task.first() >= 0
                        && task.count() > 0
                        && task.first() + task.count() <= info.points().size(),
                "positions of the run",
                task);
        boolean deterministic =
                models.stream().anyMatch(card -> card.name().equals(task.model()) && card.deterministic());
        Set<String> bounds = deterministic ? Set.of() : BOUNDS;
        want(audits.size() == task.count(), "one audit a point of " + task, audits.size());
        for (int i = 0; i < audits.size(); i++) {
            PointAudit audit = audits.get(i);
            int position = task.first() + i;
            want(audit.model().equals(task.model()), "model " + task.model(), audit.model());
            want(audit.position() == position, "position " + position, audit.position());
            want(audit.point() == info.points().get(position), "the point at " + position, audit.point());
            List<Double> radii = audit.radii().stream().map(RadiusAudit::r).toList();
            want(radii.equals(plan.r().values()), "radii " + plan.r().values(), radii);
            audit.radii().forEach(radius -> check(audit, radius, bounds));
            checkSuite(audit);
        }
    }

    private static void check(PointAudit audit, RadiusAudit radius, Set<String> bounds) {
        Set<String> lower = radius.margins().stream()
                .filter(margin -> margin.side() == Side.LOWER)
                .map(Margin::method)
                .collect(Collectors.toSet());
        want(lower.containsAll(bounds), "lower bounds " + bounds, lower);
        want(lower.isEmpty() == bounds.isEmpty(), "no lower bounds of a deterministic model", lower);
        for (Margin margin : radius.margins()) {
            want(
                    margin.model().equals(audit.model()) && margin.point() == audit.point() && margin.r() == radius.r(),
                    "margins of " + audit.model() + ", point " + audit.point() + ", r = " + radius.r(),
                    margin);
        }
        List<String> keys = radius.breaks().stream().map(Break::key).toList();
        want(keys.stream().distinct().count() == keys.size(), "one break a kind, box and radius", keys);
        want(radius.breaks().stream().allMatch(found -> found.r() == radius.r()), "breaks at r = " + radius.r(), keys);
    }

    private void checkSuite(PointAudit audit) {
        want(audit.suite().isEmpty() || audit.clean() != null, "the clean quality of an attacked input", audit.point());
        List<String> names = plan.suite().stream().map(AttackSpec::name).toList();
        int last = 0;
        for (AttackFinding found : audit.suite()) {
            int place = names.indexOf(found.attack());
            want(place >= last, "attacks of the suite " + names + " in its order", found.attack());
            want(
                    found.within().size() == plan.r().values().size(),
                    "draws within " + plan.r().values(),
                    found.within());
            last = place;
        }
    }

    private static void want(boolean holds, String wanted, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("want " + wanted + ", got " + got);
        }
    }
}
