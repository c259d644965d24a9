package io.margrave.vae.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam (Kingma and Ba 2015) with beta 0.9 and 0.999, by ATen's own fused kernel: one pass over each parameter where the
 * C++ {@code Adam} takes eight. The binding has no method for the kernel, so it is called by its name. The moments are
 * ours: a checkpoint keeps them without the optimiser's pickle.
 *
 * <p>A parameter whose gradient has stopped for good (of a unit that died, of a latent that collapsed) has a mean of gradients
 * that shrinks by a tenth a step until it is subnormal, where it stays: the smallest float times 0.9 rounds to itself. A
 * processor takes a hundred times as long over such numbers, and half of an epoch went into them. So they are flushed to zero
 * while the kernel runs, and only then: Java's arithmetic on the same thread keeps them.
 */
final class Adam {
    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.999;
    private static final double EPSILON = 1e-8;

    private final OperatorHandle kernel;
    private final List<Tensor> first = new ArrayList<>();
    private final List<Tensor> second = new ArrayList<>();
    private final List<Share> shares = new ArrayList<>();
    private final Tensor step;
    private final double learningRate;
    private long steps;

    /**
     * Parameters that one thread moves.
     *
     * @param members which, by their number
     */
    private record Share(
            List<Integer> members, GenericList parameters, GenericList first, GenericList second, GenericList steps) {}

    /**
     * An optimiser before its first step.
     *
     * @param parameters what it changes
     * @param learningRate greater than zero
     * @param shares greater than zero: parts of about the same size that threads may move beside one another
     */
    Adam(List<Tensor> parameters, double learningRate, int shares) {
        this.learningRate = learningRate;
        kernel = Dispatcher.singleton()
                .findSchemaOrThrow("aten::_fused_adam_", "")
                .retainReference();
        step = torch.zeros(new long[0]).retainReference();
        for (Tensor parameter : parameters) {
            first.add(torch.zeros_like(parameter).retainReference());
            second.add(torch.zeros_like(parameter).retainReference());
        }
        for (List<Integer> members : balanced(parameters, shares)) {
            this.shares.add(new Share(
                    members,
                    list(of(members, parameters)).retainReference(),
                    list(of(members, first)).retainReference(),
                    list(of(members, second)).retainReference(),
                    list(Collections.nCopies(members.size(), step)).retainReference()));
        }
    }

    /** The largest first, each to whom has least. */
    private static List<List<Integer>> balanced(List<Tensor> parameters, int shares) {
        List<List<Integer>> members = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            members.add(new ArrayList<>());
        }
        long[] sizes = new long[shares];
        IntStream.range(0, parameters.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -parameters.get(i).numel()))
                .forEach(i -> {
                    int least = IntStream.range(0, shares)
                            .boxed()
                            .min(Comparator.comparing(share -> sizes[share]))
                            .orElseThrow();
                    sizes[least] += parameters.get(i).numel();
                    members.get(least).add(i);
                });
        return members;
    }

    private static List<Tensor> of(List<Integer> members, List<Tensor> tensors) {
        return members.stream().map(tensors::get).toList();
    }

    /** Means of the gradient, in order of the parameters: state, to be kept and put back. */
    List<Tensor> first() {
        return first;
    }

    /** Means of the squared gradient, in order of the parameters: state, to be kept and put back. */
    List<Tensor> second() {
        return second;
    }

    /** Steps taken: state, to be kept and put back. */
    long steps() {
        return steps;
    }

    /** Puts the number of steps back. */
    void resumeAfter(long taken) {
        steps = taken;
    }

    /** Begins a step, in which each share is to {@linkplain #move move} once. */
    @SuppressWarnings("try") // The guard acts by being open.
    void begin() {
        steps++;
        try (NoGradGuard guard = new NoGradGuard()) {
            step.fill_(new Scalar((double) steps));
        }
    }

    /**
     * Moves a share's parameters against the gradient, on the calling thread.
     *
     * @param share from 0
     * @param gradients of parts of a batch, each in order of all parameters, of their shapes: their sum counts, taken in their order. Those of
     *     the first part are overwritten with it
     */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    void move(int share, List<List<Tensor>> gradients) {
        Share own = shares.get(share);
        if (own.members.isEmpty()) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            List<Tensor> sums = of(own.members, gradients.get(0));
            for (List<Tensor> part : gradients.subList(1, gradients.size())) {
                for (int i = 0; i < sums.size(); i++) {
                    sums.get(i).add_(part.get(own.members.get(i)));
                }
            }
            // _fused_adam_(self, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, *, lr, beta1, beta2,
            // weight_decay, eps, amsgrad, maximize, grad_scale=None, found_inf=None)
            IValueVector arguments = new IValueVector(
                    new IValue(own.parameters),
                    new IValue(list(sums)),
                    new IValue(own.first),
                    new IValue(own.second),
                    new IValue(list(List.of())),
                    new IValue(own.steps),
                    new IValue(learningRate),
                    new IValue(FIRST_DECAY),
                    new IValue(SECOND_DECAY),
                    new IValue(0.0),
                    new IValue(EPSILON),
                    new IValue(false),
                    new IValue(false),
                    new IValue(),
                    new IValue());
            Context.setFlushDenormal(true);
            try {
                kernel.callBoxed(arguments);
            } finally {
                Context.setFlushDenormal(false);
            }
        }
    }

    /** The binding makes no IValue of a vector of tensors, only of a list that knows its element type. */
    private static GenericList list(List<Tensor> tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return list;
    }
}
