package io.margrave.cli;

import io.margrave.cli.progress.ConsoleProgress;
import io.margrave.data.BadInputException;
import io.margrave.data.ValueRange;
import io.margrave.results.AttackFinding;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditTask;
import io.margrave.results.Progress;
import io.margrave.robustness.audit.BreakVerifier;
import io.margrave.robustness.audit.BreakVerifier.Claim;
import io.margrave.robustness.audit.BreakVerifier.Measured;
import io.margrave.store.RunStore;
import io.margrave.store.StoredAttack;
import io.margrave.store.StoredBreak;
import io.margrave.vae.model.Vae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code margrave verify}: measures every reported break again. */
@Command(
        name = "verify",
        sortOptions = false,
        description = {
            "Measure every reported break of a run again, from the stored perturbed inputs, on fresh noise.",
            "",
            "Of each break: that its clean input is the data's, its norm is the one reported, it lies inside the value"
                    + " range where it is said to, and P(|Delta| <= r) is not above one half. A break is contradicted"
                    + " where the fresh draws' Clopper-Pearson lower bound at the run's alpha is above one half. By chance"
                    + " a share of at most 2 alpha of true reports may be: the run fails where there are more of them than"
                    + " that allows, or one is contradicted at alpha over the number of breaks.",
            "Of each attack of the suite on inputs: that its norm is the one reported and within the radius, that it lies inside"
                    + " the value range, and that its clean input is the data's.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  margrave verify runs/nightly",
            "  margrave verify runs/nightly --seed 7 --draws 10000",
            "",
            "Exit codes: 0 every report holds, 1 one does not, 2 bad input."
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int MOST_SHOWN = 20;

    private final Console console;

    @Parameters(paramLabel = "RUN", description = "A run folder.")
    private Path run = Path.of("");

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Fresh posterior draws a break. Default: four times as many as a verdict of the run took.")
    private @Nullable Integer draws;

    @Option(
            names = "--models",
            paramLabel = "DIR",
            split = ",",
            description = "Where the run's models are now, in its order, if they moved.")
    private @Nullable List<String> models;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (RunStore store = RunStore.open(console.resolve(run));
                ConsoleProgress progress = global.progress(console)) {
            AuditRun again = AuditRun.reopen(store, models, global.dataDir, console);
            if (draws != null && draws < 1) {
                throw new BadInputException("want --draws of at least 1, got " + draws);
            }
            Verification verification = new Verification(store.plan().alpha());
            store.withoutEvidence()
                    .forEach(margin -> verification.unsupported("point " + margin.point() + " of " + margin.model()
                            + " at r = " + margin.r() + ": an upper bound of " + margin.value() + " without a break"));
            int fresh = draws == null ? usual(store.plan().verdictDraws()) : draws;
            List<AuditTask> tasks = List.copyOf(store.done());
            for (int i = 0; i < tasks.size(); i++) {
                measure(store.breaks(tasks.get(i)), again, fresh, verification);
                measure(store.attacks(tasks.get(i)), again, verification);
                progress.on(new Progress("verify", i + 1, tasks.size(), "tasks", ""));
            }
            progress.close();
            return say(verification);
        }
    }

    /** More than the verdict took: a break that holds by little is then seldom left undecided. */
    private static int usual(int verdictDraws) {
        return (int) Math.min(Integer.MAX_VALUE, 4L * verdictDraws);
    }

    private void measure(List<StoredBreak> breaks, AuditRun again, int fresh, Verification verification) {
        if (breaks.isEmpty()) {
            return;
        }
        String name = breaks.get(0).task().model();
        Vae vae = again.models().vaes().get(name);
        if (vae == null) {
            throw new BadInputException("the run has breaks of a model " + name + " that it does not list");
        }
        ValueRange range = again.images().range();
        List<Claim> claims = breaks.stream()
                .map(b -> new Claim(b.point(), b.r(), b.kind(), b.boxed(), b.norm(), b.input(), b.perturbed()))
                .toList();
        long seed = global.seed == null ? again.plan().seed() : global.seed;
        List<Measured> measured = BreakVerifier.measure(name, vae, range, claims, seed, fresh);
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            String which = "point " + claim.point() + " of " + name + " at r = " + claim.r() + ", " + claim.kind()
                    + (claim.boxed() ? ", boxed" : ", unboxed");
            verification.add(which, claim.norm(), measured.get(i));
            if (!Arrays.equals(claim.input(), again.images().image(claim.point()))) {
                verification.unsupported(which + ": its clean input is not the data's");
            }
        }
    }

    /** What attacks on inputs did is not drawn again, but their norms, radii and ranges are measured. */
    private static void measure(List<StoredAttack> attacks, AuditRun again, Verification verification) {
        for (StoredAttack attack : attacks) {
            if (attack.spec().variable() == AttackSpec.Variable.LATENT) {
                continue;
            }
            AttackFinding found = attack.row().finding();
            String which = "attack " + found.attack() + " on point "
                    + attack.row().point() + " of " + attack.row().model();
            Double radius = found.radius();
            verification.addAttack(
                    which,
                    found.norm(),
                    attack.spec().norm().distance(attack.input(), attack.perturbed()),
                    radius == null ? Double.POSITIVE_INFINITY : radius,
                    again.images().range().contains(attack.perturbed()));
            if (!Arrays.equals(attack.input(), again.images().image(attack.row().point()))) {
                verification.unsupported(which + ": its clean input is not the data's");
            }
        }
    }

    private int say(Verification verification) {
        List<String> lines = new ArrayList<>(verification.faults());
        if (lines.size() > MOST_SHOWN) {
            int more = lines.size() - MOST_SHOWN;
            lines = new ArrayList<>(lines.subList(0, MOST_SHOWN));
            lines.add("and " + more + " more");
        }
        lines.add(verification.line());
        console.say(lines);
        return verification.holds() ? ExitCode.PASS : ExitCode.FAILED;
    }
}
