package io.margrave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.experiment.SensitivityRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SensitivityTableTest {

    private static SensitivityRow random(int point, double bound, @Nullable Double margin, @Nullable Double meanOnly) {
        return new SensitivityRow(
                "vib",
                point,
                1,
                point % 4 == 0 ? 0 : 1,
                0.9,
                0.8,
                Verdict.HOLDS,
                bound / 2,
                bound,
                null,
                margin,
                meanOnly);
    }

    private static SensitivityRow still(int point, int label, double bound, @Nullable Double margin) {
        return new SensitivityRow("det", point, label, 1, 1, 0.99, Verdict.HOLDS, null, null, bound, margin, null);
    }

    private static List<String> lines(List<SensitivityRow> vib, List<SensitivityRow> det) {
        Map<String, List<SensitivityRow>> rows = new LinkedHashMap<>();
        rows.put("vib", vib);
        rows.put("det", det);
        return SensitivityTable.lines(rows);
    }

    @Test
    void a_point_where_no_break_was_found_counts_as_infinite_in_medians_and_apart() {
        List<SensitivityRow> vib = new ArrayList<>();
        List<SensitivityRow> det = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            vib.add(random(i, 0.5, i < 19 ? null : Double.valueOf(1 + i / 100.0), i == 0 ? 0.4 : 0.6));
            det.add(still(i, 1, 1, i < 21 ? null : Double.valueOf(0.9)));
        }
        List<String> lines = lines(vib, det);
        // The 20th of 40, of which the first 21 are 1.19 to 1.39.
        assertThat(lines.get(1)).startsWith("vib").contains("75.0 %", "0.5000", "whitened", "1.380 [", "19 of 40");
        assertThat(lines.get(2))
                .startsWith("det")
                .contains("100.0 %", "1.000", "linear", "inf [0.9000, inf]", "21 of 40");
        assertThat(lines)
                .contains(
                        "vib: 1 of 40 mean-only breaks are smaller than the whitened bound.",
                        "vib: 0 of 21 full breaks are smaller than the whitened bound.",
                        "det: 19 of 19 breaks are smaller than the linear bound.");
    }

    @Test
    void images_without_labels_have_no_accuracy_and_a_kind_that_was_not_searched_no_line() {
        List<String> lines = lines(List.of(random(1, 0.5, 1.0, null)), List.of(still(0, -1, 1, 1.5)));
        assertThat(lines.get(2)).matches("det +- +1\\.000.*");
        assertThat(lines).noneMatch(line -> line.contains("mean-only"));
    }
}
