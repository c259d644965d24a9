package io.margrave.report.claim;

import static io.margrave.report.claim.SampleExperiment.experiment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IllustrationsTest {
    private static final ExperimentResults PLAIN =
            experiment().sets("mnist", "cifar10").points(1).results();

    @Test
    void a_circle_inside_the_robust_region_holds_and_one_across_its_edge_does_not() {
        assertThat(Illustrations.of(SampleAttacks.planes(PLAIN, 0.3)).verdict()).isEqualTo(Claim.Verdict.HOLDS);
        assertThat(Illustrations.of(SampleAttacks.planes(PLAIN, 1.2)).verdict()).isEqualTo(Claim.Verdict.DOES_NOT);
        // Too small a circle holds no cell but the input's own.
        assertThat(Illustrations.of(SampleAttacks.planes(PLAIN, 0.01)).verdict())
                .isEqualTo(Claim.Verdict.NOT_SHOWN);
        assertThat(Illustrations.of(PLAIN).verdict()).isEqualTo(Claim.Verdict.NOT_SHOWN);
    }

    @Test
    void there_is_a_figure_a_kind_and_data_set_with_a_panel_a_model() {
        Claim claim = Illustrations.of(SampleAttacks.planes(PLAIN, 0.3));
        assertThat(claim.figures().stream().map(figure -> figure.id()))
                .containsExactly(
                        "claim8-inputs-mnist",
                        "claim8-inputs-cifar10",
                        "claim8-reconstructions-mnist",
                        "claim8-reconstructions-cifar10",
                        "claim8-latents-mnist",
                        "claim8-latents-cifar10");
        assertThat(claim.figures().get(0).spec().get("concat")).hasSize(2);
        assertThat(claim.tables().get(0).rows()).hasSize(12);
    }

    @Test
    void cells_are_counted_by_the_side_they_are_on() {
        Slice input = SampleAttacks.input("m", 0.3);
        int[] all = Planes.within(input, 10);
        assertThat(all[1]).isLessThan(41 * 41).isGreaterThan(40 * 30);
        assertThat(Planes.within(input, 0.3)[0]).isEqualTo(Planes.within(input, 0.3)[1]);
        Slice latent = SampleAttacks.latent("m");
        assertThat(Planes.side(latent, true)[1] + Planes.side(latent, false)[1]).isEqualTo(41 * 41);
        assertThat(Planes.side(latent, false)[0]).isLessThan(Planes.side(latent, true)[0]);
    }

    @Test
    void the_contour_of_a_distance_is_its_circle() {
        List<Double> axis = new ArrayList<>();
        List<Double> field = new ArrayList<>();
        for (int i = -15; i <= 15; i++) {
            axis.add(i / 10.0);
        }
        for (double y : axis) {
            for (double x : axis) {
                field.add(Math.hypot(x, y));
            }
        }
        List<Contour.Line> lines = Contour.of(axis, field, 1);
        double length = 0;
        for (Contour.Line line : lines) {
            assertThat(Math.hypot(line.x(), line.y())).isCloseTo(1, within(2e-3));
            length += Math.hypot(line.toX() - line.x(), line.toY() - line.y());
        }
        assertThat(length).isCloseTo(2 * Math.PI, within(0.02));
        field.replaceAll(value -> Double.NaN);
        assertThat(Contour.of(axis, field, 1)).isEmpty();
    }

    @Test
    void equal_neighbours_are_one_rectangle_and_every_cell_is_covered() {
        var layer = Planes.panel(SampleAttacks.input("m", 0.3), "t", "n")
                .get("layer")
                .get(1);
        double area = 0;
        double step = 2.6 / 40;
        for (var value : layer.get("data").get("values")) {
            area += (value.get("x2").asDouble() - value.get("x").asDouble() - 0.1 * step) * step;
        }
        assertThat(layer.get("data").get("values").size()).isLessThan(41 * 41 / 2);
        assertThat(area).isCloseTo(Planes.within(SampleAttacks.input("m", 0.3), 10)[1] * step * step, within(0.1));
    }
}
