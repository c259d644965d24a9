package io.margrave.robustness.margin;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Noise;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.LinearGaussianMap;
import io.margrave.vae.TensorCopies;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreakSearchOracleTest {
    private static final int FEATURES = 6;
    private static final int POINTS = 20;

    /** J = b times the first latent axes of input space, A = a times orthonormal columns. */
    private static LinearGaussianMap model(int latent, double a, double sigma, double b, Tensor anchors) {
        float[][] encoder = new float[latent][FEATURES];
        float[][] decoder = new float[FEATURES + 4][latent];
        float[] stdDev = new float[latent];
        for (int i = 0; i < latent; i++) {
            encoder[i][i] = (float) b;
            decoder[i][i] = (float) a;
            stdDev[i] = (float) sigma;
        }
        return LinearGaussianMap.of(encoder, decoder, stdDev, anchors);
    }

    private static int[] numbers() {
        return IntStream.range(0, POINTS).toArray();
    }

    /** SciPy: R with ncx2.cdf((r / (a sigma))^2, k, (b R / sigma)^2) = 1/2. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1, 0.9332706",
        "1, 2, 0.5, 1, 2, 0.999960293",
        "1, 1, 0.1, 2, 0.5, 0.25",
        "2, 1, 1, 1, 2, 1.71429628",
        "3, 1, 0.5, 2, 1.5, 0.659288608",
        "5, 1, 0.3, 1, 1, 0.795552526",
    })
    void a_linear_model_breaks_just_above_its_margin(int k, double a, double sigma, double b, double r, double margin) {
        try (PointerScope scope = new PointerScope()) {
            Tensor anchors = TensorCopies.tensor(new float[POINTS * FEATURES], POINTS, FEATURES);
            LinearGaussianMap map = model(k, a, sigma, b, anchors);
            BreakSearch.Result result = BreakSearch.run(
                    map,
                    new Ball(anchors, null),
                    Criterion.leavesBall(r),
                    numbers(),
                    new Noise(1, "linear"),
                    "full/unboxed",
                    List.of(),
                    new BreakSearch.Settings(new SearchEffort(100, 8, 2), 0.001, 1_000, 20));
            // The largest ratio allowed: the norm at which P is .40 in place of one half, a verdict's price, is within
            // 15 % here.
            assertThat(result.breaks())
                    .allSatisfy(found -> assertThat(found.orElseThrow().norm()).isBetween(margin, margin * 1.2));
            System.out.println(k + " " + sigma + " r=" + r + " ratio "
                    + result.breaks().stream()
                            .mapToDouble(f -> f.orElseThrow().norm() / margin)
                            .summaryStatistics());
        }
    }
}
