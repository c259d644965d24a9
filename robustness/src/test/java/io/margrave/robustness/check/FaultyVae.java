package io.margrave.robustness.check;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Likelihood;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Prior;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A good model whose posterior something was done to.
 *
 * @param vae the good one
 * @param spec what it says of itself
 * @param fault what
 */
record FaultyVae(Vae vae, VaeSpec spec, UnaryOperator<GaussianPosterior> fault) implements Vae {

    FaultyVae(Vae vae, UnaryOperator<GaussianPosterior> fault) {
        this(vae, vae.spec(), fault);
    }

    /** No fault: an autoencoder without noise. */
    static Vae deterministic(Vae vae) {
        return new FaultyVae(
                vae,
                new Deterministic(vae.spec()),
                posterior -> new GaussianPosterior(
                        posterior.mean(), posterior.stdDev().mul(new Scalar(0))));
    }

    /** The same, without noise. */
    private record Deterministic(VaeSpec spec) implements VaeSpec {
        @Override
        public ImageShape shape() {
            return spec.shape();
        }

        @Override
        public ValueRange range() {
            return spec.range();
        }

        @Override
        public int latent() {
            return spec.latent();
        }

        @Override
        public Prior prior() {
            return spec.prior();
        }

        @Override
        public PosteriorFamily posterior() {
            return PosteriorFamily.DETERMINISTIC;
        }

        @Override
        public LikelihoodSpec.Family family() {
            return spec.family();
        }
    }

    /** Eight levels a latent unit, as of an encoder in integers: its gradient is zero wherever there is one. */
    static Vae quantised(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        levels(posterior.mean(), 2),
                        levels(posterior.stdDev(), 16).clamp_min(new Scalar(0.0625))));
    }

    private static Tensor levels(Tensor values, double perUnit) {
        return values.mul(new Scalar(perUnit)).round().div(new Scalar(perUnit));
    }

    /** Squashed so hard that next to nothing of a gradient passes. */
    static Vae saturated(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        posterior.mean().mul(new Scalar(40)).tanh().mul(new Scalar(1.5)),
                        posterior
                                .stdDev()
                                .log()
                                .mul(new Scalar(40))
                                .tanh()
                                .mul(new Scalar(0.1))
                                .add(new Scalar(0.3))));
    }

    /** Both parameters without their graph, as of an encoder that was exported under {@code no_grad}. */
    static Vae cut(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        posterior.mean().detach(), posterior.stdDev().detach()));
    }

    /** The mean passes on a tenth of its gradient. */
    static Vae partlyCut(Vae vae) {
        return new FaultyVae(vae, posterior -> {
            Tensor mean = posterior.mean();
            return new GaussianPosterior(
                    mean.mul(new Scalar(0.1)).add(mean.detach().mul(new Scalar(0.9))), posterior.stdDev());
        });
    }

    /** Other means at each call, as of dropout that was left on. */
    static Vae noisy(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        posterior.mean().add(torch.randn_like(posterior.mean()).mul(new Scalar(0.1))),
                        posterior.stdDev()));
    }

    /** No fault: a posterior so wide that its noise alone moves reconstructions far. */
    static Vae wide(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        posterior.mean(), torch.ones_like(posterior.stdDev()).mul(new Scalar(50))));
    }

    /** One posterior for all inputs, nearly. */
    static Vae collapsed(Vae vae) {
        return new FaultyVae(
                vae,
                posterior -> new GaussianPosterior(
                        posterior.mean().mul(new Scalar(1e-3)),
                        torch.ones_like(posterior.stdDev()).mul(new Scalar(0.1))));
    }

    @Override
    public GaussianPosterior encode(Tensor images) {
        return fault.apply(vae.encode(images));
    }

    @Override
    public Tensor decodeParameters(Tensor latents) {
        return vae.decodeParameters(latents);
    }

    @Override
    public Likelihood likelihood() {
        return vae.likelihood();
    }
}
