package io.margrave.robustness.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogisticRegressionTest {

    /** Ninety rows of three values and a label of three. */
    private record Rows(float[][] values, int[] labels) {
        static Rows read() throws IOException {
            try (InputStream file = LogisticRegressionTest.class.getResourceAsStream("/probe/logistic.csv")) {
                List<String[]> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .skip(1)
                        .map(line -> line.split(",", -1))
                        .toList();
                float[][] values = new float[lines.size()][3];
                int[] labels = new int[lines.size()];
                for (int i = 0; i < labels.length; i++) {
                    for (int j = 0; j < 3; j++) {
                        values[i][j] = Float.parseFloat(lines.get(i)[j]);
                    }
                    labels[i] = Integer.parseInt(lines.get(i)[3]);
                }
                return new Rows(values, labels);
            }
        }
    }

    /** scikit-learn 1.9.1: {@code LogisticRegression(C=1.0, tol=1e-12).fit(z, label)}, its {@code coef_} and {@code intercept_}. */
    private static final double[][] COEFFICIENTS = {
        {0.6342219709429451, -0.030258561807496226, -0.36134762156084144},
        {-0.6296713398916071, 1.5375142912874598, 0.06660376865629793},
        {-0.0045506310513399335, -1.507255729479964, 0.2947438529045438},
    };

    private static final double[] INTERCEPTS = {-1.064525354273986, 1.0724073654758817, -0.00788211110189784};

    @Test
    void coefficients_are_scikit_learns() throws IOException {
        Rows rows = Rows.read();
        LogisticRegression fitted = LogisticRegression.fit(rows.values(), rows.labels(), 3);
        for (int c = 0; c < 3; c++) {
            for (int j = 0; j < 3; j++) {
                assertThat(fitted.weights()[j][c]).isCloseTo(COEFFICIENTS[c][j], within(1e-5));
            }
            assertThat(fitted.intercepts()[c]).isCloseTo(INTERCEPTS[c], within(1e-5));
        }
        assertThat(right(fitted, rows)).isEqualTo(66);
    }

    private static int right(LogisticRegression fitted, Rows rows) {
        int right = 0;
        for (int i = 0; i < rows.labels().length; i++) {
            double[] logits = fitted.intercepts().clone();
            for (int j = 0; j < 3; j++) {
                for (int c = 0; c < 3; c++) {
                    logits[c] += fitted.weights()[j][c] * rows.values()[i][j];
                }
            }
            int best = 0;
            for (int c = 1; c < 3; c++) {
                best = logits[c] > logits[best] ? c : best;
            }
            right += best == rows.labels()[i] ? 1 : 0;
        }
        return right;
    }

    /** The optimum's condition: the mean gradient of the loss is the penalty's. In latents of any size. */
    @ParameterizedTest
    @CsvSource({"1e-3", "1", "300"})
    void the_gradient_vanishes_whatever_the_scale_of_the_latents(float scale) throws IOException {
        Rows rows = Rows.read();
        float[][] scaled = new float[rows.values().length][3];
        for (int i = 0; i < scaled.length; i++) {
            for (int j = 0; j < 3; j++) {
                scaled[i][j] = scale * rows.values()[i][j];
            }
        }
        LogisticRegression fitted = LogisticRegression.fit(scaled, rows.labels(), 3);
        double[][] slope = new double[3][3];
        for (int i = 0; i < scaled.length; i++) {
            double[] p = fitted.intercepts().clone();
            double total = 0;
            for (int c = 0; c < 3; c++) {
                for (int j = 0; j < 3; j++) {
                    p[c] += fitted.weights()[j][c] * scaled[i][j];
                }
                p[c] = Math.exp(p[c]);
                total += p[c];
            }
            for (int c = 0; c < 3; c++) {
                for (int j = 0; j < 3; j++) {
                    slope[j][c] += (p[c] / total - (rows.labels()[i] == c ? 1 : 0)) * scaled[i][j] / scale;
                }
            }
        }
        for (int j = 0; j < 3; j++) {
            for (int c = 0; c < 3; c++) {
                assertThat(slope[j][c] + fitted.weights()[j][c] / scale).isCloseTo(0, within(1e-3));
            }
        }
    }
}
