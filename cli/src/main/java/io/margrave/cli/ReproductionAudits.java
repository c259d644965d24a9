package io.margrave.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.cli.experiment.ExperimentPlan;
import io.margrave.cli.experiment.PlannedModel;
import io.margrave.data.BadInputException;
import io.margrave.results.AuditPlan;
import io.margrave.results.PlanJson;
import io.margrave.results.Progress;
import io.margrave.results.SearchEffort;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.store.RunStore;
import io.margrave.vae.model.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Audits and targeted attacks of an experiment, one run a model: a run that is there is finished, not begun again.
 *
 * @param plan of the experiment
 * @param dataDir where data sets lie; null for the usual place
 * @param threads cores to use
 */
record ReproductionAudits(ExperimentPlan plan, @Nullable Path dataDir, int threads, Console console) {
    static final String THROUGH_BOTH = "max-damage";
    static final String THROUGH_MEAN = "max-damage-mean";
    static final String THROUGH_VARIANCE = "max-damage-variance";

    private static final String DATABASE = "audit.duckdb";

    private static final ObjectMapper MAPPER = PlanJson.mapper();

    /** Goals that compare posteriors by their mean alone, or no posteriors at all: the only ones for a deterministic encoder. */
    private static final Set<String> WITHOUT_SIGMA = Set.of("latent-mean", "output", "output-reconstruction", "l-vae");

    /**
     * The audit of a model: margins, and maximum-damage attacks at each radius.
     *
     * @param folder of the model
     * @param median distance between validation images of its data set
     */
    AuditPlan audit(PlannedModel model, Path folder, double median) {
        boolean deterministic = model.kind().equals("ae");
        ObjectNode tree = common(model, folder, model.group().points());
        tree.put("curve_points", 0);
        tree.setAll(plan.audit());
        // All attacks are of the suite, which keeps more of what they reach than the plan's own.
        tree.put("attack_radius", 0);
        ArrayNode suite = tree.putArray("suite");
        for (double fraction : plan.attackRadii()) {
            for (String goal : List.of(THROUGH_BOTH, THROUGH_MEAN, THROUGH_VARIANCE)) {
                if (!deterministic || goal.equals(THROUGH_BOTH)) {
                    attack(suite, goal, fraction, fraction * median);
                }
            }
        }
        if (deterministic) {
            // Without sigma both kinds of margin are one.
            tree.put("mean_only", false);
        }
        return read(tree);
    }

    /** The targeted attacks on a model; null where none of the experiment's goals makes sense of it. */
    @Nullable
    AuditPlan targeted(PlannedModel model, Path folder, double median) {
        ObjectNode tree = common(model, folder, model.group().targetedPoints());
        tree.setAll(plan.audit());
        tree.put("attack_radius", 0);
        tree.put("breaks", false);
        tree.put("checks", "none");
        ArrayNode suite = tree.putArray("suite");
        for (String goal : plan.targeted().goals()) {
            if (!model.kind().equals("ae") || WITHOUT_SIGMA.contains(goal)) {
                double fraction = plan.targeted().radius();
                attack(suite, goal, fraction, fraction * median);
            }
        }
        return suite.isEmpty() ? null : read(tree);
    }

    /** A few margins without the value range, for planes to be drawn through. */
    AuditPlan unboxed(PlannedModel model, Path folder, int points) {
        ObjectNode tree = common(model, folder, points);
        tree.put("curve_points", 0);
        tree.setAll(plan.audit());
        tree.put("attack_radius", 0);
        tree.put("mean_only", false);
        tree.put("unboxed", true);
        tree.put("checks", "none");
        return read(tree);
    }

    private static void attack(ArrayNode suite, String goal, double fraction, double radius) {
        suite.addObject().put("name", goal + "-" + fraction).put("goal", goal).put("radius", radius);
    }

    private ObjectNode common(PlannedModel model, Path folder, int points) {
        ObjectNode tree = MAPPER.createObjectNode();
        tree.putArray("models").add(folder.toString());
        tree.put("data", model.group().data());
        if (dataDir != null) {
            tree.put("data_dir", dataDir.toString());
        }
        tree.put("points", points);
        tree.put("seed", plan.seed());
        return tree;
    }

    private static AuditPlan read(ObjectNode tree) {
        try {
            return Suites.checked(PlanJson.plan(tree));
        } catch (IllegalArgumentException e) {
            throw new BadInputException("audit of the experiment: " + e.getMessage(), e);
        }
    }

    /**
     * Whether every task of a run is committed.
     *
     * @param wanted unresolved, of one model
     * @param median distance between validation images of its data set
     * @throws BadInputException where the folder holds a run of another plan, or of other weights
     */
    static boolean finished(AuditPlan wanted, Path folder, double median) {
        if (!Files.exists(folder.resolve(DATABASE))) {
            return false;
        }
        try (RunStore store = RunStore.open(folder)) {
            check(store, wanted.resolved(median, SearchEffort.FLOAT32));
            return finished(store);
        }
    }

    private static void check(RunStore store, AuditPlan wanted) {
        String weights = store.models().get(0).weightsChecksum();
        Path model = Path.of(wanted.models().get(0));
        String difference = !said(store.plan()).equals(said(wanted))
                ? "a run of another plan"
                : !ModelFolder.card(model, "model").weightsChecksum().equals(weights)
                        ? "a run of other weights than those in " + model
                        : null;
        if (difference != null) {
            throw new BadInputException(store.folder() + " holds " + difference
                    + ": choose another --out, or delete that folder to audit again");
        }
    }

    private static boolean finished(RunStore store) {
        List<String> models = store.models().stream().map(card -> card.name()).toList();
        return store.done()
                .containsAll(AuditExecutor.tasks(
                        store.plan(), models, store.info().points().size()));
    }

    /**
     * Runs what is left of a run.
     *
     * @param wanted unresolved, of one model
     * @param median distance between validation images of its data set
     * @param hint what to do after a stop
     * @throws BadInputException where another plan's run is in the folder
     */
    void run(AuditPlan wanted, Path folder, double median, String hint, Progress.Listener progress) {
        if (finished(wanted, folder, median)) {
            return;
        }
        if (!Files.exists(folder.resolve(DATABASE))) {
            AuditRun.prepare(wanted, Models.read(wanted.models(), console), console)
                    .begin(folder);
        }
        try (RunStore store = RunStore.resume(folder)) {
            AuditRun.reopen(store, wanted.models(), dataDir, console).run(store, threads, hint, console, progress);
        }
    }

    /** What a plan says but for where things are and what the processor is good at. */
    private static JsonNode said(AuditPlan plan) {
        ObjectNode tree = MAPPER.valueToTree(plan);
        tree.remove(List.of("models", "data_dir"));
        for (String effort : List.of("attack", "search")) {
            ((ObjectNode) tree.get(effort)).remove("precision");
        }
        tree.path("suite").forEach(spec -> ((ObjectNode) spec.get("effort")).remove("precision"));
        return tree;
    }
}
