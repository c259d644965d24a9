package io.margrave.report.claim;

import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.MarginRow;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.theory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Made-up experiments that look like real ones; each method changes one thing. */
final class SampleExperiment {
    static final double UNIT = 10;

    private List<String> sets = List.of("mnist");
    private List<String> networks = List.of("mlp");
    private List<Double> betas = List.of(1.0, 4.0);
    private List<Long> seeds = List.of(0L);
    private int points = 60;
    private boolean others;
    private UnaryOperator<ExperimentModel> models = model -> model;
    private MarginLaw margin =
            (row, model, ease, random) -> 3 * row.boundFrobenius() * Math.exp(0.2 * random.nextGaussian());
    private MarginLaw meanOnly = (row, model, ease, random) -> row.margin() == null ? null : row.margin() * 1.01;
    private DamageLaw damage = (row, margin, ease) -> row;
    private UnaryOperator<MarginRow> rows = row -> row;
    private UnaryOperator<SensitivityRow> sensitivity = row -> row;

    /** A margin from the rest of its row. */
    interface MarginLaw {
        @Nullable
        Double of(MarginRow row, ExperimentModel model, double ease, Random random);
    }

    /** An attack from what it would be, and the margin at the middle r. */
    interface DamageLaw {
        DamageRow of(DamageRow row, double margin, double ease);
    }

    static SampleExperiment experiment() {
        return new SampleExperiment();
    }

    SampleExperiment sets(String... names) {
        sets = List.of(names);
        return this;
    }

    SampleExperiment networks(String... names) {
        networks = List.of(names);
        return this;
    }

    SampleExperiment betas(double... values) {
        betas = Arrays.stream(values).boxed().toList();
        return this;
    }

    SampleExperiment seeds(long... values) {
        seeds = Arrays.stream(values).boxed().toList();
        return this;
    }

    SampleExperiment points(int count) {
        points = count;
        return this;
    }

    /** Controls, autoencoders and classifiers, too. */
    SampleExperiment others() {
        others = true;
        return this;
    }

    SampleExperiment models(UnaryOperator<ExperimentModel> change) {
        models = change;
        return this;
    }

    SampleExperiment margin(MarginLaw law) {
        margin = law;
        return this;
    }

    SampleExperiment meanOnly(MarginLaw law) {
        meanOnly = law;
        return this;
    }

    SampleExperiment damage(DamageLaw law) {
        damage = law;
        return this;
    }

    SampleExperiment rows(UnaryOperator<MarginRow> change) {
        rows = change;
        return this;
    }

    SampleExperiment sensitivity(UnaryOperator<SensitivityRow> change) {
        sensitivity = change;
        return this;
    }

    ExperimentResults results() {
        List<ExperimentModel> all = new ArrayList<>();
        for (String data : sets) {
            for (String network : networks) {
                for (double beta : betas) {
                    for (long seed : seeds) {
                        all.add(models.apply(model(data, network, "vae", beta, seed, 0, 0)));
                    }
                }
                if (others) {
                    all.add(models.apply(model(data, network, "vae", 1, 0, 0.1, 0)));
                    all.add(models.apply(model(data, network, "vae", 1, 0, 1, 0)));
                    all.add(models.apply(model(data, network, "vae", 1, 0, 0, 0.3)));
                    all.add(models.apply(model(data, network, "ae", 0, 0, 0, 0)));
                    all.add(models.apply(model(data, network, "classifier", 0, 0, 0, 0)));
                    all.add(models.apply(model(data, network, "vib", 0.001, 0, 0, 0)));
                    all.add(models.apply(model(data, network, "vib", 0.01, 0, 0, 0)));
                }
            }
        }
        List<MarginRow> margins = new ArrayList<>();
        List<DamageRow> attacks = new ArrayList<>();
        List<SensitivityRow> classified = new ArrayList<>();
        for (ExperimentModel model : all) {
            Random random = new Random(model.name().hashCode());
            for (int point = 0; point < points; point++) {
                double ease = Math.exp(0.5 * new Random(997L * point + 13).nextGaussian());
                if (model.testAccuracy() != null) {
                    classified.add(sensitivity.apply(classified(model, point, ease, random)));
                } else {
                    margins.addAll(margins(model, point, ease, random));
                    if (model.kind().equals("vae")) {
                        MarginRow middle = margins.get(margins.size() - 2);
                        attacks.addAll(attacks(model, point, ease, Study.margin(middle), random));
                    }
                }
            }
        }
        return new ExperimentResults(
                "a trial",
                "smoke",
                0.001,
                all,
                sets.stream()
                        .map(data -> new ExperimentResults.Median(data, UNIT))
                        .toList(),
                margins,
                attacks,
                List.of(),
                classified,
                List.of());
    }

