package io.margrave.robustness.check;

import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.results.AuditPlan;
import io.margrave.results.AuditRow;
import io.margrave.results.EvaluationCheck;
import io.margrave.results.EvaluationCheck.Level;
import io.margrave.results.ModelCard;
import io.margrave.results.Progress;
import io.margrave.results.Radii;
import io.margrave.results.SearchEffort;
import io.margrave.vae.model.LikelihoodSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.Vae;
import io.margrave.vae.network.Architecture;
import io.margrave.vae.training.Trainer;
import io.margrave.vae.training.TrainingPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A small good model, trained in a moment, and an evaluation of it. */
record Trained(Vae vae, ModelCard card) {
    static final ImageSet IMAGES = Discs.splits().test();
    static final int POINTS = 24;
    static final double RADIUS = 0.6;

    static Trained model(Path folder, int epochs, long seed) {
        DataSplits data = Discs.splits();
        TrainingPlan plan = new TrainingPlan(
                "discs", Architecture.mlp(64), 4, LikelihoodSpec.bernoulli(), 0.3, 0, 25, 50, 3e-3, 25, seed, 1, null);
        ModelCard card = Trainer.train(plan, data, folder, Progress.Listener.none());
        return new Trained(ModelFolder.read(folder), card);
    }

    /** A model that nobody has trained. */
    static Vae untrained() {
        return NetworkVae.initialised(
                NetworkSpec.untrained(
                        IMAGES.shape(), IMAGES.range(), 3, Architecture.mlp(16), LikelihoodSpec.bernoulli()),
                5);
    }

    /** A card that knows next to nothing. */
    static ModelCard card(String name) {
        return new ModelCard(
                name,
                name,
                "00",
                "discs",
                "11",
                "mlp 16",
                3,
                "bernoulli",
                "elbo",
                1,
                0,
                0,
                0,
                null,
                null,
                null,
                null,
                List.of());
    }

    static AuditPlan plan() {
        return plan(SearchEffort.of(40, 8, 2));
    }

    static AuditPlan plan(SearchEffort effort) {
        AuditPlan d = AuditPlan.defaults();
        return new AuditPlan(
                        List.of("m"),
                        "discs",
                        null,
                        null,
                        "test",
                        POINTS,
                        Radii.of(List.of(1.0, 2.0)),
                        0.001,
                        400,
                        200,
                        true,
                        false,
                        RADIUS,
                        SearchEffort.of(40, 8, 2),
                        d.search(),
                        0,
                        3,
                        POINTS)
                .resolved(1, SearchEffort.FLOAT32);
    }

    Evaluation evaluation(Vae checked, AttackPanel attacks, List<AuditRow> rows, @Nullable Vae peer) {
        return new Evaluation(
                checked,
                card,
                IMAGES,
                IntStream.range(0, POINTS).toArray(),
                plan(),
                rows,
                List.of(),
                List.of(),
                List.of(),
                peer,
                attacks);
    }

    static Map<Integer, EvaluationCheck> run(Evaluation evaluation, Level level) {
        return EvaluationChecks.run(evaluation, level, Progress.Listener.none()).stream()
                .collect(Collectors.toMap(EvaluationCheck::number, check -> check));
    }
}
