package io.margrave.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ExperimentDocumentTest {
    static final List<String> SCALES = ExperimentDocument.SCALES;

    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("mine.yaml"), text);
    }

    private static List<PlannedModel> models(ExperimentPlan plan) {
        return plan.groups().stream()
                .flatMap(group -> PlannedModel.of(group).stream())
                .toList();
    }

    @ParameterizedTest
    @FieldSource("SCALES")
    void every_experiment_that_comes_with_margrave_keeps_the_schema_and_names_each_model_once(String scale) {
        List<String> names = models(ExperimentDocument.ofScale(scale).plan()).stream()
                .map(PlannedModel::name)
                .toList();
        assertThat(names).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void the_default_is_five_betas_twice_on_three_sets_and_two_betas_once_on_three() {
        ExperimentPlan plan = ExperimentDocument.ofScale("default").plan();
        assertThat(models(plan))
                .filteredOn(
                        model -> model.kind().equals("vae") && model.jacobianPenalty() == 0 && model.sigmaFloor() == 0)
                .hasSize(3 * 5 * 2 + 3 * 2);
        assertThat(models(plan)).extracting(PlannedModel::kind).contains("ae", "vib", "classifier");
    }

    @Test
    void names_tell_models_apart() throws IOException {
        ExperimentPlan plan = ExperimentDocument.read(file("""
                groups:
                  - {data: mnist, network: mlp, betas: [1, 0.5], seeds: [3], sigma_floors: [0.25], autoencoder: true}
                """)).plan();
        assertThat(models(plan))
                .extracting(PlannedModel::name)
                .containsExactly(
                        "mnist-mlp-b1-s3", "mnist-mlp-b0.5-s3", "mnist-mlp-b1-floor0.25-s3", "mnist-mlp-ae-s3");
        assertThat(plan.title()).isEqualTo("mine");
    }

    @Test
    void what_is_not_said_of_a_network_is_usual_for_it() throws IOException {
        ExperimentPlan plan = ExperimentDocument.read(file("groups: [{data: mnist, network: conv, betas: [1]}]"))
                .plan();
        assertThat(plan.groups().get(0).widths()).containsExactly(32, 64, 128);
        assertThat(plan.groups().get(0).seeds()).containsExactly(0L);
    }

    static Stream<String> refused() {
        return Stream.of(
                "groups: [{data: mnist, network: mlp, betas: [1], epcohs: 3}]|line 1|epochs",
                "groups: [{data: mnist, network: cnn, betas: [1]}]|line 1|mlp or conv",
                "groups: [{data: mnist, network: mlp, betas: []}]|line 1|at least one",
                "groups:\n  - {data: mnist, network: mlp, betas: [1]}\n  - {data: mnist, network: mlp, betas: [2]}|mine.yaml|different data",
                "attack_radii: [2, 1]\ngroups: [{data: mnist, network: mlp, betas: [1]}]|mine.yaml|ascending",
                "title: x|mine.yaml|groups",
                "[1]|mine.yaml|keys and values");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("refused")
    void what_is_no_experiment_is_refused_in_one_line(String row) throws IOException {
        String[] parts = row.split("\\|");
        Path file = file(parts[0]);
        assertThatThrownBy(() -> ExperimentDocument.read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(parts[1])
                .hasMessageContaining(parts[2])
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({"huge", "''"})
    void an_unknown_scale_is_refused(String scale) {
        assertThatThrownBy(() -> ExperimentDocument.ofScale(scale))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("smoke, default, paper");
    }
}