    private static ExperimentModel model(
            String data, String network, String kind, double beta, long seed, double penalty, double floor) {
        boolean classifier = kind.equals("vib") || kind.equals("classifier");
        boolean random = !kind.equals("ae") && !kind.equals("classifier");
        String name = data + "-" + network + "-" + kind + "-b" + beta + "-s" + seed + "-j" + penalty + "-f" + floor;
        double elbo = -95
                - 4 * Math.log(Math.max(1, beta)) * Math.log(Math.max(1, beta))
                - 30 * penalty
                - 40 * floor
                - 0.3 * seed;
        return new ExperimentModel(
                name,
                data,
                network,
                kind,
                beta,
                seed,
                penalty,
                floor,
                classifier ? "categorical" : data.equals("cifar10") ? "gaussian" : "bernoulli",
                20,
                55_000,
                20,
                17,
                100,
                random ? elbo : null,
                random ? elbo + 25 / Math.max(1, beta) : null,
                random ? 25 / Math.max(1, Math.sqrt(Math.max(beta, 0.1))) : null,
                random ? 18 : null,
                classifier ? (kind.equals("vib") ? 0.975 : 0.98) : null,
                List.of(-200.0, -120.0, -100.0));
    }

    private List<MarginRow> margins(ExperimentModel model, int point, double ease, Random random) {
        boolean deterministic = model.kind().equals("ae");
        double beta = Math.max(1, model.beta());
        double sigma = deterministic
                ? 0
                : (0.05 + 0.3 * model.sigmaFloor()) * Math.sqrt(beta) * Math.exp(0.1 * random.nextGaussian());
        double jacobian =
                1.2 / Math.sqrt(beta) / (1 + model.jacobianPenalty()) / ease * Math.exp(0.1 * random.nextGaussian());
        List<MarginRow> own = new ArrayList<>();
        for (double r : List.of(0.25 * UNIT, 0.5 * UNIT, 0.75 * UNIT)) {
            double score = Math.min(2.7, r / 2.2);
            double bound = sigma * score / jacobian;
            MarginRow bare = new MarginRow(
                    model.name(),
                    point,
                    point % 10,
                    r,
                    0.99,
                    0.98,
                    Verdict.HOLDS,
                    sigma,
                    jacobian,
                    jacobian * 0.8,
                    deterministic ? Double.POSITIVE_INFINITY : jacobian / sigma / 3,
                    deterministic ? null : bound,
                    deterministic ? null : 1.25 * bound,
                    deterministic ? null : 2 * bound,
                    null,
                    null);
            Double full = deterministic ? Double.valueOf(0.5 * ease * r / UNIT) : margin.of(bare, model, ease, random);
            MarginRow with = with(bare, full, null);
            own.add(rows.apply(with(with, full, meanOnly.of(with, model, ease, random))));
        }
        return own;
    }

    /** A row with other margins. */
    static MarginRow with(MarginRow row, @Nullable Double margin, @Nullable Double meanOnly) {
        return new MarginRow(
                row.model(),
                row.point(),
                row.label(),
                row.r(),
                row.pClean(),
                row.pCleanLower(),
                row.clean(),
                row.minStdDev(),
                row.jacobianFrobenius(),
                row.jacobianSpectral(),
                row.jacobianWhitened(),
                row.boundFrobenius(),
                row.boundSpectral(),
                row.boundWhitened(),
                margin,
                meanOnly);
    }

    private List<DamageRow> attacks(ExperimentModel model, int point, double ease, double margin, Random random) {
        List<DamageRow> own = new ArrayList<>();
        for (double radius : List.of(0.1 * UNIT, 0.2 * UNIT)) {
            for (String through : List.of("both", "mean", "variance")) {
                double full = 1.3 + 4 * radius / (0.3 + Math.min(margin, 1e3)) * Math.exp(0.1 * random.nextGaussian());
                double damaged =
                        through.equals("both") ? full : through.equals("mean") ? 0.99 * full : 1.3 + 0.2 * (full - 1.3);
                double lost = 40 * radius / (0.2 + Math.min(margin, 1e3)) * Math.exp(0.3 * random.nextGaussian());
                boolean both = through.equals("both");
                own.add(damage.of(
                        new DamageRow(
                                model.name(),
                                point,
                                radius,
                                through,
                                radius,
                                damaged,
                                1.3,
                                -90,
                                both ? -90 - lost : null,
                                both ? -lost / 90 : null),
                        margin,
                        ease));
            }
        }
        return own;
    }

    private static SensitivityRow classified(ExperimentModel model, int point, double ease, Random random) {
        boolean vib = model.kind().equals("vib");
        double margin = (vib ? 1.4 + 20 * model.beta() : 1) * ease * Math.exp(0.1 * random.nextGaussian());
        return new SensitivityRow(
                model.name(),
                point,
                point % 10,
                point % 17 == 0 ? 11 : point % 10,
                1,
                0.99,
                Verdict.HOLDS,
                vib ? 0.3 * margin : null,
                vib ? 0.7 * margin : null,
                vib ? null : 0.9 * margin,
                margin,
                vib ? Double.valueOf(margin * 1.02) : null);
    }
}
