package io.margrave.robustness.check;

import io.margrave.theory.Proportion;
import io.margrave.vae.model.Vae;

/**
 * 16: perturbations made on another model of the run do no more damage than those made on this one.
 *
 * <p>FAIL where they do over 2 % more on average, beyond measurement noise, for then this model's own gradients mislead; WARN where
 * they do over 2 % more at more than a twentieth of the points. Else PASS. A run of one model has no such check.
 */
record TransferCheck() implements Examination {
    /** Share of points with more damage that is let pass. */
    static final double POINTS = 0.05;

    @Override
    public int number() {
        return 16;
    }

    @Override
    public String name() {
        return "transfer does not win";
    }

    @Override
    public boolean quick() {
        return false;
    }

    @Override
    public boolean applies(CheckScene scene) {
        Vae peer = scene.evaluation().peer();
        return peer != null
                && peer.spec().shape().equals(scene.evaluation().vae().spec().shape());
    }

    @Override
    public Ruling examine(CheckScene scene) {
        Vae peer = scene.evaluation().peer();
        if (peer == null) {
            throw new IllegalStateException("want another model");
        }
        Reached transferred = scene.transferredFrom(peer);
        Gain gain = Gain.of(scene.base(), transferred);
        Proportion ahead = new Proportion(gain.pointsAbove(Gain.SLIGHT), transferred.points());
        return new Ruling(
                Ruling.of(gain.exceeds(Gain.SLIGHT), ahead.estimate() > POINTS),
                "Perturbations made on another model do " + gain.text() + " than those made on this one, over "
                        + Figures.percent(Gain.SLIGHT) + " more at " + Figures.share(ahead) + ".");
    }
}
