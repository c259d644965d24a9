package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.AttackExhibit;
import io.margrave.results.AttackSpec.Method;
import io.margrave.results.RunResults;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class AttackGridTest {
    private static AttackGrid grid(RunResults results, String attack) {
        return AttackGrid.of(results).stream()
                .filter(grid -> grid.spec().name().equals(attack))
                .findFirst()
                .orElseThrow();
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_targeted_attack_has_its_target_beside_and_latents_have_no_attacked_input() {
        RunResults results = SampleRun.run().points(30).suite(2).results();
        assertThat(grid(results, "latent-kl").columns())
                .containsExactly(
                        "original",
                        "target",
                        "adversarial input",
                        "distortion",
                        "reconstruction",
                        "attacked reconstruction");
        assertThat(grid(results, "damage").columns())
                .containsExactly(
                        "original", "adversarial input", "distortion", "reconstruction", "attacked reconstruction");
        assertThat(grid(results, "latents").columns())
                .containsExactly("original", "reconstruction", "attacked reconstruction");
        for (AttackGrid grid : AttackGrid.of(results)) {
            for (AttackGrid.Row row : grid.rows()) {
                assertThat(grid.pictures(row)).hasSameSizeAs(grid.columns()).doesNotContainNull();
                assertThat(grid.notes(row)).hasSameSizeAs(grid.columns());
            }
        }
    }

    @Test
    void rows_go_from_the_most_to_the_least_damaged_and_say_their_rank_among_all() {
        RunResults results = SampleRun.run().points(60).suite(1).results();
        AttackGrid grid = grid(results, "damage");
        List<AttackExhibit> own = results.attackExhibits().stream()
                .filter(each -> each.row().model().equals(grid.model())
                        && each.row().finding().attack().equals("damage"))
                .toList();
        assertThat(own).hasSizeGreaterThan(AttackGrid.ROWS);
        assertThat(grid.rows()).hasSize(AttackGrid.ROWS);
        assertThat(grid.rows().stream().map(AttackGrid.Row::rank).toList())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(grid.largestDamage())
                .isEqualTo(own.stream()
                        .mapToDouble(each -> each.row().finding().damage())
                        .max()
                        .orElseThrow());
        for (AttackGrid.Row row : grid.rows()) {
            long more = results.attacks().stream()
                    .filter(each -> each.model().equals(grid.model())
                            && each.finding().attack().equals("damage")
                            && each.finding().damage()
                                    > row.exhibit().row().finding().damage())
                    .count();
            assertThat(row.rank()).isEqualTo(more + 1);
            assertThat(row.of()).isEqualTo(60);
        }
    }

    @Test
    void norms_beneath_are_those_of_the_pictures() {
        AttackGrid grid = grid(SampleRun.run().points(30).suite(1).results(), "damage");
        AttackGrid.Row row = grid.rows().get(0);
        double square = 0;
        double largest = 0;
        for (int i = 0; i < row.exhibit().input().length; i++) {
            double difference = row.exhibit().perturbed()[i] - row.exhibit().input()[i];
            square += difference * difference;
            largest = Math.max(largest, Math.abs(difference));
        }
        assertThat(grid.notes(row).get(1).get(0))
                .isEqualTo("L2 " + Text.number(Math.sqrt(square)) + ", L\u221e " + Text.number(largest));
        assertThat(grid.notes(row).get(2)).containsExactly("scale \u00b1" + Text.number(largest));
    }

    @Test
    void a_drawing_stands_alone_and_hostile_names_stay_text() throws Exception {
        String hostile = "</svg><script>alert(1)</script>\u0000\uD800'\"&";
        RunResults results = SampleRun.run()
                .models(Map.of(hostile, 1.0))
                .points(12)
                .coloured()
                .suite(List.of(SampleSuite.spec(hostile.replace("/", ""), "latent-kl", Method.ADAM, 1.2, 1)))
                .results();
        for (AttackGrid grid : AttackGrid.of(results)) {
            Document svg = parsed(GridFiles.svg(grid));
            assertThat(svg.getElementsByTagName("script").getLength()).isZero();
            assertThat(svg.getDocumentElement().getTextContent()).contains("</svg><script>alert(1)</script>");
            var images = svg.getElementsByTagName("image");
            assertThat(images.getLength()).isEqualTo(6 * grid.rows().size());
            for (int i = 0; i < images.getLength(); i++) {
                assertThat(((Element) images.item(i)).getAttribute("xlink:href"))
                        .startsWith("data:image/png;base64,");
            }
            assertThat(grid.id()).matches("attacked-[0-9]{2,}-[a-z0-9-]+");
        }
    }

    @Test
    void pictures_alone_are_the_values_enlarged_by_a_whole_factor() throws Exception {
        AttackGrid grid = grid(SampleRun.run().points(30).suite(1).results(), "damage");
        BufferedImage read =
                ImageIO.read(new ByteArrayInputStream(GridFiles.png(grid).png()));
        // 28 pixels go four times into 120; a gap of 12 goes round each picture.
        assertThat(read.getWidth()).isEqualTo(12 + 5 * (4 * 28 + 12));
        assertThat(read.getHeight()).isEqualTo(12 + 4 * (4 * 28 + 12));
        assertThat(read.getRGB(5, 5) & 0xFFFFFF).isEqualTo(0xFFFFFF);
        AttackExhibit second = grid.rows().get(1).exhibit();
        for (int pixel : new int[] {0, 14 * 28 + 9, 27 * 28 + 27}) {
            int want = Math.round(255 * second.input()[pixel]);
            int got = read.getRGB(12 + 4 * (pixel % 28) + 3, 12 + (4 * 28 + 12) + 4 * (pixel / 28)) & 255;
            assertThat(got).isEqualTo(want);
        }
    }

    @Test
    void any_size_of_image_is_drawn(@TempDir Path folder) throws Exception {
        for (List<Integer> shape : List.of(List.of(1, 1, 1), List.of(3, 200, 40), List.of(2, 7, 300))) {
            RunResults results = SampleRun.run().points(6).suite(1).shape(shape).results();
            List<Path> files = GridFiles.write(results, folder);
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.size(file)).isPositive());
            assertThat(new AttackGridSection(results).html()).contains("<img src=\"data:image/png;base64,");
        }
    }

    @Test
    void grids_lie_beside_the_figures(@TempDir Path folder) {
        RunResults full = SampleRun.run().points(2).suite(1).results();
        RunResults pictures = new RunResults(
                full.plan(),
                full.info(),
                full.models(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                full.attackExhibits(),
                List.of());
        FigureFiles.Written written = FigureFiles.write(pictures, folder);
        assertThat(written.failures()).isEmpty();
        assertThat(written.files())
                .hasSize(2 * AttackGrid.of(pictures).size())
                .allSatisfy(file -> assertThat(file).exists());
    }

    @Test
    void a_shrunk_picture_has_the_mean_of_each_block() {
        Picture picture = Picture.image(new int[] {1, 3, 4}, new float[] {0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, 0, 1);
        Picture half = picture.shrunk(2);
        assertThat(half.width()).isEqualTo(2);
        assertThat(half.height()).isEqualTo(2);
        assertThat(half.samples()).containsExactly(128, 128, 128, 0, 0, 0, 255, 255, 255, 0, 0, 0);
        assertThat(picture.shrunk(4)).isSameAs(picture);
    }

    @Test
    void models_and_attacks_of_like_names_have_files_of_their_own() {
        RunResults results = SampleRun.run()
                .models(Map.of("a/b", 1.0, "a b", 2.0))
                .points(12)
                .suite(List.of(
                        SampleSuite.spec("x!", "max-damage", Method.ADAM, 1, 0),
                        SampleSuite.spec("x?", "max-damage", Method.ADAM, 1, 0)))
                .results();
        assertThat(AttackGrid.of(results).stream().map(AttackGrid::id))
                .hasSize(4)
                .doesNotHaveDuplicates();
    }
}
