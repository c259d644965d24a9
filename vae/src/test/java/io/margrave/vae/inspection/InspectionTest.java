package io.margrave.vae.inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Check;
import io.margrave.results.Check.Outcome;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.PosteriorFamily;
import io.margrave.vae.model.Prior;
import io.margrave.vae.model.ScriptSpec;
import io.margrave.vae.model.TorchScriptVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.torchscript.ScriptModule;
import io.margrave.vae.torchscript.ScriptSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On models whose only fault is the one that is to be found. */
class InspectionTest {
    private static final ImageShape SHAPE = new ImageShape(1, 3, 3);
    private static final String GOOD_ENCODER = "(h, torch.mul(h, 0.1))";
    private static final String GOOD_DECODER =
            "torch.unflatten(torch.sigmoid(torch.linear(x, self.out)), 1, [1, 3, 3])";

    @TempDir
    private Path folder;

    private Vae vae(String encoder, String type, String decoder) {
        return vae(encoder, type, decoder, ScriptSpec.Spread.LOG_VARIANCE);
    }

    /** {@code h} is a smooth encoding to two latents; {@code x} what the decoder takes. */
    private Vae vae(String encoder, String type, String decoder, ScriptSpec.Spread spread) {
        try (PointerScope scope = new PointerScope()) {
            float[] in = new float[2 * 9];
            float[] out = new float[9 * 2];
            Noise noise = new Noise(3, "weights");
            noise.stream(0, "in", 0).gaussians(in, 0, in.length);
            noise.stream(0, "out", 0).gaussians(out, 0, out.length);
            new ScriptSource(
                            "Encoder",
                            "def forward(self, x: Tensor) -> " + type
                                    + ":\n    h = torch.tanh(torch.linear(torch.flatten(x, 1), self.into))\n    return "
                                    + encoder + "\n",
                            Map.of("into", TensorCopies.tensor(in, 2, 9)))
                    .save(folder.resolve("encoder.pt"));
            new ScriptSource(
                            "Decoder",
                            "def forward(self, x: Tensor) -> Tensor:\n    return " + decoder + "\n",
                            Map.of("out", TensorCopies.tensor(out, 9, 2)))
                    .save(folder.resolve("decoder.pt"));
        }
        boolean deterministic = spread == ScriptSpec.Spread.NONE;
        ScriptSpec spec = new ScriptSpec(
                SHAPE,
                ValueRange.UNIT,
                2,
                Prior.STANDARD_NORMAL,
                deterministic ? PosteriorFamily.DETERMINISTIC : PosteriorFamily.GAUSSIAN,
                new ScriptSpec.Encoder(false, spread, List.of()),
                new ScriptSpec.Decoder(false, ScriptSpec.Gives.MEAN, List.of()),
                null,
                LikelihoodSpec.Family.BERNOULLI,
                null,
                Map.of(),
                Map.of());
        return new TorchScriptVae(
                spec, ScriptModule.load(folder.resolve("encoder.pt")), ScriptModule.load(folder.resolve("decoder.pt")));
    }

    private static List<Check> failures(Vae vae) {
        return Inspection.of(vae, null, null, new int[0], 0).checks().stream()
                .filter(check -> check.outcome() == Outcome.FAIL)
                .toList();
    }

