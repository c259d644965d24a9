package io.margrave.robustness.measure;

import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.StochasticMap;
import io.margrave.vae.model.GaussianPosterior;
import org.bytedeco.pytorch.Tensor;

/**
 * The decoder alone: latents in the place of inputs, with the standard deviation that the encoder gave the anchors.
 *
 * @param clean the reconstructions around the anchors
 */
record LatentMap(Reconstruction clean) implements StochasticMap {

    @Override
    public int points() {
        return clean.points();
    }

    @Override
    public int noiseSize() {
        return clean.noiseSize();
    }

    @Override
    public Sampler at(Tensor latents) {
        GaussianPosterior posterior =
                new GaussianPosterior(latents, clean.anchor().stdDev());
        return noise -> {
            Tensor drawn = posterior.sample(noise);
            return clean.vae().decode(drawn.flatten(0, 1)).view(drawn.size(0), drawn.size(1), -1);
        };
    }

    @Override
    public Tensor reference() {
        return clean.reference();
    }

    @Override
    public LatentMap select(int[] rows) {
        return new LatentMap(clean.select(rows));
    }
}
