package io.margrave.cli;

import io.margrave.cli.plan.PlanDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "audit", mixinStandardHelpOptions = true, versionProvider = Version.class)
final class AuditCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final GlobalOptions global = new GlobalOptions();

    @Parameters(arity = "0..1")
    private @Nullable Path plan;

    @Option(names = "--points")
    private @Nullable Integer points;

    @Option(names = "--models", split = ",")
    private @Nullable List<String> models;

    @Option(names = "--print-plan")
    private boolean printPlan;

    AuditCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        PlanDocument document = plan == null ? PlanDocument.empty() : PlanDocument.read(console.resolve(plan));
        document.with("points", points).with("models", models);
        if (global.quiet || printPlan) {}
        console.out().print(PlanDocument.yaml(document.plan()));
        return ExitCode.PASS;
    }
}
