package io.margrave.robustness.attack;

import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.StochasticMap;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** What maximum damage is measured as: E |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| (Camuto et al. 2021). */
public final class MaximumDamage {

    private static final Criterion DISTANCE = Criterion.leavesBall(0);

    private MaximumDamage() {}

    /** Mean distance of each point's draws from the reference. */
    public static double[] means(StochasticMap map, Tensor inputs, PointNoise noise, int draws) {
        return Arrays.stream(Excess.sample(map, inputs, DISTANCE, noise, draws))
                .mapToDouble(distances -> Arrays.stream(distances).average().orElseThrow())
                .toArray();
    }
}
