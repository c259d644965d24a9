package io.margrave.cli;

import io.margrave.cli.experiment.ExperimentPlan.Group;
import io.margrave.cli.experiment.PlannedModel;
import io.margrave.data.DataSplits;
import io.margrave.results.AuditPlan;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.training.Trainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How long the rest of a reproduction takes, roughly: from a few training steps of each network that are timed, and from how many training
 * images of the same network a search and an attack have been seen to cost.
 *
 * @param models left to train
 * @param training seconds
 * @param runs left
 * @param audits seconds
 */
record ReproductionCost(int models, double training, int runs, double audits) {
    /** Training images that a break search of one point costs, with its verdicts and its share of clean draws and Jacobian. */
    private static final double SEARCH = 500;

    /** Training images that one maximum-damage attack on one point costs. */
    private static final double ATTACK = 60;

    /** What a step costs more that penalises the Jacobian: a second pass back through the encoder's gradient. */
    private static final double PENALTY = 1.5;

    static ReproductionCost of(Reproduction reproduction, int threads) {
        Map<Group, Double> secondsAnImage = new HashMap<>();
        int models = 0;
        int runs = 0;
        double training = 0;
        double audits = 0;
        for (PlannedModel model : reproduction.models()) {
            DataSplits data =
                    Objects.requireNonNull(reproduction.data().get(model.group().data()));
            boolean trained = ModelFolder.holdsModel(reproduction.folder().model(model.name()));
            boolean audited = trained && reproduction.audited(model);
            if (trained && audited) {
                continue;
            }
            double image = secondsAnImage.computeIfAbsent(
                    model.group(), group -> Trainer.secondsAnImage(ReproductionTraining.plan(model), data));
            if (!trained) {
                models++;
                training += image
                        * data.train().size()
                        * model.group().epochs()
                        * (model.jacobianPenalty() > 0 ? PENALTY : 1);
            }
            if (!audited) {
                runs++;
                audits += image * model.group().points() * images(reproduction, model);
            }
        }
        return new ReproductionCost(models, training / threads, runs, audits / threads);
    }

    /** Training images that all which is done to one point costs. */
    private static double images(Reproduction reproduction, PlannedModel model) {
        if (model.classifies()) {
            return 2 * SEARCH;
        }
        AuditPlan plan = reproduction.auditPlan(model);
        int radii = plan.r().auto()
                ? io.margrave.results.Radii.AUTO_FRACTIONS.size()
                : plan.r().values().size();
        int kinds = plan.meanOnly() ? 2 : 1;
        return radii * kinds * SEARCH + plan.suite().size() * ATTACK;
    }

    /** For the user. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (models + runs == 0) {
            lines.add("all models are trained and audited");
            return lines;
        }
        lines.add(String.format(
                Locale.ROOT,
                "about %s on this machine: %d models to train (%s), %d to audit and attack (%s)",
                time(training + audits),
                models,
                time(training),
                runs,
                time(audits)));
        return lines;
    }

    private static String time(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes < 1) {
            return "a minute";
        }
        return minutes < 90
                ? minutes + " min"
                : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
    }
}
