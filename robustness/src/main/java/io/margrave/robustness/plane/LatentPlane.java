package io.margrave.robustness.plane;

import io.margrave.results.experiment.Slice;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Rows;
import io.margrave.theory.MarginBounds;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Latents around mu(x), in units of sigma(x), and how far from g(mu(x)) each is decoded. */
final class LatentPlane {
    private static final int SIDE = 61;
    /** Standard deviations that are always shown. */
    private static final double EXTENT = 4;
    /** Latents that are decoded at once. */
    private static final int BLOCK = 256;
    /** Standard deviations from mu(x) at which differences are taken: small, and still far above single precision. */
    private static final double STEP = 0.1;

    private LatentPlane() {}

    static Slice of(Subject subject, double pLower) {
        // |W| = 1: latents are measured in standard deviations here.
        double halfSpace = MarginBounds.whitened(pLower, 1);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Vae vae = subject.vae();
            GaussianPosterior posterior = encoded(vae, subject.input());
            GaussianPosterior moved = encoded(vae, subject.perturbed());
            Tensor reference = vae.decode(posterior.mean()).flatten(1, -1);
            double[] step = TensorCopies.doubles(
                    moved.mean().sub(posterior.mean()).div(posterior.stdDev()).squeeze(0));
            double length = Axes.norm(step);
            Axes axes = Axes.of(step, fastest(vae, posterior, step), subject.stream("latent/axis"));
            List<Double> axis = Grid.axis(SIDE, Math.max(EXTENT, length + 1));
            double attacked = distances(vae, moved.mean(), reference)[0] / subject.r();
            return new Slice(
                    Slice.Kind.LATENT,
                    subject.model(),
                    subject.point(),
                    subject.r(),
                    axis,
                    field(subject, posterior, reference, axes, axis),
                    List.of(new Slice.Mark(length, 0, attacked <= 1)),
                    List.of(new Slice.Length("half_space", halfSpace)));
        }
    }

    private static GaussianPosterior encoded(Vae vae, float[] input) {
        return vae.encode(Reconstruction.asImages(vae, Rows.stacked(List.of(input))));
    }

    /** |g(z) - g(mu(x))|, one a latent. */
    private static double[] distances(Vae vae, Tensor latents, Tensor reference) {
        Tensor outputs = vae.decode(latents).flatten(1, -1).unsqueeze(0);
        return TensorCopies.doubles(Criterion.leavesBall(0).excess(outputs, reference));
    }

    private static List<Double> field(
            Subject subject, GaussianPosterior posterior, Tensor reference, Axes axes, List<Double> axis) {
        int side = axis.size();
        Double[] field = new Double[side * side];
        float[] origin = new float[axes.first().length];
        for (int first = 0; first < field.length; first += BLOCK) {
            List<float[]> steps = new ArrayList<>();
            for (int cell = first; cell < Math.min(field.length, first + BLOCK); cell++) {
                steps.add(axes.at(origin, axis.get(cell % side), axis.get(cell / side)));
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor latents = posterior.mean().add(posterior.stdDev().mul(Rows.stacked(steps)));
                double[] distances = distances(subject.vae(), latents, reference);
                for (int i = 0; i < distances.length; i++) {
                    field[first + i] = distances[i] / subject.r();
                }
            }
        }
        return List.of(field);
    }

    /**
     * The top right singular vector of what the decoder's whitened Jacobian diag(sigma) dg/dz, by central differences, does across
     * the first axis.
     */
    private static double[] fastest(Vae vae, GaussianPosterior posterior, double[] step) {
        int latent = step.length;
        Tensor steps = torch.eye(latent).mul(posterior.stdDev()).mul(new Scalar(STEP));
        Tensor above = vae.decode(posterior.mean().add(steps)).flatten(1, -1);
        Tensor below = vae.decode(posterior.mean().sub(steps)).flatten(1, -1);
        Tensor jacobian = above.sub(below).toType(torch.ScalarType.Double);
        double square = Axes.norm(step) * Axes.norm(step);
        if (square > 0) {
            Tensor along = TensorCopies.tensor(step, latent, 1);
            Tensor projection = along.matmul(along.transpose(0, 1)).div(new Scalar(square));
            jacobian = jacobian.sub(projection.matmul(jacobian));
        }
        if (!jacobian.isfinite().all().item_bool()) {
            double[] none = new double[latent];
            Arrays.fill(none, Double.NaN);
            return none;
        }
        return TensorCopies.doubles(torch.linalg_svd(jacobian, false, new StringViewOptional())
                .get0()
                .select(1, 0));
    }
}
