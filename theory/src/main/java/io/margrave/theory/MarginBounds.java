package io.margrave.theory;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Lower bounds on the margin of an input: the smallest L2 perturbation that breaks r-robustness.
 *
 * <p>All three speak of the mean-only margin (the encoder's standard deviation stays at sigma(x)), drop second-order terms
 * of the encoder, and are therefore {@link Guarantee#FIRST_ORDER} estimates. For the same {@code pLower} and exact norms,
 * frobenius &lt;= spectral &lt;= whitened.
 *
 * <p>{@code pLower} is a lower confidence bound of P(|Delta(x)| &lt;= r). At most one half gives 0, decided before any
 * division; above one half, a Jacobian of norm zero gives positive infinity.
 */
public final class MarginBounds {

    private static final NormalDistribution STANDARD_NORMAL = NormalDistribution.of(0, 1);

    private MarginBounds() {}

    /**
     * min(sigma) Phi^-1(p) / |J|_F (Camuto et al. 2021).
     *
     * @param minStdDev smallest posterior standard deviation, greater than zero, in latent units
     * @param pLower in [0, 1]
     * @param jacobianFrobenius Frobenius norm of d mu / d x, latent units per input unit
     * @return in input units
     */
    public static double frobenius(double minStdDev, double pLower, double jacobianFrobenius) {
        return radius(pLower, jacobianFrobenius, minStdDev);
    }

    /** As {@link #frobenius}, with the spectral norm |J|_2 of the same Jacobian. */
    public static double spectral(double minStdDev, double pLower, double jacobianSpectral) {
        return radius(pLower, jacobianSpectral, minStdDev);
    }

    /**
     * Phi^-1(p) / |diag(1/sigma) J|_2.
     *
     * <p>By Neyman-Pearson a set of clean mass p keeps a mass of at least Phi(Phi^-1(p) - |diag(1/sigma) delta_z|) when the
     * posterior mean moves by delta_z; half-spaces attain it.
     *
     * @param pLower in [0, 1]
     * @param jacobianWhitened spectral norm of diag(1/sigma) d mu / d x, per input unit
     * @return in input units
     */
    public static double whitened(double pLower, double jacobianWhitened) {
        return radius(pLower, jacobianWhitened, 1);
    }

    private static double radius(double pLower, double norm, double scale) {
        if (!(pLower >= 0 && pLower <= 1)) {
            throw new IllegalArgumentException("want a probability in [0, 1], got " + pLower);
        }
        if (!(norm >= 0) || !(scale > 0) || Double.isInfinite(norm)) {
            throw new IllegalArgumentException(
                    "want a finite Jacobian norm >= 0 and a standard deviation > 0, got " + norm + " and " + scale);
        }
        if (pLower <= 0.5) {
            return 0;
        }
        if (norm == 0) {
            return Double.POSITIVE_INFINITY;
        }
        return scale * STANDARD_NORMAL.inverseCumulativeProbability(pLower) / norm;
    }
}
