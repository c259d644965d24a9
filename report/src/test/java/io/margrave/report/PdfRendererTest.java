package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.report.SvgRenderer.FailedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PdfRendererTest {
    private static final PdfRenderer PDF = new PdfRenderer();

    private static String svg(String content) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"400\" height=\"200\""
                + " viewBox=\"0 0 400 200\" font-family=\"Helvetica, Arial, sans-serif\">" + content + "</svg>";
    }

    private static String pdf(String content, double inches) throws FailedException {
        return new String(PDF.render(svg(content), inches), StandardCharsets.ISO_8859_1);
    }

    @Test
    void the_font_is_inside_and_symbols_have_letters_of_their_own() throws Exception {
        assertThat(pdf("<text x=\"10\" y=\"20\" font-size=\"12\">\u03b2, \u03c3 \u2264 1 \u2212 \u221e</text>", 3.3))
                .startsWith("%PDF-1.")
                .contains("LiberationSans", "/FontFile2", "/Identity-H")
                .doesNotContain("/Type1", "/Subtype /Image");
        assertThat(pdf("<text x=\"10\" y=\"20\" font-weight=\"bold\">B</text>", 3.3))
                .contains("LiberationSans-Bold");
    }

    @Test
    void a_drawing_is_as_wide_as_was_asked_but_never_enlarged() throws Exception {
        assertThat(pdf("<rect width=\"10\" height=\"10\"/>", 3.3))
                .containsPattern("MediaBox \\[0 0 23[78](\\.\\d+)? 11[89]");
        assertThat(pdf("<rect width=\"10\" height=\"10\"/>", 33)).containsPattern("MediaBox \\[0 0 300(\\.0+)? 150");
    }

    @Test
    void a_thousand_transparent_points_are_small() throws Exception {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            points.append("<path transform=\"translate(" + i * 0.4 + "," + i * 0.2
                    + ")\" d=\"M2.5,0A2.5,2.5,0,1,1,-2.5,0A2.5,2.5,0,1,1,2.5,0\" fill=\"#0072B2\" opacity=\"0.65\"/>");
        }
        assertThat(PDF.render(svg(points.toString()), 3.3)).hasSizeLessThan(100_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<image xlink:href=\"file:///etc/passwd\" width=\"9\" height=\"9\"/>",
                "<image href=\"http://127.0.0.1:9/x.png\" width=\"9\" height=\"9\"/>",
                "<use xlink:href=\"other.svg#a\"/>",
                "<rect fill=\"url(http://127.0.0.1:9/a.svg#b)\" width=\"9\" height=\"9\"/>",
                "<rect style=\"fill: url('file:///a.svg#b')\" width=\"9\" height=\"9\"/>",
                "<script>1</script>",
                "<style>@import 'http://127.0.0.1:9/';</style>",
            })
    void a_drawing_that_names_something_outside_is_refused(String content) {
        assertThatThrownBy(() -> PDF.render(svg(content), 3.3))
                .isInstanceOf(FailedException.class)
                .hasMessageStartingWith("want a drawing");
    }

    @Test
    void entities_are_refused_and_so_is_what_is_no_drawing() {
        assertThatThrownBy(() -> PDF.render(
                        "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + svg("<text>&a;</text>"), 3.3))
                .isInstanceOf(FailedException.class)
                .hasMessageContaining("DOCTYPE");
        assertThatThrownBy(() -> PDF.render("no drawing", 3.3)).isInstanceOf(FailedException.class);
    }

    @Test
    void figures_of_a_report_are_printed_beside_their_drawings(@TempDir Path folder) throws Exception {
        List<Figure> figures = Figures.of(SampleRun.run()
                        .models(Map.of("vae", 1.0))
                        .points(6)
                        .oneRadius()
                        .results())
                .subList(0, 2);
        FigureFiles.Written written = FigureFiles.writeForPaper(figures, folder);
        assertThat(written.failures()).isEmpty();
        assertThat(written.files()).hasSize(3 * figures.size());
        for (Figure figure : figures) {
            assertThat(Files.readString(folder.resolve(figure.id() + ".pdf"), StandardCharsets.ISO_8859_1))
                    .startsWith("%PDF-1.")
                    .contains("/FontFile2");
        }
    }
}
