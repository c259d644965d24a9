package io.margrave.cli.experiment;

import io.margrave.cli.experiment.ExperimentPlan.Group;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that an experiment wants.
 *
 * @param group that it belongs to
 * @param kind {@code vae}, {@code ae}, {@code vib} or {@code classifier}
 * @param beta weight of the KL term; 0 of a deterministic kind
 * @param jacobianPenalty weight of |J|_F^2; 0 for none
 * @param sigmaFloor smallest posterior standard deviation; 0 for none
 * @param seed of its training
 */
public record PlannedModel(
        Group group, String kind, double beta, double jacobianPenalty, double sigmaFloor, long seed) {

    /** The models of a group, those of the first seed first. */
    public static List<PlannedModel> of(Group group) {
        List<PlannedModel> models = new ArrayList<>();
        long first = group.seeds().get(0);
        for (long seed : group.seeds()) {
            group.betas().forEach(beta -> models.add(new PlannedModel(group, "vae", beta, 0, 0, seed)));
        }
        group.jacobianPenalties().forEach(w -> models.add(new PlannedModel(group, "vae", 1, w, 0, first)));
        group.sigmaFloors().forEach(floor -> models.add(new PlannedModel(group, "vae", 1, 0, floor, first)));
        if (group.autoencoder()) {
            models.add(new PlannedModel(group, "ae", 0, 0, 0, first));
        }
        if (group.classifier()) {
            models.add(new PlannedModel(group, "classifier", 0, 0, 0, first));
        }
        group.vibBetas().forEach(beta -> models.add(new PlannedModel(group, "vib", beta, 0, 0, first)));
        return List.copyOf(models);
    }

    /** Whether it predicts classes rather than reconstructs. */
    public boolean classifies() {
        return kind.equals("vib") || kind.equals("classifier");
    }

    /** As in {@code mnist-mlp-b4-s0}: unique within an experiment, and the name of its folder. */
    public String name() {
        String what = switch (kind) {
            case "vae" ->
                "b" + plain(beta)
                        + (jacobianPenalty > 0 ? "-jacobian" + plain(jacobianPenalty) : "")
                        + (sigmaFloor > 0 ? "-floor" + plain(sigmaFloor) : "");
            case "vib" -> "vib" + plain(beta);
            default -> kind;
        };
        return group.id() + "-" + what + "-s" + seed;
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
