package io.margrave.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** What each goal of an attack asks for, as a report defines it. */
final class Goals {
    private Goals() {}

    /** By id; HTML. A goal that somebody added is not among them. */
    static final Map<String, String> DEFINITIONS = definitions();

    private static Map<String, String> definitions() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(
                "max-damage",
                "maximise E|g(\u03bc(x+\u03b4) + \u03b7\u03c3(x+\u03b4)) \u2212 g(\u03bc(x))| over the posterior\u2019s noise \u03b7: mean and"
                        + " standard deviation both attacked (Camuto et al. 2021)");
        all.put("max-damage-mean", "the same with the standard deviation kept at \u03c3(x): through the mean alone");
        all.put(
                "max-damage-variance",
                "the same with the mean kept at \u03bc(x): through the standard deviation alone");
        all.put("latent-kl", "minimise KL(q(z|x+\u03b4) || q(z|x_t)) to a target image x_t");
        all.put("latent-kl-reverse", "minimise KL(q(z|x_t) || q(z|x+\u03b4))");
        all.put("latent-symmetric-kl", "minimise the sum of both");
        all.put(
                "latent-wasserstein",
                "minimise W\u2082\u00b2 = |\u03bc(x+\u03b4) \u2212 \u03bc(x_t)|\u00b2 + |\u03c3(x+\u03b4) \u2212 \u03c3(x_t)|\u00b2");
        all.put("latent-mean", "minimise |\u03bc(x+\u03b4) \u2212 \u03bc(x_t)|\u00b2");
        all.put(
                "output",
                "minimise |g(\u03bc(x+\u03b4)) \u2212 x_t|\u00b2: the reconstruction is to look like the target");
        all.put(
                "output-reconstruction",
                "minimise |g(\u03bc(x+\u03b4)) \u2212 g(\u03bc(x_t))|\u00b2: like the target\u2019s own reconstruction");
        all.put("l-vae", "minimise \u2212ELBO of the target under q(z|x+\u03b4) (Kos et al. 2018)");
        all.put("untargeted-kl", "maximise KL(q(z|x+\u03b4) || q(z|x))");
        all.put("untargeted-kl-reverse", "maximise KL(q(z|x) || q(z|x+\u03b4))");
        all.put("untargeted-symmetric-kl", "maximise the sum of both");
        all.put("untargeted-wasserstein", "maximise W\u2082\u00b2 between q(z|x+\u03b4) and q(z|x)");
        all.put("untargeted-mean", "maximise |\u03bc(x+\u03b4) \u2212 \u03bc(x)|\u00b2");
        all.put("downstream", "change what a classifier on \u03bc(x), the probe, predicts");
        all.put(
                "first-order-whitened",
                "no search: \u03b4 along the top right singular vector of diag(1/\u03c3)J, the direction in which the posterior moves fastest");
        all.put(
                "first-order-pullback",
                "no search: \u03b4 along the direction in which the reconstruction moves most for steps as wide as the prior (the decoder\u2019s"
                        + " pull-back)");
        return java.util.Collections.unmodifiableMap(all);
    }
}
