package io.margrave.vae.training;

import io.margrave.vae.network.Tape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A training step: the gradient of an objective for one batch, its rows shared out over Java threads with one intra-op thread each, and the
 * move that an optimiser makes of it, its parameters shared out.
 *
 * <p>Threads inside LibTorch and OpenBLAS wait for one another by spinning, dozens of times a step: on a machine that does
 * anything else, two of them took ten times as long as one. Here threads meet twice a step, and wait asleep. Sums are taken
 * in order of rows, so equal threads give equal bits.
 */
final class ParallelGradient implements AutoCloseable {
    private final Objective objective;
    private final Learner learner;
    private final List<Tensor> parameters;
    private final int threads;
    private final ExecutorService others;

    /**
     * Starts the threads.
     *
     * @param threads greater than zero; the calling thread is one of them
     */
    ParallelGradient(Objective objective, Learner learner, List<Tensor> parameters, int threads) {
        this.objective = objective;
        this.learner = learner;
        this.parameters = parameters;
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "margrave-gradient");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * What a batch came to.
     *
     * @param descent minus the gradient of the objective, the sum of what stands here for each part of the batch, in order of the
     *     parameters; belongs to the caller's scope
     * @param objective nats an image
     * @param terms by name, nats an image
     */
    record Result(List<List<Tensor>> descent, double objective, Map<String, Double> terms) {}

    /**
     * Computes the gradient.
     *
     * @param rows of the batch
     * @param epochs trained so far, fractions included
     */
    Result of(Rows rows, double epochs) {
        int parts = Math.min(threads, rows.count());
        List<Future<Part>> rest = new ArrayList<>();
        for (int part = 1; part < parts; part++) {
            int number = part;
            rest.add(others.submit(() -> part(rows, number, parts, epochs)));
        }
        Part first = part(rows, 0, parts, epochs);
        List<List<Tensor>> descent = new ArrayList<>(List.of(adopted(first)));
        double sum = first.objective();
        Map<String, Double> terms = new LinkedHashMap<>(first.terms());
        for (Future<Part> future : rest) {
            Part other = await(future);
            descent.add(adopted(other));
            sum += other.objective();
            other.terms().forEach((name, value) -> terms.merge(name, value, Double::sum));
        }
        return new Result(descent, sum, terms);
    }

    /**
     * Moves the parameters.
     *
     * @param adam of as many shares as there are threads
     * @param result used up
     */
    void descend(Adam adam, Result result) {
        adam.begin();
        List<Future<?>> rest = new ArrayList<>();
        for (int share = 1; share < threads; share++) {
            int number = share;
            rest.add(others.submit(() -> adam.move(number, result.descent())));
        }
        adam.move(0, result.descent());
        rest.forEach(ParallelGradient::await);
    }

    /**
     * The share of some rows in the whole batch.
     *
     * @param descent in order of the parameters; retained, and of no scope
     */
    private record Part(List<Tensor> descent, double objective, Map<String, Double> terms) {}

    @SuppressWarnings("try") // Scope and tape act by being open.
    private Part part(Rows rows, int number, int parts, double epochs) {
        int count = rows.count();
        int from = (int) ((long) count * number / parts);
        int to = (int) ((long) count * (number + 1) / parts);
        double share = (double) (to - from) / count;
        try (PointerScope scope = new PointerScope();
                Tape tape = objective.penalisesJacobian() ? Tape.keepingGraphs() : Tape.open()) {
            Batch batch = rows.part(from, to, learner.shape(), learner.latent());
            Objective.Value value = objective.value(learner, batch, epochs);
            List<Tensor> descent = tape.gradients(value.objective().mul(new Scalar(-share)), parameters);
            descent.forEach(Tensor::retainReference);
            Map<String, Double> terms = new LinkedHashMap<>();
            value.terms().forEach((name, term) -> terms.put(name, share * term.item_double()));
            return new Part(descent, share * value.objective().item_double(), terms);
        }
    }

    /** Hands the tensors of a part over to the scope of the calling thread. */
    private static List<Tensor> adopted(Part part) {
        PointerScope scope = PointerScope.getInnerScope();
        for (Tensor tensor : part.descent()) {
            if (scope != null) {
                scope.attach(tensor);
            }
            tensor.releaseReference();
        }
        return part.descent();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while training", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
        try {
            // Where one part failed others still compute, on tensors that the caller is about to leave.
            others.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
