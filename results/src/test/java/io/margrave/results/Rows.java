package io.margrave.results;

import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small runs for tests: one row a model and point at r = 4, with chosen bounds. */
final class Rows {
    static final double R = 4;

    private Rows() {}

    static AuditRow row(String model, int point, double frobenius, @Nullable Double full, @Nullable Double meanOnly) {
        return rowOf(model, point, frobenius, full, meanOnly);
    }

    /** Without bounds, as of a deterministic model. */
    static AuditRow withheld(String model, int point, @Nullable Double full, @Nullable Double meanOnly) {
        return rowOf(model, point, null, full, meanOnly);
    }

    private static AuditRow rowOf(
            String model, int point, @Nullable Double frobenius, @Nullable Double full, @Nullable Double meanOnly) {
        return new AuditRow(
                model,
                "sprites",
                "test",
                point,
                -1,
                1,
                R,
                2_000,
                0.01,
                0.9,
                0.87,
                Verdict.HOLDS,
                2,
                3,
                frobenius == null ? 0 : 0.1,
                3,
                2,
                frobenius == null ? Double.POSITIVE_INFINITY : 10,
                frobenius,
                frobenius == null ? null : frobenius * 1.5,
                frobenius == null ? null : frobenius * 2,
                full,
                null,
                meanOnly,
                null,
                full == null,
                0.5,
                1.0,
                null,
                null,
                0.25,
                -100.0,
                -150.0,
                -0.5,
                7);
    }

    static ModelCard card(String name) {
        return new ModelCard(
                name,
                name,
                "00",
                "sprites",
                "11",
                "mlp 8",
                2,
                "bernoulli",
                "elbo",
                1,
                0,
                1,
                1,
                -100.0,
                -90.0,
                -10.0,
                2,
                List.of(5.0, 5.0));
    }

    static RunResults run(String id, List<AuditRow> rows) {
        List<String> models = rows.stream().map(AuditRow::model).distinct().toList();
        List<Integer> points = rows.stream().map(AuditRow::point).distinct().toList();
        AuditPlan base = AuditPlan.defaults().withModels(models);
        AuditPlan plan = new AuditPlan(
                models,
                base.data(),
                null,
                null,
                "test",
                points.size(),
                Radii.of(List.of(R)),
                0.01,
                base.draws(),
                base.verdictDraws(),
                true,
                false,
                0.5,
                base.attack(),
                base.search(),
                0,
                7,
                64);
        RunInfo info = new RunInfo(
                id, "2026-01-01T00:00:00Z", "0.1.0", "none", "none", "11", List.of(1, 2, 2), 0, 1, points, 1);
        return new RunResults(plan, info, models.stream().map(Rows::card).toList(), rows, List.of(), List.of());
    }

    /** A run of one model whose points have these full and mean-only margins; null where censored. */
    static RunResults run(String id, String model, List<@Nullable Double> margins) {
        List<AuditRow> rows = new ArrayList<>();
        IntStream.range(0, margins.size())
                .forEach(i -> rows.add(row(model, 100 + i, 0.1, margins.get(i), margins.get(i))));
        return run(id, rows);
    }
}
