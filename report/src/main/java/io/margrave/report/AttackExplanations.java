package io.margrave.report;

import io.margrave.results.AttackSpec;
import io.margrave.results.RunResults;
import java.util.List;

/** What each measure of an attack, each goal and each check of the evaluation is, and what nobody must conclude from it. HTML. */
record AttackExplanations(RunResults results) {

    String html() {
        return (results.plan().suite().isEmpty() ? "" : measures() + goals()) + checks();
    }

    private static String measures() {
        return """
                <h3 id="reading-attacks">What the measures of an attack are</h3>
                <dl class="reading">
                <dt>Damage, untouched and attacked</dt><dd>E|g(\u03bc(x+\u03b4) + \u03b7\u03c3(x+\u03b4)) \u2212 g(\u03bc(x))|, the mean distance of random
                reconstructions of the attacked image from the clean reconstruction, in output units; untouched: the same at \u03b4 = 0, which is what
                the posterior\u2019s own noise does. Only the excess is the attack\u2019s.</dd>
                <dt>P(|\u0394| \u2264 r), broken</dt><dd>The share of random reconstructions of the attacked image within r of the clean one. Broken: shown,
                at confidence 1 \u2212 \u03b1, to be at most one half; robust: shown to be above it; undecided: neither, and perhaps broken.</dd>
                <dt>Log-likelihood lost, relative degradation</dt><dd>log p(x|z) \u2212 log p(x|z*) in nats, z = \u03bc(x) and z* = \u03bc(x+\u03b4): positive is
                worse. Relative: (log p(x|z*) \u2212 log p(x|z)) / |log p(x|z)|, negative is worse; undefined where the clean log-likelihood is under
                0.001 nat a pixel, and for densities dependent on the pixel unit.</dd>
                <dt>log p(x_t|z*)</dt><dd>How likely the target image is under the attacked code: larger, the better the adversary did.</dd>
                <dt>MS-SSIM</dt><dd>Multi-scale structural similarity (Wang et al. 2003), 1 where two images are alike: of x and x+\u03b4, how well
                hidden the attack is; of g(\u03bc(x)) and g(\u03bc(x+\u03b4)), how much of the reconstruction is left. Scales smaller than its window are
                dropped and the rest reweighted, so that values of images of different size can\u2019t be compared.</dd>
                <dt>Symmetric KL</dt><dd>KL(q(z|x) || q(z|x+\u03b4)) + KL(q(z|x+\u03b4) || q(z|x)), in nats. It grows without bound as \u03c3 shrinks, whatever
                the decoder makes of it. None for a deterministic encoder.</dd>
                <dt>Probe accuracy kept</dt><dd>Of the images whose class a classifier on \u03bc(x) gets right untouched, the share that it still gets right
                (under every target). Without labels, of all images, those whose predicted class stays.</dd>
                <dt>AUDDC</dt><dd>Area under the distortion-distortion curve (Gondim-Ribeiro et al. 2018): |\u03b4| / |x \u2212 x_t| against
                (|g(\u03bc(x+\u03b4)) \u2212 x_t| \u2212 |g(\u03bc(x_t)) \u2212 x_t|) / (|g(\u03bc(x)) \u2212 x_t| \u2212 |g(\u03bc(x_t)) \u2212 x_t|), over the weights of a penalty,
                from (0, 1); the lowest that any smaller distortion reached. Larger is more robust. Undefined where target and source are
                reconstructed equally far from the target, as by a collapsed model.</dd>
                <dt>ELBO and reconstruction error, untouched</dt><dd>Of the same images. A model that ignores its input can\u2019t be damaged, and is of no
                use: no figure of an attack means anything without these.</dd>
                <dt>Worst attack of each image</dt><dd>Among attacks under one constraint. It takes the largest of several measured means, each with a
                little noise of its own, so it stands slightly high; an average over attacks would stand far too low.</dd>
                <dt>Forwards / backwards</dt><dd>Encodings and decodings of the image, and gradients, that the search took: attacks are comparable at
                like cost only.</dd>
                </dl>
                <p><b>What not to conclude.</b> That a model is robust because these attacks failed. That one model is more robust than another where
                their attacks had different budgets, norms or searches, or where the more robust one reconstructs worse. That a figure under one norm
                carries over to another. That an attack on latents, or one perturbation for all inputs, bounds anything about single inputs.</p>
                """;
    }

    private String goals() {
        List<String> asked =
                results.plan().suite().stream().map(AttackSpec::goal).distinct().toList();
        StringBuilder out =
                new StringBuilder("<h4>The goals of this run\u2019s attacks</h4>\n<dl class=\"reading\">\n");
        for (String goal : asked) {
            out.append("<dt>")
                    .append(Html.text(goal))
                    .append("</dt><dd>")
                    .append(Goals.DEFINITIONS.getOrDefault(
                            goal, "a goal that was added to this installation; see its own documentation"))
                    .append(".</dd>\n");
        }
        return out.append("</dl>\n").toString();
    }

    private static String checks() {
        return """
                <h3 id="reading-checks">What the checks ask</h3>
                <ol class="reading checklist">
                <li>Are budget and range kept, measured again independently?</li>
                <li>Does a budget of zero reproduce the clean result?</li>
                <li>Do gradients agree with finite differences, and how many are zero, not a number or saturated?</li>
                <li>Has the search converged: do twice the steps gain under 2\u202f%?</li>
                <li>Are there starts enough: do twice as many gain under 2\u202f%?</li>
                <li>Does each image suffer at least as much from the iterated attack as from one step, and from that as from random noise?</li>
                <li>Does damage grow with the budget?</li>
                <li>Does an attack bounded by the pixel range alone move each image's reconstruction 90\u202f% as far as the furthest of those of up to 1,000
                sampled images of the audited split?</li>
                <li>Does a gradient-free attack stay behind, by damage and by images broken?</li>
                <li>Do twice the posterior draws a step change the damage?</li>
                <li>Was the perturbation chosen on one noise stream and measured on another?</li>
                <li>Were several goals tried, and the worst of each image reported?</li>
                <li>Do lower bounds stay below the attacks of their kind?</li>
                <li>Does the model use its latents: active units, KL a dimension?</li>
                <li>Is the step size right: would another do more damage?</li>
                <li>Do perturbations found on a second model of the plan do more than its own?</li>
                </ol>
                <p>A check that passes shows no more than that this fault was looked for and not found.</p>
                """;
    }
}
