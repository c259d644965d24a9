package io.margrave.report.claim;

import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.Slice;
import io.margrave.results.experiment.TargetedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;

/** Made-up targeted attacks and planes, added to an experiment. */
final class SampleAttacks {
    private SampleAttacks() {}

    /** Both goals at two radii on every VAE; {@code succeeds} is told the model and the radius. */
    static ExperimentResults targeted(ExperimentResults results, BiPredicate<ExperimentModel, Double> succeeds) {
        List<TargetedRow> rows = new ArrayList<>();
        for (ExperimentModel model : results.models()) {
            Random random = new Random(model.name().hashCode());
            for (int point = 0; model.kind().equals("vae") && point < 40; point++) {
                for (String goal : List.of("latent-kl", "output-reconstruction")) {
                    for (double radius : List.of(1.0, 2.0)) {
                        boolean near = succeeds.test(model, radius);
                        rows.add(new TargetedRow(
                                model.name(),
                                point,
                                point + 100,
                                goal,
                                radius,
                                radius,
                                radius / 9,
                                point % 20 == 0
                                        ? null
                                        : Double.valueOf((near ? 0.3 : 0.8) + 0.05 * random.nextGaussian()),
                                -90,
                                near ? -190 : -110,
                                near ? -120 : -180,
                                near));
                    }
                }
            }
        }
        return with(results, rows, results.slices());
    }

    /**
     * The three planes of the first points of every plain VAE.
     *
     * @param bound radius of the bound's circle, of a margin of 1
     */
    static ExperimentResults planes(ExperimentResults results, double bound) {
        List<Slice> slices = new ArrayList<>();
        for (ExperimentModel model : results.models()) {
            if (model.plainVae()) {
                slices.add(input(model.name(), bound));
                slices.add(reconstructions(model.name()));
                slices.add(latent(model.name()));
            }
        }
        return with(results, results.targeted(), slices);
    }

    private static ExperimentResults with(ExperimentResults results, List<TargetedRow> targeted, List<Slice> slices) {
        return new ExperimentResults(
                results.title(),
                results.scale(),
                results.alpha(),
                results.models(),
                results.medians(),
                results.margins(),
                results.damage(),
                targeted,
                results.sensitivity(),
                slices);
    }

    private interface Field {
        double at(double x, double y);
    }

    private static List<Double> axis(double extent) {
        List<Double> axis = new ArrayList<>();
        for (int i = -20; i <= 20; i++) {
            axis.add(extent * i / 20);
        }
        return axis;
    }

    private static List<Double> field(List<Double> axis, Field field) {
        List<Double> values = new ArrayList<>();
        for (double y : axis) {
            for (double x : axis) {
                values.add(field.at(x, y));
            }
        }
        return values;
    }

    /** One half at x = 1 on the first axis, further out elsewhere; outside the range beyond a slanted line. */
    static Slice input(String model, double bound) {
        List<Double> axis = axis(1.3);
        return new Slice(
                Slice.Kind.INPUT,
                model,
                7,
                5,
                axis,
                field(
                        axis,
                        (x, y) -> x + 0.5 * y > 1.5
                                ? Double.NaN
                                : 1 / (1 + Math.exp(6 * (Math.hypot(x < 0 ? 0.6 * x : x, 0.7 * y) - 1)))),
                List.of(),
                List.of(
                        new Slice.Length("bound_frobenius", bound),
                        new Slice.Length("bound_whitened", 2 * bound),
                        new Slice.Length("margin", 1)));
    }

    static Slice reconstructions(String model) {
        Random random = new Random(1);
        List<Slice.Mark> marks = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            double x = 2.2 * random.nextGaussian();
            double y = 1.5 * random.nextGaussian();
            marks.add(new Slice.Mark(x, y, x * x + y * y + 4 * Math.abs(random.nextGaussian()) < 25));
        }
        return new Slice(
                Slice.Kind.RECONSTRUCTIONS,
                model,
                7,
                5,
                List.of(),
                List.of(),
                marks,
                List.of(new Slice.Length("r", 5), new Slice.Length("explained", 0.62)));
    }

    static Slice latent(String model) {
        List<Double> axis = axis(4);
        return new Slice(
                Slice.Kind.LATENT,
                model,
                7,
                5,
                axis,
                field(axis, (x, y) -> Math.hypot(0.45 * x + 0.1 * y, 0.3 * y)),
                List.of(new Slice.Mark(2.4, 0, false)),
                List.of(new Slice.Length("half_space", 1.9)));
    }
}
