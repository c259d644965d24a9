package io.margrave.robustness.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackOutcome;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.Margin;
import io.margrave.results.PointAudit;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import io.margrave.results.Side;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probabilities, bounds and likelihoods of a VAE in closed form, through the code that audits use. */
class LinearVaeTest {
    private static final float[] INPUT = {0.2f, 0.3f, 0.5f, 0.1f};
    /** Moves the mean by 0.6 and the log-variance from -2 to -1.2. */
    private static final float[] PERTURBED = {0.5f, 0.3f, 0.9f, 0.1f};

    private static final double R = 1;
    private static final int DRAWS = 40_000;

    /** sigma at log-variance -2 and -1.2, as the posterior bounds it (NumPy). */
    private static final double SIGMA = 0.3678188821423413;

    /**
     * SciPy: ncx2.cdf((r / (1.5 sigma))**2, 2, (0.6 / sigma)**2), with sigma(x+delta) for FULL and VARIANCE and sigma(x) for MEAN;
     * without a move chi2.cdf((r / (1.5 sigma))**2, 2).
     */
    @ParameterizedTest
    @CsvSource({
        "MEAN_AND_VARIANCE, 0.34671665304970617",
        "MEAN, 0.44812801568020144",
        "VARIANCE, 0.5220994174786466",
    })
    void p_is_the_noncentral_chi_squares_whatever_follows(Follows follows, double p) {
        try (PointerScope scope = new PointerScope()) {
            Vae vae = LinearVae.open();
            Tensor anchor = Rows.stacked(List.of(INPUT));
            Proportion measured = RobustnessEstimator.within(
                    Reconstruction.of(vae, anchor, follows),
                    Rows.stacked(List.of(PERTURBED)),
                    Criterion.leavesBall(R),
                    new PointNoise(new Noise(1, "linear"), new int[] {0}, "test", 0),
                    DRAWS)[0];
            assertThat(measured.lower(1e-4)).isLessThan(p);
            assertThat(measured.upper(1e-4)).isGreaterThan(p);
        }
    }

    @Test
    void a_pair_is_judged_by_its_own_probability() {
        PairCheck check = PairCheck.of(LinearVae.open(), INPUT, PERTURBED, R, DRAWS, 1e-4, 3);
        assertThat(check.norm()).isCloseTo(0.5, within(1e-7));
        assertThat(check.within().lower(1e-4)).isLessThan(0.34671665304970617);
        assertThat(check.within().upper(1e-4)).isGreaterThan(0.34671665304970617);
        // SciPy: 1.5 sigma sqrt(ncx2.ppf(.5, 2, (.6 / sigma)**2)) with sigma(x+delta)
        assertThat(check.smallestR().low()).isLessThan(1.261502627209568);
        assertThat(check.smallestR().high()).isGreaterThan(1.261502627209568);
        assertThat(check.smallestR().high() - check.smallestR().low()).isLessThan(0.1);
    }

    private static ImageSet images() {
        return ArrayImageSet.of(
                "linear/test", LinearVae.SHAPE, ValueRange.UNIT, INPUT.clone(), new int[] {0}, List.of("only"));
    }

    /** One image, audited with an attack of this radius. */
    private static PointAudit audited(double attackRadius) {
        AuditPlan d = AuditPlan.defaults();
        AuditPlan plan = new AuditPlan(
                List.of("linear"),
                "linear",
                null,
                null,
                "test",
                1,
                Radii.of(List.of(R)),
                0.001,
                DRAWS,
                1_000,
                true,
                false,
                attackRadius,
                d.attack(),
                d.search(),
                0,
                0,
                1);
        List<PointAudit> audits = new ArrayList<>();
        AuditExecutor.run(
                plan,
                Map.of("linear", LinearVae.open()),
                images(),
                new int[] {0},
                Set.<AuditTask>of(),
                1,
                (task, seconds, found) -> audits.addAll(found),
                Progress.Listener.none());
        return audits.get(0);
    }

