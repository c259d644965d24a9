package io.margrave.robustness.suite;

import io.margrave.results.AuditPlan;
import io.margrave.robustness.attack.Attack;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.attack.ModelCounts;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.BreakSearch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The smallest perturbation that verifiably breaks r-robustness: an audit's {@link BreakSearch} as an attack. A point of which no break was
 * verified is pushed as far as the search looked, in the direction that it ended in; what is measured of it says that it holds.
 *
 * @param follows which of the posterior's parameters the perturbation moves
 * @param r radius of r-robustness, in output units
 * @param alpha chance of error of a verdict
 * @param verdictDraws most fresh draws of one verdict
 */
record MinimalNormAttack(Reconstruction.Follows follows, double r, double alpha, int verdictDraws) implements Attack {

    /**
     * With the verdicts of a plan.
     *
     * @param plan of one r
     */
    static MinimalNormAttack of(Reconstruction.Follows follows, AuditPlan plan) {
        return new MinimalNormAttack(follows, plan.r().values().get(0), plan.alpha(), plan.verdictDraws());
    }

    @Override
    public Attacked perturb(Request request) {
        ModelCounts counts = new ModelCounts();
        Ball ball = request.ball();
        double[] radii = request.radii();
        double limit = Arrays.stream(radii).max().orElseThrow();
        BreakSearch.Result result = BreakSearch.run(
                request.clean()
                        .following(follows)
                        .searched(request.effort().inBfloat16())
                        .through(counts::watch),
                ball,
                Criterion.leavesBall(r),
                request.points(),
                request.noise(),
                request.name(),
                request.starts(),
                new BreakSearch.Settings(request.effort(), alpha, verdictDraws, limit));
        List<float[]> rows = new ArrayList<>();
        float[][] furthest = Rows.arrays(ball.reach(result.directions(), radii));
        double[] chosen = new double[radii.length];
        for (int i = 0; i < radii.length; i++) {
            Optional<BreakSearch.Found> found = result.breaks().get(i);
            rows.add(found.map(BreakSearch.Found::perturbed).orElse(furthest[i]));
            chosen[i] = -found.map(BreakSearch.Found::norm).orElse(radii[i]);
        }
        Tensor perturbed = Rows.stacked(rows);
        return new Attacked(
                perturbed, chosen, new double[0], counts.forwards() / radii.length, counts.traced() / radii.length);
    }
}
