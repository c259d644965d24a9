package io.margrave.vae.training;

import java.util.ArrayList;
import java.util.List;
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
    private final GenericList parameterList;
    private final GenericList firstList;
    private final GenericList secondList;
    private final GenericList stepList;
    private final Tensor step;
    private final double learningRate;
    private long steps;

    /**
     * An optimiser before its first step.
     *
     * @param parameters what it changes
     * @param learningRate greater than zero
     */
    Adam(List<Tensor> parameters, double learningRate) {
        this.learningRate = learningRate;
        kernel = Dispatcher.singleton()
                .findSchemaOrThrow("aten::_fused_adam_", "")
                .retainReference();
        step = torch.zeros(new long[0]).retainReference();
        List<Tensor> shared = new ArrayList<>();
        for (Tensor parameter : parameters) {
            first.add(torch.zeros_like(parameter).retainReference());
            second.add(torch.zeros_like(parameter).retainReference());
            shared.add(step);
        }
        parameterList = list(parameters).retainReference();
        firstList = list(first).retainReference();
        secondList = list(second).retainReference();
        stepList = list(shared).retainReference();
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

    /**
     * Moves the parameters against the gradient.
     *
     * @param gradients in order of the parameters, of their shapes
     */
    @SuppressWarnings("try") // The scope and the guard act by being open.
    void step(List<Tensor> gradients) {
        steps++;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            step.fill_(new Scalar((double) steps));
            // _fused_adam_(self, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, *, lr, beta1, beta2,
            // weight_decay, eps, amsgrad, maximize, grad_scale=None, found_inf=None)
            IValueVector arguments = new IValueVector(
                    new IValue(parameterList),
                    new IValue(list(gradients)),
                    new IValue(firstList),
                    new IValue(secondList),
                    new IValue(list(List.of())),
                    new IValue(stepList),
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
