package io.margrave.cli;

import io.margrave.cli.experiment.ExperimentDocument;
import io.margrave.cli.experiment.ExperimentPlan;
import io.margrave.cli.experiment.ExperimentPlan.Group;
import io.margrave.cli.experiment.PlannedModel;
import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.DataSplits;
import io.margrave.data.Datasets;
import io.margrave.data.Noise;
import io.margrave.data.PairwiseDistances;
import io.margrave.report.claim.ClaimPictures;
import io.margrave.report.claim.ImageGrid;
import io.margrave.results.AttackExhibit;
import io.margrave.results.AuditPlan;
import io.margrave.results.Kind;
import io.margrave.results.Progress;
import io.margrave.results.RunResults;
import io.margrave.results.experiment.DamageRow;
import io.margrave.results.experiment.ExperimentModel;
import io.margrave.results.experiment.ExperimentResults;
import io.margrave.results.experiment.ExperimentResults.Median;
import io.margrave.results.experiment.MarginRow;
import io.margrave.results.experiment.SensitivityRow;
import io.margrave.results.experiment.Slice;
import io.margrave.results.experiment.TargetedRow;
import io.margrave.robustness.plane.Grid;
import io.margrave.robustness.plane.Planes;
import io.margrave.robustness.plane.Subject;
import io.margrave.robustness.sensitivity.SensitivityAudit;
import io.margrave.robustness.sensitivity.SensitivityPlan;
import io.margrave.store.RunStore;
import io.margrave.store.StoredBreak;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An experiment in its folder: trains its models, audits and attacks them, and puts what was found into tables. What is there already is
 * not done again, so that a reproduction that was stopped, or whose plan grew, goes on.
 */
final class Reproduction {
    /** Inputs that the planes of a model are chosen among. */
    private static final int ILLUSTRATED = 16;

    /** Clean P from which on an input is not on the brink itself. */
    private static final double CLEAR = 0.9;

    /** For models whose cells take long. */
    private static final Grid COARSE = new Grid(31, 200);

    private final ExperimentDocument document;
    private final ExperimentPlan plan;
    private final ReproductionFolder folder;
    private final int threads;
    private final Console console;
    private final Progress.Listener progress;
    private final String hint;
    private final Map<String, DataSplits> data = new LinkedHashMap<>();
    private final Map<String, Double> medians = new LinkedHashMap<>();
    private final ReproductionAudits audits;

    /**
     * Opens every data set that the experiment names.
     *
     * @throws BadInputException where one is missing, before anything is begun
     */
    Reproduction(
            ExperimentDocument document,
            ReproductionFolder folder,
            @Nullable Path dataDir,
            int threads,
            Console console,
            Progress.Listener progress) {
        this.document = document;
        this.plan = document.plan();
        this.folder = folder;
        this.threads = threads;
        this.console = console;
        this.progress = progress;
        this.hint = "what is finished is kept; give the same command again to go on";
        this.audits = new ReproductionAudits(plan, dataDir, threads, console);
        for (Group group : plan.groups()) {
            DataSplits splits = data.computeIfAbsent(
                    group.data(), name -> Datasets.open(new DataRequest(name, dataDir, null, false)));
            medians.computeIfAbsent(group.data(), name -> PairwiseDistances.median(splits.validation(), plan.seed()));
            if (group.points() > splits.test().size()
                    || group.targetedPoints() > splits.test().size()) {
                throw new BadInputException("want points of " + group.id() + " up to the "
                        + splits.test().size() + " of " + splits.test().name() + ", got "
                        + Math.max(group.points(), group.targetedPoints()));
            }
        }
    }

    /** Every model of the experiment, group by group. */
    List<PlannedModel> models() {
        return plan.groups().stream()
                .flatMap(group -> PlannedModel.of(group).stream())
                .toList();
    }

    ReproductionFolder folder() {
        return folder;
    }

    Map<String, DataSplits> data() {
        return data;
    }

    /** Does what is left to do. */
    ExperimentResults run() {
        List<PlannedModel> models = models();
        try (StopGuard guard = new StopGuard(console, hint)) {
            new ReproductionTraining(folder, data, threads).run(models, progress);
        }
        List<PlannedModel> reconstructing =
                models.stream().filter(model -> !model.classifies()).toList();
        for (PlannedModel model : reconstructing) {
            audits.run(
                    auditPlan(model), folder.audit(model.name()), median(model), hint, named("audit " + model.name()));
        }
        for (PlannedModel model : attacked()) {
            AuditPlan wanted = audits.targeted(model, folder.model(model.name()), median(model));
            if (wanted != null) {
                audits.run(
                        wanted, folder.targeted(model.name()), median(model), hint, named("targets " + model.name()));
            }
        }
        return tables(models);
    }

    /** Whether nothing is left to audit of a trained model. */
    boolean audited(PlannedModel model) {
        return model.classifies()
                ? Files.exists(part("sensitivity", model))
                : ReproductionAudits.finished(auditPlan(model), folder.audit(model.name()), median(model));
    }

