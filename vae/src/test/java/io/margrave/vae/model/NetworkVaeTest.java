package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.network.Architecture;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try")
class NetworkVaeTest {
    @Test
    void a_reconstruction_has_the_shape_of_its_image() {
        for (ImageShape shape : new ImageShape[] {
            new ImageShape(1, 28, 28), new ImageShape(1, 64, 64), new ImageShape(3, 32, 32), new ImageShape(3, 64, 64)
        }) {
            for (Architecture architecture : new Architecture[] {Architecture.mlp(32), Architecture.conv(4, 8, 8)}) {
                try (PointerScope scope = new PointerScope()) {
                    NetworkVae vae = NetworkVae.initialised(
                            VaeSpec.untrained(shape, ValueRange.UNIT, 5, architecture, LikelihoodSpec.bernoulli()), 1);
                    Tensor images = torch.rand(3, shape.channels(), shape.height(), shape.width());
                    GaussianPosterior posterior = vae.encode(images);
                    assertThat(TensorCopies.shape(posterior.stdDev())).isEqualTo("3x5");
                    assertThat(TensorCopies.shape(vae.decode(posterior.mean()))).isEqualTo(TensorCopies.shape(images));
                }
            }
        }
    }
}
