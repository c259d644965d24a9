package io.margrave.robustness.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.ArrayImageSet;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.results.experiment.SensitivityRow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SensitivityAuditTest {
    private static final int IMAGES = 20;
    private static final SensitivityPlan PLAN =
            new SensitivityPlan(0.001, 400, 200, true, SearchEffort.of(12, 4, 2), 3, 4);
    private static final LinearClassifier VIB = new LinearClassifier(
            new float[][] {{1, -1, 0.5f}, {0.2f, 0.7f, -1}},
            new float[2],
            new float[] {0.1f, 0.15f},
            0.3,
            new float[][] {{1, 0}, {-1, 1}, {0, -1}, {0.5f, 0.5f}},
            new float[] {0, 0.1f, 0, -0.1f});

    private static ImageSet images(ImageShape shape) {
        float[] values = new float[IMAGES * shape.size()];
        Noise.Stream stream = new Noise(1, "images").stream(0, "pixels", 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) stream.nextDouble();
        }
        return ArrayImageSet.of("noise/test", shape, ValueRange.UNIT, values, new int[IMAGES], List.of());
    }

    private static List<SensitivityRow> run(LinearClassifier classifier, int threads, Progress.Listener progress) {
        return SensitivityAudit.run(
                PLAN,
                classifier,
                "vib",
                images(VIB.shape()),
                IntStream.range(0, 10).map(i -> 19 - i).toArray(),
                threads,
                progress);
    }

    @Test
    void rows_come_in_order_and_do_not_depend_on_threads() {
        List<SensitivityRow> one = run(VIB, 1, Progress.Listener.none());
        assertThat(one).extracting(SensitivityRow::point).containsExactly(19, 18, 17, 16, 15, 14, 13, 12, 11, 10);
        assertThat(one).extracting(SensitivityRow::model).containsOnly("vib");
        assertThat(one.stream().filter(row -> row.margin() != null)).hasSizeGreaterThan(4);
        assertThat(one.stream().filter(row -> row.marginMeanOnly() != null)).hasSizeGreaterThan(4);
        assertThat(run(VIB, 3, Progress.Listener.none())).isEqualTo(one);
    }

    @Test
    void another_seed_draws_other_noise() {
        SensitivityPlan other = new SensitivityPlan(
                PLAN.alpha(), PLAN.draws(), PLAN.verdictDraws(), true, PLAN.search(), 4, PLAN.chunk());
        int[] points = {3, 5};
        ImageSet images = images(VIB.shape());
        List<SensitivityRow> before =
                SensitivityAudit.run(PLAN, VIB, "vib", images, points, 1, Progress.Listener.none());
        List<SensitivityRow> after =
                SensitivityAudit.run(other, VIB, "vib", images, points, 1, Progress.Listener.none());
        assertThat(after.get(0).margin()).isNotEqualTo(before.get(0).margin());
    }

    @Test
    void progress_ends_at_its_total() {
        List<Progress> events = new ArrayList<>();
        run(VIB, 2, events::add);
        assertThat(events.get(0).done()).isZero();
        assertThat(events).extracting(Progress::done).isSorted().last().isEqualTo(20L);
        assertThat(events).extracting(Progress::total).containsOnly(20L);
        events.clear();
        run(VIB.withNoise(0, 0, 0), 2, events::add);
        assertThat(events).extracting(Progress::total).containsOnly(10L);
    }

    @Test
    void an_interrupt_stops_it() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run(VIB, 2, Progress.Listener.none())).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_model_whose_numbers_overflow_is_refused_by_name() {
        LinearClassifier broken = new LinearClassifier(
                VIB.encoder(), new float[] {0, Float.NaN}, VIB.stdDev(), 0, VIB.head(), VIB.offsets());
        assertThatThrownBy(() -> run(broken, 1, Progress.Listener.none()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("vib")
                .hasMessageContaining("noise/test");
    }

    @Test
    void images_of_another_shape_are_refused() {
        assertThatThrownBy(() -> SensitivityAudit.run(
                        PLAN, VIB, "vib", images(new ImageShape(1, 2, 2)), new int[] {0}, 1, Progress.Listener.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noise/test");
    }

    @Test
    void too_few_draws_to_decide_anything_are_refused() {
        assertThatThrownBy(() -> new SensitivityPlan(0.001, 9, 1_000, true, PLAN.search(), 0, 64))
                .hasMessageContaining("draws");
        assertThatThrownBy(() -> new SensitivityPlan(0.001, 2_000, 9, true, PLAN.search(), 0, 64))
                .hasMessageContaining("verdict_draws");
        assertThatThrownBy(() -> new SensitivityPlan(0.5, 2_000, 1_000, true, PLAN.search(), 0, 64))
                .hasMessageContaining("alpha");
    }
}