    /** Where something is kept that was measured of these weights in one go: under another name for others. */
    private Path part(String what, PlannedModel model) {
        String weights =
                ModelFolder.card(folder.model(model.name()), model.name()).weightsChecksum();
        return folder.part(
                what,
                model.name() + "-" + weights.substring(0, 8) + "-"
                        + model.group().points() + "-" + plan.seed());
    }

    AuditPlan auditPlan(PlannedModel model) {
        return audits.audit(model, folder.model(model.name()), median(model));
    }

    /** One stage of progress a model, since each of its runs counts its own searches. */
    private Progress.Listener named(String stage) {
        return event -> progress.on(new Progress(stage, event.done(), event.total(), event.unit(), ""));
    }

    private double median(PlannedModel model) {
        return Objects.requireNonNull(medians.get(model.group().data()));
    }

    /** Models that are attacked with targets: the extremes of beta, and the autoencoder. */
    List<PlannedModel> attacked() {
        List<PlannedModel> attacked = new ArrayList<>();
        for (Group group : plan.groups()) {
            if (group.targetedPoints() > 0) {
                attacked.addAll(extremes(group));
                PlannedModel.of(group).stream()
                        .filter(model -> model.kind().equals("ae"))
                        .forEach(attacked::add);
            }
        }
        return attacked;
    }

    /** The VAEs of the smallest and of the largest beta, of the first seed. */
    private static List<PlannedModel> extremes(Group group) {
        List<PlannedModel> plain = PlannedModel.of(group).stream()
                .filter(model -> model.kind().equals("vae")
                        && model.jacobianPenalty() == 0
                        && model.sigmaFloor() == 0
                        && model.seed() == group.seeds().get(0))
                .sorted(Comparator.comparingDouble(PlannedModel::beta))
                .toList();
        return plain.size() < 2 ? plain : List.of(plain.get(0), plain.get(plain.size() - 1));
    }

    /** Grids of attacked inputs for the page, chosen by rule: of each targeted run and attack a few between the best and the worst, and the points that claim 7 names. */
    List<ImageGrid> pictures(ExperimentResults results) {
        List<AttackExhibit> targeted = new ArrayList<>();
        for (PlannedModel model : attacked()) {
            Path run = folder.targeted(model.name());
            if (Files.exists(run)) {
                try (RunStore store = RunStore.open(run)) {
                    targeted.addAll(ReproductionTargets.exhibits(store));
                }
            }
        }
        List<AttackExhibit> damaged = new ArrayList<>();
        for (ClaimPictures.Chosen chosen : ClaimPictures.chosen(results)) {
            try (RunStore store = RunStore.open(folder.audit(chosen.model()))) {
                store.plan().suite().stream()
                        .filter(spec -> spec.goal().equals(ReproductionAudits.THROUGH_BOTH))
                        .forEach(spec ->
                                damaged.addAll(store.attackExhibits(chosen.model(), chosen.point(), spec.name())));
            }
        }
        List<ImageGrid> grids = new ArrayList<>(ClaimPictures.targeted(results, targeted));
        grids.addAll(ClaimPictures.sideBySide(results, damaged));
        return grids;
    }

    private ExperimentResults tables(List<PlannedModel> models) {
        List<ExperimentModel> cards = new ArrayList<>();
        List<MarginRow> margins = new ArrayList<>();
        List<DamageRow> damage = new ArrayList<>();
        List<TargetedRow> targeted = new ArrayList<>();
        List<SensitivityRow> sensitivity = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        double alpha = AuditPlan.defaults().alpha();
        for (PlannedModel model : models) {
            cards.add(card(model));
            if (model.classifies()) {
                sensitivity.addAll(sensitivity(model));
            } else {
                try (RunStore store = RunStore.open(folder.audit(model.name()))) {
                    RunResults results = store.results(0);
                    alpha = results.plan().alpha();
                    margins.addAll(ReproductionRows.margins(results));
                    damage.addAll(ReproductionRows.damage(results));
                }
            }
        }
        for (PlannedModel model : attacked()) {
            targeted.addAll(targeted(model));
        }
        for (PlannedModel model : illustrated()) {
            slices.addAll(slices(model));
        }
        List<Median> units = new ArrayList<>();
        medians.forEach((name, value) -> units.add(new Median(name, value)));
        return new ExperimentResults(
                plan.title(), document.name(), alpha, cards, units, margins, damage, targeted, sensitivity, slices);
    }

    private ExperimentModel card(PlannedModel model) {
        int images =
                Objects.requireNonNull(data.get(model.group().data())).train().size();
        return ModelFolder.experimentModel(folder.model(model.name()), model.name(), images);
    }

