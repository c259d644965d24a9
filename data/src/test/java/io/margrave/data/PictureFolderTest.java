package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
    @TempDir
    Path folder;

    @Test
    void class_folders_give_labels_and_a_fixed_cut_gives_splits() throws IOException {
        for (int i = 0; i < 36; i++) {
            colour(folder.resolve(i % 3 == 0 ? "cat" : "ant").resolve(String.format("p%02d.png", i)), 8, 8, i);
        }
        Files.writeString(folder.resolve("notes.txt"), "not a picture");

        DataSplits data = open(null, false);

        assertThat(data.test().size()).isEqualTo(6);
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(data.train().size()).isEqualTo(28);
        assertThat(data.test().classNames()).containsExactly("ant", "cat");
        assertThat(data.test().shape()).isEqualTo(new ImageShape(3, 8, 8));
        Set<List<Float>> seen = new HashSet<>();
        int cats = 0;
        for (ImageSet set : List.of(data.train(), data.validation(), data.test())) {
            for (int i = 0; i < set.size(); i++) {
                seen.add(boxed(set.image(i)));
                cats += set.label(i);
            }
        }
        assertThat(seen).hasSize(36);
        assertThat(cats).isEqualTo(12);
        assertThat(open(null, false).test().checksum()).isEqualTo(data.test().checksum());
        assertThat(open(null, false).test().checksum())
                .isNotEqualTo(data.train().checksum());
    }

    @Test
    void train_and_test_folders_are_kept_as_they_are() throws IOException {
        Path root = folder.resolve("images");
        for (int i = 0; i < 13; i++) {
            colour(root.resolve("train").resolve("t" + i + ".png"), 8, 8, i);
        }
        colour(root.resolve("test").resolve("b.png"), 8, 8, 101);
        colour(root.resolve("test").resolve("a.png"), 8, 8, 100);

        DataSplits data = open(null, false);

        assertThat(data.train().size()).isEqualTo(12);
        assertThat(data.validation().size()).isEqualTo(1);
        assertThat(data.test().size()).isEqualTo(2);
        assertThat(data.test().label(0)).isEqualTo(-1);
        assertThat(data.test().classNames()).isEmpty();
        int first = PictureTest.noise(8, 8, 100).getRGB(0, 0);
        assertThat(data.test().image(0)[0]).isEqualTo(((first >> 16) & 0xff) / 255f);

        colour(root.resolve("val").resolve("v.png"), 8, 8, 200);
        DataSplits given = open(null, false);
        assertThat(given.train().size()).isEqualTo(13);
        assertThat(given.validation().size()).isEqualTo(1);
    }

    @Test
    void pictures_are_cut_and_resized_when_asked() throws IOException {
        for (int i = 0; i < 6; i++) {
            colour(folder.resolve("p" + i + ".png"), 20 + i, 12, i);
        }
        assertRefused(null, false, "want pictures of one size, got");
        assertRefused(8, false, "want square pictures to resize to 8x8, got");
        assertThat(open(8, true).train().shape()).isEqualTo(new ImageShape(3, 8, 8));
        assertThat(open(8, true).train().image(0)).hasSize(192);
        ImageSet cut = open(null, true).train();
        assertThat(cut.shape()).isEqualTo(new ImageShape(3, 12, 12));
        Picture whole = Picture.read(folder.resolve("p0.png"));
        List<float[]> all = new ArrayList<>();
        DataSplits splits = open(null, true);
        for (ImageSet set : List.of(splits.train(), splits.validation(), splits.test())) {
            IntStream.range(0, set.size()).forEach(i -> all.add(set.image(i)));
        }
        float[] expected = new float[432];
        byte[] centre = whole.centre(12, 12).pixels();
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (centre[i] & 0xff) / 255f;
        }
        assertThat(all).anyMatch(image -> Arrays.equals(image, expected));
    }

    @Test
    void grey_among_colour_becomes_colour_and_grey_alone_stays_grey() throws IOException {
        for (int i = 0; i < 6; i++) {
            BufferedImage grey = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
            grey.getRaster().setSample(0, 0, 0, 10 * i);
            PictureTest.write(grey, folder.resolve("g" + i + ".png"));
        }
        assertThat(open(null, false).train().shape().channels()).isEqualTo(1);
        colour(folder.resolve("c.png"), 4, 4, 1);
        DataSplits mixed = open(null, false);
        assertThat(mixed.train().shape().channels()).isEqualTo(3);
        IntStream.range(0, mixed.train().size())
                .forEach(i -> assertThat(mixed.train().image(i)).hasSize(48));
    }

    @Test
    void several_threads_read_the_same_images() throws IOException {
        for (int i = 0; i < 30; i++) {
            colour(folder.resolve("p" + i + ".png"), 8, 8, i);
        }
        ImageSet shared = open(null, false).train();
        ImageSet alone = open(null, false).train();
        List<List<Float>> expected = IntStream.range(0, alone.size())
                .mapToObj(i -> boxed(alone.image(i)))
                .toList();
        IntStream.range(0, 2_000).parallel().forEach(k -> {
            int i = k % shared.size();
            assertThat(boxed(shared.image(i))).isEqualTo(expected.get(i));
        });
    }

    @Test
    void a_folder_without_pictures_and_no_folder_are_refused() throws IOException {
        assertRefused(null, false, "found none");
        Files.writeString(folder.resolve("a.png"), "no picture");
        Files.writeString(folder.resolve("b.png"), "no picture");
        assertRefused(null, false, "at least 3");
        Files.writeString(folder.resolve("c.png"), "no picture");
        assertRefused(null, false, "want a PNG or JPEG picture");
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("images", folder.resolve("none"))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("--data-dir");
    }

    @Test
    void celeba_is_read_in_its_published_layout() throws IOException {
        Path root = celeba(folder.resolve("celeba"), "000001.jpg 0\n000002.jpg 0\n000003.jpg 1\n000004.jpg 2\n");
        DataSplits data = Datasets.open(DataRequest.of("celeba", folder));
        assertThat(data.train().size()).isEqualTo(2);
        assertThat(data.validation().size()).isEqualTo(1);
        assertThat(data.test().size()).isEqualTo(1);
        assertThat(data.test().shape()).isEqualTo(new ImageShape(3, 64, 64));
        assertThat(data.test().image(0)).hasSize(3 * 64 * 64);
        assertThat(data.test().label(0)).isEqualTo(-1);
        Picture first = Picture.read(root.resolve("img_align_celeba/000004.jpg"));
        byte[] expected = first.centre(148, 148).resized(64, 64).pixels();
        assertThat(data.test().image(0)[777]).isEqualTo((expected[777] & 0xff) / 255f);
        assertThat(Datasets.open(new DataRequest("celeba", root, 32, false))
                        .train()
                        .shape())
                .isEqualTo(new ImageShape(3, 32, 32));
    }

    @Test
    void a_bad_partition_list_is_refused_in_one_line() throws IOException {
        for (String[] bad : new String[][] {
            {"000001.jpg 0\n000002.jpg 3\n", "line 2"},
            {"../secret.jpg 0\n", "line 1"},
            {"000001.jpg 0\n000001.jpg 1\n", "again in line 2"},
            {"000001.jpg 0\n000009.jpg 1\n", "000009.jpg is missing"},
            {"000001.jpg 0\n000002.jpg 1\n", "got none in 2"},
        }) {
            celeba(folder, bad[0]);
            assertThatThrownBy(() -> Datasets.open(DataRequest.of("celeba", folder)))
                    .isInstanceOf(BadInputException.class)
                    .message()
                    .contains(bad[1])
                    .doesNotContain("\n");
        }
        Files.delete(folder.resolve("list_eval_partition.txt"));
        assertThatThrownBy(() -> Datasets.open(DataRequest.of("celeba", folder)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("list_eval_partition.txt");
    }

    private static Path celeba(Path root, String list) throws IOException {
        for (int i = 1; i <= 4; i++) {
            Path file = root.resolve("img_align_celeba").resolve(String.format("%06d.jpg", i));
            Files.createDirectories(file.getParent());
            PictureTest.write(PictureTest.noise(178, 218, i), file);
        }
        Files.writeString(root.resolve("list_eval_partition.txt"), list);
        return root;
    }

    private void assertRefused(Integer size, boolean crop, String what) {
        assertThatThrownBy(() -> open(size, crop))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains(what)
                .doesNotContain("\n");
    }

    private DataSplits open(Integer size, boolean crop) {
        return Datasets.open(new DataRequest("images", folder, size, crop));
    }

    private static void colour(Path file, int width, int height, long seed) throws IOException {
        Files.createDirectories(file.getParent());
        PictureTest.write(PictureTest.noise(width, height, seed), file);
    }

    private static List<Float> boxed(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }
}
