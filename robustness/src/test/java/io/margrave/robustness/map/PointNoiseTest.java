package io.margrave.robustness.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.data.Noise;
import io.margrave.vae.TensorCopies;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PointNoiseTest {
    private static final int[] POINTS = {3, 8, 5};
    private static final int SIZE = 2;

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void free() {
        scope.close();
    }

    private static PointNoise noise() {
        return new PointNoise(new Noise(1, "noise"), POINTS, "pairs", 0);
    }

    /** {@code [points][draws * size]} */
    private static float[][] next(PointNoise noise, int draws) {
        return Rows.arrays(noise.next(draws, SIZE));
    }

    @Test
    void every_draw_of_mirrored_noise_is_followed_by_its_opposite() {
        float[][] plain = next(noise(), 3);
        float[][] mirrored = next(noise().mirrored(), 6);
        for (int i = 0; i < POINTS.length; i++) {
            for (int k = 0; k < 3 * SIZE; k++) {
                int at = k / SIZE * 2 * SIZE + k % SIZE;
                assertThat(mirrored[i][at]).isEqualTo(plain[i][k]);
                assertThat(mirrored[i][at + SIZE]).isEqualTo(-plain[i][k]);
            }
        }
    }

    @Test
    void however_draws_are_cut_into_blocks_they_are_the_same() {
        float[][] whole = next(noise().mirrored(), 11);
        for (int[] blocks : new int[][] {{1, 1, 1, 8}, {2, 3, 6}, {3, 2, 5, 1}, {5, 6}, {10, 1}}) {
            PointNoise noise = noise().mirrored();
            int done = 0;
            for (int block : blocks) {
                float[] part = TensorCopies.floats(noise.next(block, SIZE));
                for (int i = 0; i < POINTS.length; i++) {
                    for (int k = 0; k < block * SIZE; k++) {
                        assertThat(part[i * block * SIZE + k]).isEqualTo(whole[i][done * SIZE + k]);
                    }
                }
                done += block;
            }
        }
    }

    @Test
    void points_that_go_on_alone_keep_their_pairs() {
        float[][] whole = next(noise().mirrored(), 5);
        PointNoise noise = noise().mirrored();
        next(noise, 3);
        float[][] rest = next(noise.select(new int[] {2, 0}), 2);
        for (int k = 0; k < 2 * SIZE; k++) {
            assertThat(rest[0][k]).isEqualTo(whole[2][3 * SIZE + k]);
            assertThat(rest[1][k]).isEqualTo(whole[0][3 * SIZE + k]);
        }
    }
}
