package io.margrave.vae.training;

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
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradient of an objective for one batch, its rows shared out over Java threads with one intra-op thread each.
 *
 * <p>Threads inside LibTorch and OpenBLAS wait for one another by spinning, dozens of times a step: on a machine that does
 * anything else, two of them took ten times as long as one. Here threads meet once a step, and wait asleep. The sum is taken
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
     * @param descent minus the gradient of the objective, in order of the parameters; belongs to the caller's scope
     * @param objective nats an image
     * @param terms by name, nats an image
     */
    record Result(List<Tensor> descent, double objective, Map<String, Double> terms) {}

    /**
     * Computes the gradient.
     *
     * @param rows of the batch
     * @param epochs trained so far, fractions included
     */
    @SuppressWarnings("try") // The guard acts by being open.
    Result of(Rows rows, double epochs) {
        int parts = Math.min(threads, rows.count());
        List<Future<Result>> rest = new ArrayList<>();
        for (int part = 1; part < parts; part++) {
            int number = part;
            rest.add(others.submit(() -> part(rows, number, parts, epochs)));
        }
        Result first = adopted(part(rows, 0, parts, epochs));
        double sum = first.objective();
        Map<String, Double> terms = new LinkedHashMap<>(first.terms());
        for (Future<Result> future : rest) {
            Result other = adopted(await(future));
            sum += other.objective();
            other.terms().forEach((name, value) -> terms.merge(name, value, Double::sum));
            try (NoGradGuard guard = new NoGradGuard()) {
                for (int i = 0; i < parameters.size(); i++) {
                    first.descent().get(i).add_(other.descent().get(i));
                }
            }
        }
        return new Result(first.descent(), sum, terms);
    }

    /** The share of some rows in the whole batch; its tensors are retained and belong to no scope. */
    @SuppressWarnings("try") // The scope acts by being open.
    private Result part(Rows rows, int number, int parts, double epochs) {
        int count = rows.count();
        int from = (int) ((long) count * number / parts);
        int to = (int) ((long) count * (number + 1) / parts);
        double share = (double) (to - from) / count;
        try (PointerScope scope = new PointerScope()) {
            Batch batch = rows.part(from, to, learner.shape(), learner.latent());
            Objective.Value value = objective.value(learner, batch, epochs);
            TensorVector gradients = torch.grad(
                    new TensorVector(value.objective().mul(new Scalar(-share))),
                    new TensorVector(parameters.toArray(Tensor[]::new)));
            List<Tensor> descent = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                // A vector's elements die with it; a copy shares the values.
                descent.add(new Tensor(gradients.get(i)).retainReference());
            }
            Map<String, Double> terms = new LinkedHashMap<>();
            value.terms().forEach((name, term) -> terms.put(name, share * term.item_double()));
            return new Result(descent, share * value.objective().item_double(), terms);
        }
    }

    /** Hands the tensors of a part over to the scope of the calling thread. */
    private static Result adopted(Result part) {
        PointerScope scope = PointerScope.getInnerScope();
        for (Tensor tensor : part.descent()) {
            if (scope != null) {
                scope.attach(tensor);
            }
            tensor.releaseReference();
        }
        return part;
    }

    private static Result await(Future<Result> future) {
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
