package io.margrave.store;

import io.margrave.results.AuditPlan;
import io.margrave.results.AuditTask;
import io.margrave.results.RunInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** A second process with a run open, to be refused or killed. */
final class Child {
    static final AuditPlan PLAN = Runs.suitePlan(400, 4);
    static final RunInfo INFO = Runs.info(400);

    private Child() {}

    /**
     * The other process.
     *
     * @param arguments run folder, then {@code hold}: open it and wait; {@code write}: make it where missing and commit its
     *     tasks, naming each once it is committed
     */
    public static void main(String[] arguments) throws Exception {
        Path run = Paths.get(arguments[0]);
        if (arguments[1].equals("hold")) {
            try (RunStore store = RunStore.resume(run)) {
                assertHolds(store);
                System.out.println("holding");
                Thread.sleep(60_000);
            }
        }
        boolean made = Files.exists(run.resolve("audit.duckdb"));
        try (RunStore store = made ? RunStore.resume(run) : RunStore.create(run, PLAN, INFO, Runs.cards())) {
            store.targetsFrom(Runs.split());
            for (AuditTask task : Runs.tasks(PLAN)) {
                if (!store.done().contains(task)) {
                    store.commit(task, 1, Runs.audits(PLAN, INFO, task));
                    System.out.println(task);
                }
            }
            System.out.println("finished");
        }
    }

    private static void assertHolds(RunStore store) {
        if (store.done().isEmpty()) {
            throw new IllegalStateException("want a run with tasks in " + store.folder());
        }
    }

    /** Starts the other process; what it says goes to a file, which outlives it. */
    static Process start(Path run, String what, Path said) throws IOException {
        return new ProcessBuilder(
                        Paths.get(System.getProperty("java.home"), "bin", "java")
                                .toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        run.toString(),
                        what)
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Waits until the process has said at least one line. */
    static void waitForLine(Process process, Path said) throws Exception {
        while (!Files.readString(said).contains("\n")) {
            if (!process.isAlive()) {
                throw new IOException("the other process ended before it said anything");
            }
            Thread.sleep(5);
        }
    }
}