    @Test
    void a_model_without_a_fault_is_usable() {
        Inspection found =
                Inspection.of(vae(GOOD_ENCODER, "Tuple[Tensor, Tensor]", GOOD_DECODER), null, null, new int[0], 0);
        assertThat(found.usable()).isTrue();
        assertThat(found.quality()).isNull();
        assertThat(found.checks())
                .filteredOn(check -> check.outcome() != Outcome.PASS)
                .extracting(Check::name)
                .containsExactly("reference");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(torch.sub(h, torch.mean(h, [0], True)), h)         | batch independence      | batch normalisation",
                "(torch.add(h, torch.flip(h, [0])), h)               | batch independence      | depends on the other rows",
                "(torch.add(h, torch.randn_like(h)), h)              | determinism             | does the encoder sample",
                "(torch.div(h, torch.mul(h, 0.0)), h)                | numbers                 | posterior means are not finite",
                "(h, torch.mul(torch.add(torch.abs(h), 1.0), 1000.0))| numbers                 | standard deviations are not finite",
                "(h.detach(), h)                                     | gradient of the encoder | there is no gradient",
                "(torch.round(torch.mul(h, 5.0)), h)                 | gradient of the encoder | is zero for every probe",
                "(torch.add(h, torch.mul(torch.sub(h, h.detach()), 4.0)), h) | gradient of the encoder | not the derivative",
            })
    void a_fault_of_an_encoder_is_found_and_named(String encoder, String name, String evidence) {
        assertThat(failures(vae(encoder, "Tuple[Tensor, Tensor]", GOOD_DECODER)))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.name()).isEqualTo(name);
                    assertThat(check.evidence()).contains(evidence).doesNotContain("\n");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(h, h, h)                       | Tuple[Tensor, Tensor, Tensor] | got 3: several stochastic layers",
                "h                               | Tensor                        | want 2 outputs, as model.yaml says, got 1",
                "(torch.argmax(h, 1), h)         | Tuple[Tensor, Tensor]         | got Long: discrete latents",
                "(torch.unsqueeze(h, 2), h)      | Tuple[Tensor, Tensor]         | want an output of 8x2 for 8 inputs, got 8x2x1",
                "(h, (h, h))                     | Tuple[Tensor, Tuple[Tensor, Tensor]] | want tensors, got for output 2 a Tuple",
                "(h, torch.reshape(h, [8, 2]))   | Tuple[Tensor, Tensor]         | encoder.pt on an input of 1x1x3x3 fails",
            })
    void an_encoder_of_another_kind_is_refused_in_one_line(String encoder, String type, String message) {
        Vae vae = vae(encoder, type, GOOD_DECODER);
        assertThatThrownBy(() -> failures(vae))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .satisfies(thrown -> assertThat(thrown.getMessage().lines()).hasSize(1));
    }

    @Test
    void sigma_that_does_not_follow_the_image_is_a_warning() {
        Inspection found = Inspection.of(
                vae("(h, torch.mul(torch.ones_like(h), -2.0))", "Tuple[Tensor, Tensor]", GOOD_DECODER),
                null,
                null,
                new int[0],
                0);
        assertThat(found.usable()).isTrue();
        assertThat(found.checks())
                .filteredOn(check -> check.name().equals("sigma"))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.outcome()).isEqualTo(Outcome.WARN);
                    assertThat(check.evidence()).contains("the same for every image");
                });
    }

    @Test
    void a_negative_standard_deviation_is_found() {
        assertThat(failures(
                        vae(GOOD_ENCODER, "Tuple[Tensor, Tensor]", GOOD_DECODER, ScriptSpec.Spread.STANDARD_DEVIATION)))
                .singleElement()
                .satisfies(check -> assertThat(check.evidence()).contains("sigma is not greater than zero"));
    }

    @Test
    void a_decoder_that_ignores_its_latents_has_no_gradient() {
        assertThat(failures(vae(
                        GOOD_ENCODER,
                        "Tuple[Tensor, Tensor]",
                        "torch.unflatten(torch.sigmoid(torch.linear(torch.zeros_like(x), self.out)), 1, [1, 3, 3])")))
                .singleElement()
                .satisfies(check -> assertThat(check.name()).isEqualTo("gradient of the decoder"));
    }

    @Test
    void an_interval_of_a_mean_is_two_standard_errors_each_way() {
        Estimate estimate = Estimate.of(new double[] {1, 2, 3, 4});
        assertThat(estimate.mean()).isEqualTo(2.5);
        double error = 1.959963984540054 * Math.sqrt(5.0 / 3 / 4);
        assertThat(estimate.high()).isCloseTo(2.5 + error, within(1e-12));
        assertThat(estimate.low()).isCloseTo(2.5 - error, within(1e-12));
        assertThat(Estimate.of(new double[] {7})).isEqualTo(new Estimate(7, 7, 7));
    }
}
