package io.margrave.report;

import io.margrave.results.Norm;
import org.jspecify.annotations.Nullable;

/**
 * What an adversary may do: only attacks under the same constraint can be compared.
 *
 * @param latent whether latents are perturbed; else inputs, by one perturbation each or one for all
 * @param norm that measures the perturbation
 * @param radius that it is kept under; null under a penalty
 */
record Threat(boolean latent, Norm norm, @Nullable Double radius) {

    /** As in {@code inputs, L2 norm at most 1.2}. */
    String title() {
        String bound = radius == null ? " norm as a penalty" : " norm at most " + Text.number(radius);
        return (latent ? "latents, " : "inputs, ") + name(norm) + bound;
    }

    /** As readers write it. */
    static String name(Norm norm) {
        return switch (norm) {
            case L1 -> "L1";
            case L2 -> "L2";
            case LINF -> "L\u221e";
        };
    }
}
