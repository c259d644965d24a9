package io.margrave.vae.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The density on [0, 1] that the Bernoulli's cross-entropy becomes once normalised (Loaiza-Ganem and Cunningham 2019); the
 * parameters are logits l.
 *
 * <p>log p = x l - softplus(l) + log C(l) with C(l) = l / tanh(l/2), C(0) = 2; the mean is 1/2 + coth(l/2)/2 - 1/l, which is
 * not sigmoid(l). Both lose all digits near l = 0, where their Taylor series stand in.
 */
public record ContinuousBernoulli() implements Likelihood {
    private static final long NO_REDUCTION = 0;
    /** Where |l| is below this, the series are exact to float32. */
    private static final double SERIES_BELOW = 1;
    /** log C(l) - log 2 in powers of l^2, from l^2 on. */
    private static final double[] LOG_NORMALISER = {
        1.0 / 12, -7.0 / 1440, 31.0 / 90720, -127.0 / 4838400, 73.0 / 34214400, -1414477.0 / 7846046208000.0
    };
    /** (mean - 1/2) / l in powers of l^2, from 1 on. */
    private static final double[] MEAN = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160};

    @Override
    public Tensor logProbability(Tensor images, Tensor parameters) {
        Tensor crossEntropy = torch.binary_cross_entropy_with_logits(
                parameters, images, new TensorOptional(), new TensorOptional(), NO_REDUCTION);
        return logNormaliser(parameters).sub(crossEntropy).flatten(1, -1).sum(1);
    }

    @Override
    public Tensor mean(Tensor parameters) {
        Tensor small = isSmall(parameters);
        Tensor l = safe(parameters, small);
        Tensor half = l.mul(new Scalar(0.5));
        Tensor exact = half.tanh().reciprocal().mul(new Scalar(0.5)).sub(l.reciprocal());
        Tensor s = torch.where(small, parameters, new Scalar(0.0));
        Tensor series = powers(s.square(), MEAN).mul(s);
        return torch.where(small, series, exact).add(new Scalar(0.5));
    }

    private static Tensor logNormaliser(Tensor parameters) {
        Tensor small = isSmall(parameters);
        Tensor l = safe(parameters, small);
        Tensor exact = l.div(l.mul(new Scalar(0.5)).tanh()).log();
        Tensor squared = torch.where(small, parameters, new Scalar(0.0)).square();
        Tensor series = powers(squared, LOG_NORMALISER).mul(squared).add(new Scalar(Math.log(2)));
        return torch.where(small, series, exact);
    }

    private static Tensor isSmall(Tensor parameters) {
        return parameters.abs().lt(new Scalar(SERIES_BELOW));
    }

    /** Keeps the branch that {@code where} drops away from 0/0, which would make its gradient NaN. */
    private static Tensor safe(Tensor parameters, Tensor small) {
        return torch.where(small, new Scalar(SERIES_BELOW), parameters);
    }

    /** Horner's rule. */
    private static Tensor powers(Tensor variable, double[] coefficients) {
        Tensor sum = variable.mul(new Scalar(coefficients[coefficients.length - 1]));
        for (int i = coefficients.length - 2; i > 0; i--) {
            sum = sum.add(new Scalar(coefficients[i])).mul(variable);
        }
        return sum.add(new Scalar(coefficients[0]));
    }
}
