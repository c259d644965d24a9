package io.margrave.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.PlanJson;
import io.margrave.results.RunInfo;
import io.margrave.results.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {

    @TempDir
    Path folder;

    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Summary.schema(), InputFormat.JSON);

    private static List<Error> errors(String json) {
        return SCHEMA.validate(json, InputFormat.JSON);
    }

    private RunSummary summary(boolean attack) {
        return summary("run-" + attack, Runs.plan(11, 4, attack));
    }

    private RunSummary summary(String name, AuditPlan plan) {
        RunInfo info = Runs.info(11);
        try (RunStore store = RunStore.create(folder.resolve(name), plan, info, Runs.cards())) {
            store.targetsFrom(Runs.split());
            Runs.tasks(plan).forEach(task -> store.commit(task, 1, Runs.audits(plan, info, task)));
            return RunSummary.of(store.results(0));
        }
    }

    @Test
    void a_summary_fits_its_published_schema_and_comes_back_equal() throws Exception {
        for (boolean attack : new boolean[] {true, false}) {
            RunSummary summary = summary(attack);
            String text = Files.readString(Summary.write(folder, summary));
            assertThat(errors(text)).isEmpty();
            assertThat(PlanJson.mapper().readValue(text, RunSummary.class)).isEqualTo(summary);
            // Eleven points have no interval at alpha = 0.001: unbounded ends are there, as text.
            assertThat(text).contains("\"-Infinity\"");
        }
    }

    @Test
    void a_summary_of_a_suite_fits_it_too_and_says_what_is_undecided() throws Exception {
        RunSummary summary = summary("run-suite", Runs.suitePlan(11, 4));
        String text = Files.readString(Summary.write(folder, summary));
        assertThat(errors(text)).isEmpty();
        assertThat(PlanJson.mapper().readValue(text, RunSummary.class)).isEqualTo(summary);
        assertThat(text).contains("\"undecided\"", "\"share_broken_high\"", "\"elbo_clean\"");
        assertThat(errors(text.replace("\"share_broken_high\"", "\"share_broken_top\"")))
                .isNotEmpty();
    }

    @Test
    void the_schema_refuses_what_a_summary_is_not() {
        String good = Summary.json(summary(true));
        assertThat(errors(good.replace("\"margin_upper\"", "\"margin_of_error\"")))
                .isNotEmpty();
        assertThat(errors(good.replace("\"-Infinity\"", "\"minus infinity\""))).isNotEmpty();
        assertThat(errors(good.replaceFirst("\"seed\" : 42,", ""))).isNotEmpty();
        assertThat(errors(good.replaceFirst("\"seed\" : 42,", "\"seed\" : 42, \"more\" : 1,")))
                .isNotEmpty();
    }

    @Test
    void a_folder_that_can_not_be_written_is_named() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        RunSummary summary = summary(false);
        assertThatThrownBy(() -> Summary.write(file, summary))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("summary.json");
    }
}
