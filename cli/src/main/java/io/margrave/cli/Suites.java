package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditPlan;
import io.margrave.results.Norm;
import io.margrave.results.Word;
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
            AttackCatalogue.check(spec, plan.r());
            if (spec.takesUsualRadius()) {
                checkOwnRadius(spec, plan);
            }
            suite.add(spec);
        }
        return plan.withSuite(suite);
    }

    /** A radius that goes without saying: the plan's for L2, a tenth of the value range for L-infinity. */
    private static void checkOwnRadius(AttackSpec spec, AuditPlan plan) {
        Double own = plan.attackRadius();
        boolean none = own != null && own == 0;
        if (spec.norm() == Norm.L1 || (spec.norm() == Norm.L2 && none)) {
            throw new BadInputException("attack " + spec.name() + ": want a radius in its norm, " + Word.of(spec.norm())
                    + ", got none"
                    + (spec.norm() == Norm.L2 ? ", and the plan's own attack_radius is 0" : "") + ": give it one");
        }
    }
}
