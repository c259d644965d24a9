package io.margrave.vae.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.inspection.Inspection;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.network.Layer.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScriptExportTest {
    private static final ImageShape SHAPE = new ImageShape(2, 9, 9);

    @TempDir
    private Path folder;

    private static NetworkSpec spec(ValueRange range, Architecture architecture, LikelihoodSpec likelihood) {
        return NetworkSpec.untrained(SHAPE, range, 3, architecture, likelihood);
    }

    static Stream<NetworkSpec> specs() {
        ValueRange wide = new ValueRange(-1, 2);
        Stream<NetworkSpec> activations = Stream.of(Activation.values())
                .map(activation -> spec(
                        ValueRange.UNIT, new Architecture.Mlp(List.of(7, 5), activation), LikelihoodSpec.bernoulli()));
        Stream<NetworkSpec> others = Stream.of(
                spec(ValueRange.UNIT, Architecture.conv(4, 6), LikelihoodSpec.continuousBernoulli()),
                spec(wide, Architecture.conv(4, 6), LikelihoodSpec.gaussian(0.3)),
                spec(wide, Architecture.mlp(), LikelihoodSpec.gaussianWithLearnedScale(0.2)),
                spec(
                        wide,
                        Architecture.mlp(6),
                        new LikelihoodSpec(LikelihoodSpec.Family.GAUSSIAN, 0.5, false, LikelihoodSpec.Link.IDENTITY)));
        Stream<NetworkSpec> variants = Stream.of(
                spec(ValueRange.UNIT, Architecture.mlp(6), LikelihoodSpec.bernoulli())
                        .withPosterior(PosteriorFamily.GAUSSIAN, 0.3),
                spec(ValueRange.UNIT, Architecture.conv(4, 6), LikelihoodSpec.bernoulli())
                        .withPosterior(PosteriorFamily.DETERMINISTIC, 0));
        return Stream.concat(Stream.concat(activations, others), variants);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void what_is_exported_and_imported_is_the_same_model(NetworkSpec spec) {
        NetworkVae vae = NetworkVae.initialised(spec, 4);
        ScriptExport.write(folder, vae, "test");
        Vae back = ModelFolder.read(folder);
        assertThat(back.spec().shape()).isEqualTo(spec.shape());
        assertThat(back.spec().range()).isEqualTo(spec.range());
        assertThat(back.spec().family()).isEqualTo(spec.family());
        assertThat(back.spec().posterior()).isEqualTo(spec.posterior());
        assertThat(ModelFolder.kind(folder)).isEqualTo(ModelKind.reconstructing(spec.posterior()));
        assertThat(ModelFolder.card(folder, "m").architecture())
                .startsWith("imported " + spec.architecture().phrase());
        float[] values = new float[6 * SHAPE.size()];
        new Noise(1, "export").stream(0, "images", 0).gaussians(values, 0, values.length);
        for (int i = 0; i < values.length; i++) {
            float low = spec.range().low();
            values[i] = Math.min(spec.range().high(), Math.max(low, low + Math.abs(values[i])));
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor images = TensorCopies.images(values, SHAPE);
            GaussianPosterior posterior = vae.encode(images);
            GaussianPosterior again = back.encode(images);
            close(again.mean(), posterior.mean());
            close(again.stdDev(), posterior.stdDev());
            Tensor latents = posterior.mean();
            close(back.decode(latents), vae.decode(latents));
            double[] here =
                    TensorCopies.doubles(vae.likelihood().logProbability(images, vae.decodeParameters(latents)));
            double[] there =
                    TensorCopies.doubles(back.likelihood().logProbability(images, back.decodeParameters(latents)));
            for (int i = 0; i < here.length; i++) {
                assertThat(there[i]).isCloseTo(here[i], within(1e-5 * Math.max(1, Math.abs(here[i]))));
            }
        }
        ModelReference reference = Objects.requireNonNull(ModelReference.read(folder, back.spec()));
        assertThat(Inspection.of(back, reference, null, new int[0], 0).usable()).isTrue();
    }

    private static void close(Tensor got, Tensor wanted) {
        float[] values = TensorCopies.floats(got);
        float[] others = TensorCopies.floats(wanted);
        assertThat(values).hasSameSizeAs(others);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(others[i], within(1e-6f * Math.max(1, Math.abs(others[i]))));
        }
    }
}