    @Test
    void an_audits_bounds_are_the_closed_form_ones() {
        PointAudit audit = audited(0);
        // J = 2 I on the first two pixels: |J|_F = sqrt(8), |J|_2 = 2, |W|_2 = 2 / sigma.
        assertThat(audit.encoder().minStdDev()).isCloseTo(SIGMA, within(1e-6));
        assertThat(audit.encoder().frobenius()).isCloseTo(Math.sqrt(8), within(1e-6));
        assertThat(audit.encoder().spectral()).isCloseTo(2, within(1e-6));
        assertThat(audit.encoder().whitened()).isCloseTo(2 / SIGMA, within(1e-5));
        // Phi^-1(.8065145967319316) = .86512 (SciPy); the lower confidence bound costs about .02 of it.
        double whitened = bound(audit, "whitened");
        assertThat(whitened).isBetween((0.86512 - 0.05) * SIGMA / 2, 0.86512 * SIGMA / 2);
        assertThat(bound(audit, "spectral")).isCloseTo(whitened, within(1e-6));
        assertThat(bound(audit, "frobenius")).isCloseTo(whitened / Math.sqrt(2), within(1e-6));
    }

    private static double bound(PointAudit audit, String method) {
        return audit.radii().get(0).margins().stream()
                .filter(margin -> margin.side() == Side.LOWER && margin.method().equals(method))
                .mapToDouble(Margin::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void likelihoods_of_clean_and_attacked_inputs_are_the_gaussian_densities() {
        AttackOutcome outcome = Objects.requireNonNull(audited(0.3).attack());
        assertThat(outcome.logLikClean()).isCloseTo(logDensity(INPUT), within(1e-4));
        assertThat(outcome.logLikAttacked()).isCloseTo(logDensity(outcome.perturbed()), within(1e-4));
        assertThat(outcome.reconstruction()[0]).isCloseTo(3 * outcome.perturbed()[0], within(1e-5f));
    }

    /** log N(INPUT; g(mu(x')), SCALE^2 I), g(mu(x')) = (3 x0', 3 x1', 0, 0). */
    private static double logDensity(float[] encoded) {
        double[] mean = {3.0 * encoded[0], 3.0 * encoded[1], 0, 0};
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            double standardised = (INPUT[i] - mean[i]) / LinearVae.SCALE;
            sum += -0.5 * standardised * standardised - Math.log(LinearVae.SCALE) - 0.5 * Math.log(2 * Math.PI);
        }
        return sum;
    }

    @Test
    void a_model_that_overflows_is_named_with_the_image() {
        float[] huge = {Float.MAX_VALUE, 0, 0, 0};
        ImageSet images = new Overflowing(images(), huge);
        assertThatThrownBy(() -> AuditExecutor.run(
                        AuditPlan.defaults().resolved(1, SearchEffort.FLOAT32).withModels(List.of("linear")),
                        Map.of("linear", LinearVae.open()),
                        images,
                        new int[] {0},
                        Set.<AuditTask>of(),
                        1,
                        (task, seconds, audits) -> {},
                        Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("model linear")
                .hasMessageContaining("image 0 of linear/test");
    }

    @Test
    void a_pair_check_refuses_such_a_model_too() {
        float[] huge = {Float.MAX_VALUE, 0, 0, 0};
        assertThatThrownBy(() -> PairCheck.of(LinearVae.open(), INPUT, huge, R, 50, 0.01, 0))
                .isInstanceOf(BadInputException.class);
    }

    /** An image no float32 network survives. */
    private record Overflowing(ImageSet like, float[] values) implements ImageSet {
        @Override
        public String name() {
            return like.name();
        }

        @Override
        public ImageShape shape() {
            return like.shape();
        }

        @Override
        public ValueRange range() {
            return like.range();
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void read(int index, float[] destination, int offset) {
            System.arraycopy(values, 0, destination, offset, values.length);
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public List<String> classNames() {
            return like.classNames();
        }

        @Override
        public String checksum() {
            return "none";
        }
    }
}
