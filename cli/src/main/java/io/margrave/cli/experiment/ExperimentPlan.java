package io.margrave.cli.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What an experiment trains, audits and attacks. Radii of attacks are fractions of the median L2 distance between validation images of
 * a data set.
 *
 * @param title of the experiment
 * @param seed of every noise stream but those of training
 * @param attackRadii of maximum-damage attacks, ascending, each greater than zero, at least one
 * @param audit keys of an audit plan that are not as audits have them where nothing is said; neither models nor data nor points
 * @param targeted how targeted attacks are made
 * @param groups models of one data set and one network, at least one
 */
public record ExperimentPlan(
        String title, long seed, List<Double> attackRadii, ObjectNode audit, Targeted targeted, List<Group> groups) {

    public ExperimentPlan {
        attackRadii = List.copyOf(attackRadii);
        groups = List.copyOf(groups);
        audit = audit.deepCopy();
        for (int i = 0; i < attackRadii.size(); i++) {
            if (!(attackRadii.get(i) > (i == 0 ? 0 : attackRadii.get(i - 1)))) {
                throw new IllegalArgumentException("want ascending attack_radii > 0, got " + attackRadii);
            }
        }
        List<String> names = groups.stream().map(Group::id).toList();
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("want groups of different data and network, got " + names);
        }
    }

    /**
     * How targeted attacks are made.
     *
     * @param radius L2 radius, greater than zero
     * @param goals ids of targeted goals
     */
    public record Targeted(double radius, List<String> goals) {
        public Targeted {
            goals = List.copyOf(goals);
        }
    }

    /**
     * Models of one data set and one network. Lists may be empty, but {@code seeds}.
     *
     * @param data name of the data set
     * @param network {@code mlp} or {@code conv}
     * @param widths of the encoder's hidden layers, or its channels
     * @param latent latent dimension
     * @param likelihood {@code bernoulli}, {@code continuous-bernoulli} or {@code gaussian}
     * @param scale of a Gaussian likelihood
     * @param epochs at most
     * @param patience epochs without a gain before training stops
     * @param batch images a step
     * @param learningRate of Adam
     * @param points audited, a seeded sample of the test split: the same for every model of the group
     * @param targetedPoints sources of targeted attacks on the VAEs of the smallest and the largest beta, and on the autoencoder; 0 for none
     * @param betas of the VAEs
     * @param seeds of their training: each beta is trained with each
     * @param jacobianPenalties of further VAEs, with beta 1 and the first seed
     * @param sigmaFloors of further VAEs, likewise
     * @param autoencoder whether the deterministic autoencoder is trained, with the first seed
     * @param classifier whether the deterministic classifier is trained, with the first seed
     * @param vibBetas of variational information bottlenecks, with the first seed
     */
    public record Group(
            String data,
            String network,
            List<Integer> widths,
            int latent,
            String likelihood,
            double scale,
            int epochs,
            int patience,
            int batch,
            double learningRate,
            int points,
            int targetedPoints,
            List<Double> betas,
            List<Long> seeds,
            List<Double> jacobianPenalties,
            List<Double> sigmaFloors,
            boolean autoencoder,
            boolean classifier,
            List<Double> vibBetas) {

        public Group {
            widths = List.copyOf(widths);
            betas = List.copyOf(betas);
            seeds = List.copyOf(seeds);
            jacobianPenalties = List.copyOf(jacobianPenalties);
            sigmaFloors = List.copyOf(sigmaFloors);
            vibBetas = List.copyOf(vibBetas);
        }

        /** As in {@code mnist-mlp}: what the names of its models begin with. */
        public String id() {
            return data + "-" + network;
        }
    }
}
