package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureTest {
    @Test
    void another_decoder_reads_the_very_pixels_back() throws Exception {
        byte[] samples = new byte[3 * 5 * 4];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (i * 37);
        }
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.encode(5, 4, samples)));
        assertThat(read.getWidth()).isEqualTo(5);
        assertThat(read.getHeight()).isEqualTo(4);
        for (int i = 0; i < 20; i++) {
            int want = (samples[3 * i] & 255) << 16 | (samples[3 * i + 1] & 255) << 8 | (samples[3 * i + 2] & 255);
            assertThat(read.getRGB(i % 5, i / 5) & 0xFFFFFF).isEqualTo(want);
        }
    }

    @Test
    void black_is_the_low_end_of_the_range_and_white_the_high_one() {
        Picture picture = Picture.image(new int[] {1, 1, 3}, new float[] {-1, 0, 1}, -1, 1);
        assertThat(picture.samples()).containsExactly(0, 0, 0, 128, 128, 128, 255, 255, 255);
    }

    @Test
    void three_channels_are_red_green_and_blue_plane_by_plane() {
        Picture picture = Picture.image(new int[] {3, 1, 2}, new float[] {1, 0, 0, 1, 0, 0}, 0, 1);
        assertThat(picture.samples()).containsExactly(255, 0, 0, 0, 255, 0);
    }

    @Test
    void a_difference_is_blue_below_zero_white_at_it_and_vermilion_above() {
        Picture picture = Picture.difference(new int[] {1, 1, 3}, new float[] {-0.2f, 0, 0.2f}, 0.2f);
        assertThat(picture.samples()).containsExactly(0, 0x72, 0xB2, 255, 255, 255, 0xD5, 0x5E, 0);
    }

    @Test
    void an_unchanged_colour_channel_is_grey() {
        Picture picture = Picture.difference(new int[] {3, 1, 1}, new float[] {-1, 0, 1}, 1);
        assertThat(picture.samples()).containsExactly(0, 128, 255);
    }

    @Test
    void a_data_uri_holds_a_png() {
        String uri = Picture.image(new int[] {1, 2, 2}, new float[4], 0, 1).dataUri();
        assertThat(uri).startsWith("data:image/png;base64,");
        assertThat(Base64.getDecoder().decode(uri.substring(22))).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void values_that_do_not_fill_the_shape_are_refused() {
        assertThatThrownBy(() -> Picture.image(new int[] {1, 2, 2}, new float[5], 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5");
    }
}
