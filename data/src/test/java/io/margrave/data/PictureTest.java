package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
    @TempDir
    Path folder;

    @Test
    void grey_is_read_bit_for_bit() throws IOException {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
            image.getRaster().setSample(i % 16, i / 16, 0, i);
        }
        Picture picture = Picture.read(png(image));
        assertThat(picture.channels()).isEqualTo(1);
        assertThat(picture.pixels()).isEqualTo(all);
    }

    @Test
    void sixteen_bits_are_rounded_to_eight() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(0, 0, 0, 65535);
        image.getRaster().setSample(1, 0, 0, 257 * 100 + 100);
        image.getRaster().setSample(2, 0, 0, 257 * 100 + 200);
        assertThat(Picture.read(png(image)).pixels()).containsExactly(255, 100, 101);
    }

    @Test
    void colour_is_read_plane_by_plane_and_bit_for_bit() throws IOException {
        Picture picture = Picture.read(png(noise(5, 3, 1)));
        assertThat(new int[] {picture.channels(), picture.height(), picture.width()})
                .containsExactly(3, 3, 5);
        BufferedImage image = noise(5, 3, 1);
        for (int i = 0; i < 15; i++) {
            int rgb = image.getRGB(i % 5, i / 5);
            assertThat(picture.pixels()[i]).isEqualTo((byte) (rgb >> 16));
            assertThat(picture.pixels()[15 + i]).isEqualTo((byte) (rgb >> 8));
            assertThat(picture.pixels()[30 + i]).isEqualTo((byte) rgb);
        }
    }

    @Test
    void what_is_transparent_lies_over_black() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00ffffff);
        image.setRGB(1, 0, 0x80ff0000);
        assertThat(Picture.read(png(image)).pixels()).containsExactly(0, 128, 0, 0, 0, 0);
    }

    @Test
    void palettes_are_looked_up_and_grey_ones_are_grey() throws IOException {
        byte[] ramp = {0, (byte) 85, (byte) 170, (byte) 255};
        BufferedImage grey =
                new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(2, 4, ramp, ramp, ramp));
        BufferedImage colour = new BufferedImage(
                4, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(2, 4, ramp, ramp, new byte[4]));
        for (int i = 0; i < 4; i++) {
            grey.getRaster().setSample(i, 0, 0, i);
            colour.getRaster().setSample(i, 0, 0, i);
        }
        assertThat(Picture.read(png(grey)).pixels()).isEqualTo(ramp);
        assertThat(Picture.header(png(grey)).channels()).isEqualTo(1);
        assertThat(Picture.header(png(colour)).channels()).isEqualTo(3);
        assertThat(Picture.read(png(colour)).pixels()).startsWith(ramp).endsWith(0, 0, 0, 0);
    }

    @Test
    void jpeg_is_read_nearly_and_its_header_agrees() throws IOException {
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_3BYTE_BGR}) {
            BufferedImage image = new BufferedImage(24, 16, type);
            for (int i = 0; i < 24 * 16; i++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    image.getRaster().setSample(i % 24, i / 24, band, 60 + 4 * (i % 24));
                }
            }
            Path file = write(image, "jpg");
            Picture picture = Picture.read(file);
            assertThat(Picture.header(file)).isEqualTo(new Picture.Header(picture.channels(), 16, 24));
            assertThat(picture.channels()).isEqualTo(image.getRaster().getNumBands());
            for (int i = 0; i < picture.pixels().length; i++) {
                assertThat(picture.pixels()[i] & 0xff).isCloseTo(60 + 4 * (i % 24), within(4));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void a_truncated_picture_is_refused_in_one_line(String format) throws IOException {
        Path file = write(noise(40, 40, 2), format);
        byte[] whole = Files.readAllBytes(file);
        // Decoders do without the closing marker; nothing of the picture is lost with it.
        int closing = format.equals("png") ? 16 : 4;
        for (int length = 0; length < whole.length - closing; length += Math.max(1, whole.length / 150)) {
            Files.write(file, Arrays.copyOf(whole, length));
            Throwable thrown = catchThrowable(() -> Picture.read(file));
            assertThat(thrown).as("%s of %s bytes", length, whole.length).isInstanceOf(BadInputException.class);
            assertThat(thrown.getMessage()).doesNotContain("\n").contains(file.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void a_picture_with_any_bytes_changed_is_read_or_refused_but_never_crashes(String format) throws IOException {
        Path file = write(noise(12, 12, 3), format);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(4);
        int refused = 0;
        for (int trial = 0; trial < 300; trial++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(whole.length)] = (byte) random.nextInt(256);
            Files.write(file, changed);
            Throwable thrown = catchThrowable(() -> Picture.read(file));
            if (thrown != null) {
                refused++;
                assertThat(thrown).isInstanceOf(BadInputException.class);
                assertThat(thrown.getMessage()).doesNotContain("\n");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded() throws IOException {
        byte[] bytes = Files.readAllBytes(png(noise(4, 4, 1)));
        ByteBuffer.wrap(bytes).putInt(16, 60_000).putInt(20, 60_000);
        CRC32 crc = new CRC32();
        crc.update(bytes, 12, 17);
        ByteBuffer.wrap(bytes).putInt(29, (int) crc.getValue());
        Path file = folder.resolve("huge.png");
        Files.write(file, bytes);
        assertThatThrownBy(() -> Picture.header(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("60000x60000");
    }

    @Test
    void other_files_are_refused_whatever_their_name() throws IOException {
        Path file = folder.resolve("a.png");
        Files.writeString(file, "GIF89a not a PNG");
        assertThatThrownBy(() -> Picture.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("first bytes");
        assertThatThrownBy(() -> Picture.read(folder.resolve("none.png")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void resizing_keeps_a_plain_picture_plain_and_its_own_size_as_it_is() throws IOException {
        byte[] plain = new byte[3 * 31 * 17];
        Arrays.fill(plain, (byte) 200);
        Picture picture = new Picture(3, 31, 17, plain);
        for (int side : new int[] {1, 8, 31, 100}) {
            assertThat(picture.resized(side, side).pixels())
                    .hasSize(3 * side * side)
                    .containsOnly((byte) 200);
        }
        Picture own = Picture.read(png(noise(9, 7, 1)));
        assertThat(own.resized(7, 9).pixels()).isEqualTo(own.pixels());
    }

    @Test
    void resizing_keeps_a_ramp_a_ramp_away_from_the_edges() {
        byte[] ramp = new byte[64];
        for (int i = 0; i < 64; i++) {
            ramp[i] = (byte) (3 * i);
        }
        byte[] half = new Picture(1, 1, 64, ramp).resized(1, 32).pixels();
        byte[] twice = new Picture(1, 1, 64, ramp).resized(1, 128).pixels();
        for (int i = 1; i < 31; i++) {
            assertThat(half[i] & 0xff).isCloseTo((int) Math.round(3 * (2 * i + 0.5)), within(1));
        }
        for (int i = 2; i < 126; i++) {
            assertThat(twice[i] & 0xff).isCloseTo((int) Math.round(3 * (i / 2.0 - 0.25)), within(1));
        }
    }

    @Test
    void halving_a_fine_chequerboard_leaves_grey_not_stripes() {
        byte[] board = new byte[64 * 64];
        for (int i = 0; i < board.length; i++) {
            board[i] = (byte) ((i % 64 + i / 64) % 2 == 0 ? 255 : 0);
        }
        byte[] half = new Picture(1, 64, 64, board).resized(32, 32).pixels();
        for (byte value : half) {
            assertThat(value & 0xff).isCloseTo(128, within(4));
        }
    }

    @Test
    void the_centre_of_an_odd_surplus_leans_to_the_top_left() {
        byte[] pixels = new byte[5 * 4];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        assertThat(new Picture(1, 5, 4, pixels).centre(2, 2).pixels()).containsExactly(5, 6, 9, 10);
    }

    @Test
    void a_single_picture_fills_the_models_range() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(1, 0, 0, 51);
        image.getRaster().setSample(2, 0, 0, 255);
        Path file = png(image);
        ImageShape shape = new ImageShape(1, 1, 3);
        assertThat(ImageFile.read(file, shape, ValueRange.UNIT)).containsExactly(0, 0.2f, 1);
        assertThat(ImageFile.read(file, shape, new ValueRange(-1, 1)))
                .containsExactly(new float[] {-1, -0.6f, 1}, within(1e-6f));
        assertThat(ImageFile.read(file, new ImageShape(3, 1, 3), ValueRange.UNIT))
                .containsExactly(0, 0.2f, 1, 0, 0.2f, 1, 0, 0.2f, 1);
        assertThatThrownBy(() -> ImageFile.read(file, new ImageShape(1, 3, 1), ValueRange.UNIT))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("want one image of 1x3x1")
                .hasMessageContaining("got 1x1x3");
        assertThatThrownBy(() -> ImageFile.read(write(noise(3, 1, 1), "png"), shape, ValueRange.UNIT))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("got 3x1x3");
    }

    @Test
    void a_single_tensor_is_taken_exactly() {
        Path file = folder.resolve("a.safetensors");
        float[] values = {0.1f, -0.25f, 1.5f, 0};
        ImageShape shape = new ImageShape(1, 2, 2);
        for (long[] sides : new long[][] {{1, 2, 2}, {1, 1, 2, 2}, {2, 2}, {4}}) {
            Safetensors.write(file, Map.of("image", TensorData.of(values, sides)), Map.of());
            assertThat(ImageFile.read(file, shape, ValueRange.UNIT)).isEqualTo(values);
        }
        Safetensors.write(file, Map.of("image", TensorData.of(values, 4, 1)), Map.of());
        assertRefused(file, shape, "shape [4, 1]");
        Safetensors.write(file, Map.of("a", TensorData.of(values, 2, 2), "b", TensorData.of(values, 2, 2)), Map.of());
        assertRefused(file, shape, "2 tensors");
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Safetensors.write(file, Map.of("a", TensorData.of(new float[] {0, odd, 0, 0}, 2, 2)), Map.of());
            assertRefused(file, shape, "finite pixels");
        }
    }

    private static void assertRefused(Path file, ImageShape shape, String what) {
        assertThatThrownBy(() -> ImageFile.read(file, shape, ValueRange.UNIT))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains(what)
                .doesNotContain("\n");
    }

    private Path png(BufferedImage image) throws IOException {
        return write(image, "png");
    }

    private Path write(BufferedImage image, String format) throws IOException {
        return write(image, Files.createTempFile(folder, "picture", "." + format));
    }

    static Path write(BufferedImage image, Path file) throws IOException {
        String name = file.getFileName().toString();
        assertThat(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()))
                .isTrue();
        return file;
    }

    /** Colour noise that depends on the seed alone. */
    static BufferedImage noise(int width, int height, long seed) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        return image;
    }

    @Test
    void a_name_tells_what_may_be_a_picture() {
        assertThat(Picture.isNamedAsPicture(Path.of("x/a.PNG"))).isTrue();
        assertThat(Picture.isNamedAsPicture(Path.of("a.jpeg"))).isTrue();
        assertThat(Picture.isNamedAsPicture(Path.of("._a.jpg"))).isFalse();
        assertThat(Picture.isNamedAsPicture(Path.of("a.txt"))).isFalse();
    }
}
