package io.margrave.robustness.jacobian;

import io.margrave.results.EncoderNorms;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.GaussianPosterior;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The exact Jacobian J = d mu / d x of each input, its norms and the inputs' most effective directions.
 *
 * @param norms one a point; NaN where J is not finite
 * @param spectralDirections unit top right singular vectors of J, {@code [points, features]}; zero where J is
 * @param whitenedDirections the same of diag(1/sigma) J; of J itself where the encoder is deterministic: sigma is 0 there, and
 *     the whitened norm infinite
 * @param searchDirections where a search of small breaks may start: unit right singular vectors of D J, the strongest first, each
 *     followed by its opposite, where D is the decoder's change from g(mu - e_k) to g(mu + e_k), a column a latent dimension: what
 *     moves the reconstruction most, over steps as large as the prior is wide. Empty unless asked for
 */
public record EncoderJacobian(
        List<EncoderNorms> norms, Tensor spectralDirections, Tensor whitenedDirections, List<Tensor> searchDirections) {

    private static final int PULL_BACKS = 4;
    /** Values of J held at once; larger batches are cut. */
    private static final long MOST_VALUES = 1L << 22;

    /**
     * One forward pass and one backward pass a latent dimension.
     *
     * <p>The Gram matrices are formed and decomposed in double precision: a relative error of 1e-7 of the largest singular
     * value, far below the bounds' Monte Carlo error.
     *
     * @param vae the model
     * @param inputs {@code [points, features]}
     */
    public static EncoderJacobian of(Vae vae, Tensor inputs) {
        return of(Encoder.of(vae), null, inputs);
    }

    /**
     * The same of any encoder; without directions to search along.
     *
     * @param encoder what is differentiated
     * @param inputs {@code [points, features]}
     */
    public static EncoderJacobian of(Encoder encoder, Tensor inputs) {
        return of(encoder, null, inputs);
    }

    /**
     * The same with directions to search along.
     *
     * @param vae the model
     * @param searched the form of the model that searches run through: its decoder is looked at
     * @param inputs {@code [points, features]}
     */
    public static EncoderJacobian withSearchDirections(Vae vae, Vae searched, Tensor inputs) {
        return of(Encoder.of(vae), searched, inputs);
    }

    /**
     * What maps inputs to posteriors.
     *
     * @param encode from flat inputs, {@code [points, features]}; differentiable in them
     * @param latent dimension, greater than zero
     * @param posterior its family: where it is deterministic sigma is 0
     */
    public record Encoder(Function<Tensor, GaussianPosterior> encode, int latent, PosteriorFamily posterior) {
        static Encoder of(Vae vae) {
            return new Encoder(
                    inputs -> vae.encode(Reconstruction.asImages(vae, inputs)),
                    vae.spec().latent(),
                    vae.spec().posterior());
        }
    }

    private static EncoderJacobian of(Encoder encoder, @Nullable Vae searched, Tensor inputs) {
        long points = inputs.size(0);
        long features = inputs.size(1);
        long block = Math.max(1, MOST_VALUES / Math.max(1, features * encoder.latent()));
        boolean deterministic = encoder.posterior() == PosteriorFamily.DETERMINISTIC;
        List<EncoderNorms> norms = new ArrayList<>();
        Tensor spectral = torch.zeros_like(inputs);
        Tensor whitened = torch.zeros_like(inputs);
        int pullBacks = searched == null ? 0 : Math.min(PULL_BACKS, encoder.latent());
        List<Tensor> pulled = IntStream.range(0, pullBacks)
                .mapToObj(k -> torch.zeros_like(inputs))
                .toList();
        for (long first = 0; first < points; first += block) {
            long count = Math.min(block, points - first);
            try (PointerScope scope = new PointerScope();
                    Tape tape = Tape.open()) {
                Tensor x = inputs.narrow(0, first, count).detach().clone();
                x.set_requires_grad(true);
                GaussianPosterior posterior = encoder.encode().apply(x);
                Tensor jacobian = rows(tape, posterior.mean(), x);
                Tensor stdDev = posterior.stdDev().detach().toType(torch.ScalarType.Double);
                Tensor gram = jacobian.bmm(jacobian.transpose(1, 2));
                Top plain = Top.of(torch.ones_like(stdDev), gram, jacobian);
                Top scaled = deterministic ? plain : Top.of(stdDev.reciprocal(), gram, jacobian);
                double[] frobenius =
                        TensorCopies.doubles(gram.diagonal(0, 1, 2).sum(1).sqrt());
                double[] smallest = TensorCopies.doubles(stdDev.amin(new long[] {1}, false));
                double[] plainNorms = TensorCopies.doubles(plain.norms());
                double[] scaledNorms = TensorCopies.doubles(scaled.norms());
                for (int i = 0; i < count; i++) {
                    double whitenedNorm = deterministic ? Double.POSITIVE_INFINITY : scaledNorms[i];
                    norms.add(new EncoderNorms(smallest[i], frobenius[i], plainNorms[i], whitenedNorm));
                }
                spectral.narrow(0, first, count).copy_(plain.directions());
                whitened.narrow(0, first, count).copy_(scaled.directions());
                if (searched != null) {
                    List<Tensor> strongest =
                            pullBacks(searched, posterior.mean().detach(), gram, jacobian, pullBacks);
                    for (int k = 0; k < pullBacks; k++) {
                        pulled.get(k).narrow(0, first, count).copy_(strongest.get(k));
                    }
                }
            }
        }
        List<Tensor> directions = pulled.stream()
                .flatMap(direction -> Stream.of(direction, direction.neg()))
                .toList();
        return new EncoderJacobian(List.copyOf(norms), spectral, whitened, directions);
    }

    /** With B^2 the Gram matrix of D and G that of J, the right singular vectors of D J are those of B J, and its Gram is B G B. */
    private static List<Tensor> pullBacks(Vae vae, Tensor mean, Tensor gram, Tensor jacobian, int count) {
        try (NoGradGuard guard = new NoGradGuard()) {
            long latent = mean.size(1);
            Tensor change = changes(vae, mean);
            Tensor root = root(finite(change.bmm(change.transpose(1, 2)).toType(torch.ScalarType.Double)));
            T_TensorTensor_T decomposed =
                    torch.linalg_eigh(finite(root.bmm(gram).bmm(root)));
            List<Tensor> directions = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                Tensor left = decomposed.get1().select(2, latent - 1 - k);
                Tensor right = combined(root.bmm(left.unsqueeze(2)).squeeze(2), jacobian);
                Tensor length =
                        torch.linalg_vector_norm(right, new Scalar(2), new long[] {1}, true, new ScalarTypeOptional());
                directions.add(right.div(length.clamp_min(new Scalar(1e-300))).nan_to_num());
            }
            return directions;
        }
    }

    /** g(mu + e_k) - g(mu - e_k), {@code [points, latent, outputs]}; decoded a dimension at a time, to bound the memory. */
    private static Tensor changes(Vae vae, Tensor mean) {
        long latent = mean.size(1);
        Tensor axes = torch.eye(latent);
        Tensor all = torch.empty(mean.size(0), latent, vae.spec().shape().size());
        for (long k = 0; k < latent; k++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor apart = axes.select(0, k);
                Tensor above = vae.decode(mean.add(apart));
                Tensor below = vae.decode(mean.sub(apart));
                all.select(1, k).copy_(above.sub(below).flatten(1, -1));
            }
        }
        return all;
    }

    /** The symmetric square root. */
    private static Tensor root(Tensor gram) {
        T_TensorTensor_T decomposed = torch.linalg_eigh(gram);
        Tensor vectors = decomposed.get1();
        Tensor roots = decomposed.get0().clamp_min(new Scalar(0)).sqrt();
        return vectors.mul(roots.unsqueeze(1)).bmm(vectors.transpose(1, 2));
    }

    /** Zero where a matrix isn't finite: it would fail the decomposition of the whole batch. */
    private static Tensor finite(Tensor matrices) {
        Tensor finite = matrices.flatten(1, -1).isfinite().all(1);
        return torch.where(finite.unsqueeze(1).unsqueeze(2), matrices, torch.zeros_like(matrices));
    }

    /** J, {@code [points, latent, features]}, in double precision. */
    private static Tensor rows(Tape tape, Tensor mean, Tensor inputs) {
        long latent = mean.size(1);
        Tensor jacobian = torch.empty(
                new long[] {inputs.size(0), latent, inputs.size(1)},
                new TensorOptions(torch.ScalarType.Double),
                new MemoryFormatOptional());
        for (long k = 0; k < latent; k++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor row = tape.gradient(mean.select(1, k).sum(), inputs);
                jacobian.select(1, k).copy_(row);
            }
        }
        return jacobian;
    }

    /** Each point's rows of J, weighted and summed: {@code [points, features]} of {@code [points, latent]}. */
    private static Tensor combined(Tensor weights, Tensor jacobian) {
        return weights.unsqueeze(1).bmm(jacobian).squeeze(1);
    }

    /**
     * The largest singular values of diag(s) J and their right vectors.
     *
     * @param norms {@code [points]}
     * @param directions {@code [points, features]}
     */
    private record Top(Tensor norms, Tensor directions) {
        /**
         * From the Gram matrix of J, formed once: that of diag(s) J is diag(s) G diag(s).
         *
         * @param scales s, {@code [points, latent]}
         */
        static Top of(Tensor scales, Tensor gram, Tensor jacobian) {
            Tensor scaled = gram.mul(scales.unsqueeze(1)).mul(scales.unsqueeze(2));
            // A matrix that isn't finite would fail the decomposition of the whole batch; its norm is NaN.
            Tensor finite = scaled.flatten(1, -1).isfinite().all(1);
            T_TensorTensor_T decomposed = torch.linalg_eigh(finite(scaled));
            long last = gram.size(1) - 1;
            Tensor norm = torch.where(
                    finite,
                    decomposed.get0().select(1, last).clamp_min(new Scalar(0)).sqrt(),
                    new Scalar(Double.NaN));
            Tensor right = combined(decomposed.get1().select(2, last).mul(scales), jacobian);
            return new Top(norm, right.div(norm.clamp_min(new Scalar(1e-300)).unsqueeze(1)));
        }
    }
}
