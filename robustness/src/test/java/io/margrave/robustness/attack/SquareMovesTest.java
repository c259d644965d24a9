package io.margrave.robustness.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.results.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SquareMovesTest {
    private static final ImageShape SHAPE = new ImageShape(2, 28, 28);

    private static Noise.Stream stream(int number) {
        return new Noise(4, "squares").stream(number, "moves", 0);
    }

    /** 28 = 5 x 5 + 3: a grid of five by five, one pixel from the top. Of five rows, two go up and three down, or the other way. */
    @Test
    void an_l2_search_starts_from_blobs_of_two_halves_of_opposite_sign_and_one_length() {
        float[] first = new SquareMoves(Norm.L2, SHAPE).first(1, stream(0));
        int sideways = 0;
        for (int top = 1; top < 26; top += 5) {
            for (int left = 1; left < 26; left += 5) {
                sideways += Math.signum(at(first, top, left)) == Math.signum(at(first, top + 4, left)) ? 1 : 0;
                boolean turned = Math.signum(at(first, top, left)) == Math.signum(at(first, top + 4, left));
                double[] squares = new double[2];
                for (int i = 0; i < 5; i++) {
                    for (int j = 0; j < 5; j++) {
                        int half = (turned ? j : i) < 2 ? 0 : 1;
                        float value = at(first, top + i, left + j);
                        assertThat(value * at(first, top, left) > 0).isEqualTo(half == 0);
                        squares[half] += value * value;
                    }
                }
                assertThat(squares).containsExactly(new double[] {1, 1}, within(1e-5));
            }
        }
        assertThat(sideways).isBetween(5, 20);
        for (int j = 0; j < 28; j++) {
            assertThat(at(first, 0, j)).isZero();
            assertThat(at(first, 27, j)).isZero();
        }
    }

    /** Of the first of five by five blobs, three by five of the lower half: levels 1 + 1/4 + 1/9, 1/4 + 1/9, 1/9 around the middle. */
    @Test
    void a_half_sums_up_one_over_squares_from_its_middle_out() {
        for (int number = 0; number < 10; number++) {
            float[] first = new SquareMoves(Norm.L2, new ImageShape(1, 25, 25)).first(1, stream(number));
            boolean turned = Math.signum(first[0]) == Math.signum(first[4 * 25]);
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 5; j++) {
                    double level = Math.max(Math.abs(i - 1), Math.abs(j - 2)) == 0
                            ? 1 + 1 / 4.0 + 1 / 9.0
                            : Math.max(Math.abs(i - 1), Math.abs(j - 2)) == 1 ? 1 / 4.0 + 1 / 9.0 : 1 / 9.0;
                    double middle = turned ? first[2 * 25 + 3] : first[3 * 25 + 2];
                    double value = turned ? first[j * 25 + 2 + i] : first[(2 + i) * 25 + j];
                    assertThat(value / middle).isCloseTo(level / (1 + 1 / 4.0 + 1 / 9.0), within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Norm.class,
            names = {"L1", "L2"})
    void a_window_is_never_too_small_for_a_blob(Norm norm) {
        SquareMoves moves = new SquareMoves(norm, SHAPE);
        for (int number = 0; number < 50; number++) {
            float[] next = moves.within(1, new float[SHAPE.size()], moves.share(1), stream(number));
            int changed = 0;
            for (float value : next) {
                changed += value == 0 ? 0 : 1;
            }
            assertThat(changed).isEqualTo(2 * 9);
        }
    }

    private static float at(float[] moves, int row, int column) {
        return moves[row * 28 + column];
    }
}
