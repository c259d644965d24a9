package io.margrave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.report.SvgRenderer.FailedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class FigureFilesTest {
    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void every_figure_becomes_a_drawing_and_a_bad_one_costs_one_line(@TempDir Path folder) throws Exception {
        String hostile = "</svg><script>alert(1)</script>";
        Figure bad = new Figure(
                "bad", "Bad", "", VegaLite.object("{mark: 'no such mark', data: {values: []}}"), Figure.Numbers.none());
        List<Figure> figures = Figures.of(SampleRun.run()
                .models(Map.of(hostile, 1.0))
                .points(6)
                .oneRadius()
                .results());
        PrintStream before = System.err;
        ByteArrayOutputStream noise = new ByteArrayOutputStream();
        System.setErr(new PrintStream(noise, true, StandardCharsets.UTF_8));
        FigureFiles.Written written;
        try {
            List<Figure> all = new ArrayList<>(figures);
            all.add(0, bad);
            written = FigureFiles.write(all, folder);
        } finally {
            System.setErr(before);
        }
        assertThat(noise.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(written.failures())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("figure bad could not be drawn as SVG: ")
                        .doesNotContain("\n"));
        assertThat(written.files())
                .hasSize(2 * figures.size() + 1)
                .allSatisfy(file -> assertThat(file).exists());
        for (Figure figure : figures) {
            Document svg = parsed(Files.readString(folder.resolve(figure.id() + ".svg")));
            assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
            assertThat(svg.getElementsByTagName("script").getLength()).isZero();
            assertThat(svg.getElementsByTagName("path").getLength()).isGreaterThan(3);
            assertThat(new ObjectMapper()
                            .readTree(folder.resolve(figure.id() + ".vl.json").toFile())
                            .get("concat"))
                    .isNotEmpty();
        }
    }

    @Test
    void a_drawing_that_takes_too_long_is_stopped() {
        try (SvgRenderer renderer = new SvgRenderer(Duration.ofMillis(300))) {
            assertThatThrownBy(() -> renderer.render(VegaLite.object("""
                            {mark: 'line', data: {sequence: {start: 0, stop: 100000000}},
                             encoding: {x: {field: 'data', type: 'quantitative'}, y: {field: 'data', type: 'quantitative'}}}""").toString()))
                    .isInstanceOf(FailedException.class)
                    .hasMessageContaining("took longer than");
        }
    }
}
