package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.Norm;
import io.margrave.robustness.suite.AttackCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The suite of a plan, before any work is done. */
final class Suites {
    private Suites() {}

    /**
     * The plan with a target for each targeted attack that does not say how many.
     *
     * @throws BadInputException with one line, where an attack makes no sense
     */
    static AuditPlan checked(AuditPlan plan) {
        Set<String> targeted = AttackCatalogue.list().stream()
                .filter(AttackCatalogue.Entry::targeted)
                .map(AttackCatalogue.Entry::id)
                .collect(Collectors.toSet());
        List<AttackSpec> suite = new ArrayList<>();
        for (AttackSpec said : plan.suite()) {
            AttackSpec spec = said.targets() == 0 && targeted.contains(said.goal()) ? said.withTargets(1) : said;
            AttackCatalogue.check(spec, plan.probe() != null);
            Double own = plan.attackRadius();
            if (spec.radius() == null && spec.weights().isEmpty() && spec.norm() == Norm.L2 && own != null && own == 0) {
                throw new BadInputException("attack " + spec.name() + ": want a radius, got none, and the plan's own"
                        + " attack_radius is 0: give the attack a radius, or the plan another");
            }
            suite.add(spec);
        }
        return plan.withSuite(suite);
    }
}