    private List<SensitivityRow> sensitivity(PlannedModel model) {
        Path part = part("sensitivity", model);
        if (Files.exists(part)) {
            return ReproductionTables.read(part).sensitivity();
        }
        DataSplits splits = Objects.requireNonNull(data.get(model.group().data()));
        ImageClassifier classifier = ModelFolder.readClassifier(folder.model(model.name()));
        int[] points = AuditRun.sample(splits.test(), model.group().points(), plan.seed());
        try (StopGuard guard = new StopGuard(console, hint)) {
            List<SensitivityRow> rows = SensitivityAudit.run(
                    SensitivityPlan.defaults().withSeed(plan.seed()),
                    classifier,
                    model.name(),
                    splits.test(),
                    points,
                    threads,
                    named("sensitivity " + model.name()));
            guard.whole(() -> ReproductionTables.write(part(model, rows, List.of()), part));
            return rows;
        }
    }

    private ExperimentResults part(PlannedModel model, List<SensitivityRow> sensitivity, List<Slice> slices) {
        return new ExperimentResults(
                plan.title(),
                document.name(),
                AuditPlan.defaults().alpha(),
                List.of(card(model)),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                sensitivity,
                slices);
    }

    private List<TargetedRow> targeted(PlannedModel model) {
        Path run = folder.targeted(model.name());
        if (!Files.exists(run)) {
            return List.of();
        }
        Vae vae = ModelFolder.read(folder.model(model.name()));
        try (RunStore store = RunStore.open(run)) {
            return ReproductionTargets.rows(
                    store,
                    vae,
                    Objects.requireNonNull(data.get(model.group().data())).test());
        }
    }

    /** Models that planes are drawn of: of each data set the first group's extremes of beta. */
    private List<PlannedModel> illustrated() {
        Map<String, Group> first = new LinkedHashMap<>();
        plan.groups().forEach(group -> first.putIfAbsent(group.data(), group));
        return first.values().stream()
                .flatMap(group -> extremes(group).stream())
                .toList();
    }

    /**
     * The planes of one model at the input whose margin, without the value range, is the median of a few of those with
     * a clean P of at least 0.9, at the smallest r at which half of them have that (at larger ones every clean draw is inside, and there is little
     * to see): an image with black and
     * white pixels is a corner of the range, and of a plane through a corner little is inside.
     */
    private List<Slice> slices(PlannedModel model) {
        Path part = part("planes", model);
        if (Files.exists(part.resolve("slices.csv"))) {
            return ReproductionTables.read(part).slices();
        }
        Path run = part.resolve("audit");
        int points = Math.min(ILLUSTRATED, model.group().points());
        audits.run(
                audits.unboxed(model, folder.model(model.name()), points),
                run,
                median(model),
                hint,
                named("planes " + model.name()));
        try (RunStore store = RunStore.open(run);
                StopGuard guard = new StopGuard(console, hint)) {
            List<Slice> slices = slices(model, store);
            guard.whole(() -> ReproductionTables.write(part(model, List.of(), slices), part));
            return slices;
        }
    }

    private List<Slice> slices(PlannedModel model, RunStore store) {
        List<StoredBreak> breaks = new ArrayList<>();
        store.done().forEach(task -> breaks.addAll(store.breaks(task)));
        List<MarginRow> rows = ReproductionRows.margins(store.results(0));
        for (double r : store.plan().r().values()) {
            Set<Integer> clear = rows.stream()
                    .filter(row -> row.r() == r && row.pClean() >= CLEAR)
                    .map(MarginRow::point)
                    .collect(Collectors.toSet());
            List<StoredBreak> found = breaks.stream()
                    .filter(each -> each.r() == r && each.kind() == Kind.FULL && !each.boxed())
                    .filter(each -> clear.contains(each.point()))
                    .sorted(Comparator.comparingDouble(StoredBreak::norm).thenComparingInt(StoredBreak::point))
                    .toList();
            if (2 * found.size() >= store.info().points().size()) {
                return slices(model, store, found.get((found.size() - 1) / 2));
            }
        }
        return List.of();
    }

    private List<Slice> slices(PlannedModel model, RunStore store, StoredBreak shown) {
        MarginRow row = ReproductionRows.margins(store.results(0)).stream()
                .filter(each -> each.r() == shown.r() && each.point() == shown.point())
                .findFirst()
                .orElseThrow();
        Vae vae = ModelFolder.read(folder.model(model.name()));
        Subject subject = new Subject(
                vae,
                model.name(),
                shown.point(),
                shown.input(),
                shown.perturbed(),
                Kind.FULL,
                false,
                shown.r(),
                new Noise(plan.seed(), model.name()));
        return List.of(
                Planes.input(
                        subject,
                        or0(row.boundFrobenius()),
                        or0(row.boundWhitened()),
                        model.group().network().equals("conv") ? COARSE : Grid.DEFAULT),
                Planes.reconstructions(subject),
                Planes.latent(subject, row.pCleanLower()));
    }

    private static double or0(@Nullable Double bound) {
        return bound == null ? 0 : bound;
    }
}
