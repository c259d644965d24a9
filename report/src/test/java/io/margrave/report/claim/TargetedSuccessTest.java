package io.margrave.report.claim;

import static io.margrave.report.claim.SampleExperiment.experiment;
import static org.assertj.core.api.Assertions.assertThat;

import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import org.junit.jupiter.api.Test;

class TargetedSuccessTest {
    private static final ExperimentResults PLAIN =
            experiment().sets("mnist", "cifar10").others().points(2).results();

    @Test
    void what_always_succeeds_holds_and_what_never_does_does_not() {
        Claim always = TargetedSuccess.of(SampleAttacks.targeted(PLAIN, (model, radius) -> true));
        assertThat(always.verdict()).isEqualTo(Claim.Verdict.HOLDS);
        assertThat(always.finding()).contains("MNIST MLP, latent-kl").contains("of 80 attacks succeed");
        assertThat(TargetedSuccess.of(SampleAttacks.targeted(PLAIN, (model, radius) -> false))
                        .verdict())
                .isEqualTo(Claim.Verdict.DOES_NOT);
    }

    @Test
    void the_largest_radius_decides_and_the_smaller_is_told() {
        Claim claim = TargetedSuccess.of(SampleAttacks.targeted(PLAIN, (model, radius) -> radius > 1.5));
        assertThat(claim.verdict()).isEqualTo(Claim.Verdict.HOLDS);
        assertThat(claim.details()).anySatisfy(line -> assertThat(line).startsWith("At the smaller radius 1 "));
    }

    @Test
    void one_data_set_of_two_is_in_part() {
        assertThat(TargetedSuccess.of(SampleAttacks.targeted(
                                PLAIN, (model, radius) -> model.data().equals("mnist")))
                        .verdict())
                .isEqualTo(Claim.Verdict.IN_PART);
    }

    @Test
    void a_collapsed_model_decides_nothing() {
        ExperimentResults collapsed = experiment()
                .models(model -> model.beta() > 1 ? withoutInformation(model) : model)
                .points(2)
                .results();
        Claim claim = TargetedSuccess.of(SampleAttacks.targeted(collapsed, (model, radius) -> model.beta() <= 1));
        assertThat(claim.verdict()).isEqualTo(Claim.Verdict.HOLDS);
        assertThat(claim.details()).anySatisfy(line -> assertThat(line).contains("attacks are on collapsed models"));
        assertThat(claim.tables().get(1).rows())
                .anySatisfy(row -> assertThat(row.get(1)).contains("(collapsed)"));
    }

    private static ExperimentModel withoutInformation(ExperimentModel model) {
        return new ExperimentModel(
                model.name(),
                model.data(),
                model.network(),
                model.kind(),
                model.beta(),
                model.seed(),
                0,
                0,
                model.likelihood(),
                model.latent(),
                model.trainImages(),
                model.epochs(),
                model.bestEpoch(),
                model.seconds(),
                model.testElbo(),
                model.testLogLikelihood(),
                0.1,
                0,
                null,
                model.history());
    }

    @Test
    void without_attacks_nothing_is_shown() {
        Claim claim = TargetedSuccess.of(PLAIN);
        assertThat(claim.verdict()).isEqualTo(Claim.Verdict.NOT_SHOWN);
        assertThat(claim.tables()).isEmpty();
        assertThat(claim.figures()).isEmpty();
    }
}
