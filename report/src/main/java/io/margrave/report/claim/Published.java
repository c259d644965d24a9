package io.margrave.report.claim;

import io.margrave.report.Text;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The paper's figures, read off its plots, and what differs in set-up. */
enum Published {
    /** MNIST. */
    MNIST("mnist", 0.840, 3.6, "\u22126 to +0.3"),
    /** Fashion-MNIST. */
    FASHION_MNIST("fashion-mnist", 0.831, 5.2, "\u22125.1 to +0.5"),
    /** CIFAR-10. */
    CIFAR10("cifar10", 0.879, 3.8, "\u22123.8 to \u22120.25");

    private final String data;
    /** Correlation of margin and bound. */
    final double rho;
    /** Of the fitted line. */
    final double slope;
    /** Range of the relative degradation. */
    final String degradation;

    Published(String data, double rho, double slope, String degradation) {
        this.data = data;
        this.rho = rho;
        this.slope = slope;
        this.degradation = degradation;
    }

    /** The figures of a data set; null where the paper has none. */
    static @Nullable Published of(String data) {
        for (Published published : values()) {
            if (published.data.equals(data)) {
                return published;
            }
        }
        return null;
    }

    /** What differs, of models of one kind and of those that they are compared with. */
    static List<String> differences(ExperimentResults results, String... kinds) {
        List<String> wanted = List.of(kinds);
        Map<String, List<ExperimentModel>> groups = new LinkedHashMap<>();
        results.models().stream()
                .filter(model -> wanted.contains(model.kind()))
                .forEach(model -> groups.computeIfAbsent(
                                Study.titled(model.data()) + " " + Study.titled(model.network()),
                                unseen -> new ArrayList<>())
                        .add(model));
        List<String> differences = new ArrayList<>();
        differences.add(
                "The paper\u2019s r, networks and betas are not published in what we could read: ours are chosen, and the conclusions are"
                        + " tested over a range of r.");
        groups.forEach((title, models) -> differences.add(title + ": " + Text.plural(models.size(), "model") + ", "
                + Text.list(models.stream()
                        .map(ExperimentModel::likelihood)
                        .distinct()
                        .toList()) + " likelihood, "
                + Text.list(models.stream()
                        .map(model -> Text.integer(model.latent()))
                        .distinct()
                        .toList())
                + " latents, fitted on "
                + Text.list(models.stream()
                        .map(model -> Text.integer(model.trainImages()))
                        .distinct()
                        .toList())
                + " images for at most "
                + Text.plural(
                        new TreeSet<>(models.stream()
                                        .map(ExperimentModel::epochs)
                                        .toList())
                                .last(),
                        "epoch") + "."));
        if (results.models().stream().noneMatch(model -> of(model.data()) != null)) {
            differences.add("None of the paper\u2019s data sets is in this run.");
        }
        return differences;
    }
}
