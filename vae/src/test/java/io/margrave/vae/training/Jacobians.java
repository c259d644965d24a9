package io.margrave.vae.training;

import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The encoder's Jacobian in full, one backward pass a latent: what projections estimate. */
final class Jacobians {
    private Jacobians() {}

    /** |J|_F^2 of each image. */
    @SuppressWarnings("try")
    static List<Double> exact(Learner learner, float[] images, boolean inDouble) {
        List<Double> norms = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            Tensor input = TensorCopies.images(images, learner.shape());
            Tensor leaf = inDouble ? input.toType(torch.ScalarType.Double) : input;
            leaf.set_requires_grad(true);
            Tensor mean = learner.encode(leaf).mean();
            for (int k = 0; k < learner.latent(); k++) {
                Tensor row = torch.grad(
                                new TensorVector(mean.select(1, k).sum()),
                                new TensorVector(leaf),
                                new TensorVector(),
                                new BoolOptional(true),
                                false,
                                false)
                        .get(0);
                double[] squares =
                        TensorCopies.doubles(row.square().flatten(1, -1).sum(1));
                for (int i = 0; i < squares.length; i++) {
                    if (k == 0) {
                        norms.add(squares[i]);
                    } else {
                        norms.set(i, norms.get(i) + squares[i]);
                    }
                }
            }
        }
        return norms;
    }
}
