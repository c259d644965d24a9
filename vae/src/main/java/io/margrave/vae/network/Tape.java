package io.margrave.vae.network;

import io.margrave.vae.TensorCopies;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * First derivatives with a quicker way through networks. While a thread's tape is open, a {@link Network} that knows its own way back
 * computes without autograd's graph and tells the tape; its output then starts a graph of its own. Gradients, with respect to inputs and to
 * what a network learns, are those of autograd, but for rounding. Second derivatives need autograd's own: {@link #keepingGraphs}.
 *
 * <pre>{@code
 * try (Tape tape = Tape.open()) {
 *     x.set_requires_grad(true);
 *     Tensor gradient = tape.gradient(loss(network.forward(x)), x);
 * }
 * }</pre>
 */
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<@Nullable Tape> OPEN = new ThreadLocal<>();

    private final @Nullable Tape outer = OPEN.get();
    private final List<Cut> cuts = new ArrayList<>();
    private final boolean cutting;

    /**
     * Where a graph was cut.
     *
     * @param input what the network was given, of the graph before
     * @param output what it gave, a leaf of the graph behind
     * @param back from a gradient of the output to those of what it was made of
     */
    private record Cut(Tensor input, Tensor output, Function<Tensor, Gradients> back) {}

    /**
     * Gradients of what a network's output was made of.
     *
     * @param input of its input's shape; null where nobody wants it
     * @param parameters of what it learns; empty where nobody wants them
     */
    record Gradients(@Nullable Tensor input, List<ParameterGradient> parameters) {}

    /**
     * The gradient of one parameter.
     *
     * @param parameter as the network has it
     * @param gradient of its shape
     */
    record ParameterGradient(Tensor parameter, Tensor gradient) {}

    /**
     * What a function made of a tensor.
     *
     * @param output of any shape
     * @param back from a gradient, of the output's shape, to one of the input's; asked without a graph, perhaps more than once
     */
    public record Step(Tensor output, UnaryOperator<Tensor> back) {}

    private Tape(boolean cutting) {
        this.cutting = cutting;
        OPEN.set(this);
    }

    /** Opens a tape of the calling thread, inside of that which may be open. */
    public static Tape open() {
        return new Tape(true);
    }

    /**
     * Until it is closed, the calling thread's networks keep autograd's graph, whatever is open: for second derivatives, as of a goal of an
     * attack that holds a gradient itself.
     */
    public static Tape keepingGraphs() {
        return new Tape(false);
    }

    /** The calling thread's; null where none is open that cuts. */
    static @Nullable Tape current() {
        Tape tape = OPEN.get();
        return tape != null && tape.cutting ? tape : null;
    }

    /**
     * Runs a function whose derivative its caller knows, as a custom function of autograd's. Where the calling thread's tape cuts, autograd sees
     * none of it; elsewhere it follows, and the caller's derivative is not asked. First derivatives alone, as all of a tape.
     *
     * @param input of any shape; of a graph or of none
     * @param function of operations that autograd knows; called once, and on a tape without a graph
     * @return the function's output; of a graph where the input is and gradients are on
     */
    public static Tensor custom(Tensor input, Function<Tensor, Step> function) {
        Tape tape = current();
        if (tape == null || !input.requires_grad() || !GradMode.is_enabled()) {
            return function.apply(input).output();
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            Step step = function.apply(input.detach());
            return tape.cut(input, step.output(), gradient -> {
                try (NoGradGuard without = new NoGradGuard()) {
                    return new Gradients(step.back().apply(gradient), List.of());
                }
            });
        }
    }

    /** Notes a cut and returns the leaf. */
    Tensor cut(Tensor input, Tensor output, Function<Tensor, Gradients> back) {
        output.set_requires_grad(true);
        cuts.add(new Cut(input, output, back));
        return output;
    }

    /**
     * The gradient of a number. May be asked of several numbers.
     *
     * @param value of no dimension, computed since the tape was opened
     * @param inputs what it was computed from
     * @return of the inputs' shape
     * @throws MissingGradientException where the value does not depend on them
     */
    public Tensor gradient(Tensor value, Tensor inputs) {
        return gradients(value, List.of(inputs)).get(0);
    }

    /** The same; null where the value does not depend on the inputs. */
    public @Nullable Tensor gradientIfAny(Tensor value, Tensor inputs) {
        return value.requires_grad() ? back(value, List.of(inputs))[0] : null;
    }

    /**
     * The gradients of a number with respect to several tensors, parameters among them.
     *
     * @param value of no dimension, computed since the tape was opened
     * @param inputs what it was computed from
     * @return in order of the inputs, of their shapes
     * @throws MissingGradientException where the value does not depend on one of them
     */
    public List<Tensor> gradients(Tensor value, List<Tensor> inputs) {
        @Nullable Tensor[] gradients = value.requires_grad() ? back(value, inputs) : new Tensor[inputs.size()];
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < gradients.length; i++) {
            Tensor gradient = gradients[i];
            if (gradient == null) {
                throw new MissingGradientException("want a value that depends on input " + i + " of " + inputs.size()
                        + ", of shape " + TensorCopies.shape(inputs.get(i)) + ", got one that doesn't");
            }
            all.add(gradient);
        }
        return all;
    }

    /**
     * From the value back to the inputs, piece of graph by piece: what a network was given was there before what it gave, so that all that
     * flows into a cut is known once those behind it are done.
     */
    private @Nullable Tensor[] back(Tensor value, List<Tensor> inputs) {
        @Nullable Tensor[] ofCuts = new Tensor[cuts.size()];
        @Nullable Tensor[] ofInputs = new Tensor[inputs.size()];
        flow(value, torch.ones_like(value), cuts.size(), inputs, ofCuts, ofInputs);
        for (int i = cuts.size() - 1; i >= 0; i--) {
            Cut cut = cuts.get(i);
            Tensor gradient = ofCuts[i];
            if (gradient == null) {
                continue;
            }
            Gradients pulled = cut.back.apply(gradient);
            for (ParameterGradient own : pulled.parameters) {
                for (int input = 0; input < ofInputs.length; input++) {
                    if (inputs.get(input).is_same(own.parameter)) {
                        ofInputs[input] = sum(ofInputs[input], own.gradient);
                    }
                }
            }
            if (pulled.input != null) {
                flow(cut.input, pulled.input, i, inputs, ofCuts, ofInputs);
            }
        }
        return ofInputs;
    }

    /** Adds what flows from a tensor with its gradient, within its own piece of graph, into the first cuts and the inputs. */
    private void flow(
            Tensor from,
            Tensor gradient,
            int firstCuts,
            List<Tensor> inputs,
            @Nullable Tensor[] ofCuts,
            @Nullable Tensor[] ofInputs) {
        List<Tensor> targets = new ArrayList<>();
        cuts.subList(0, firstCuts).forEach(cut -> targets.add(cut.output));
        targets.addAll(inputs);
        TensorVector flows = torch.grad(
                new TensorVector(from),
                new TensorVector(targets.toArray(new Tensor[0])),
                new TensorVector(gradient),
                new BoolOptional(true),
                false,
                true);
        for (int i = 0; i < targets.size(); i++) {
            // A vector's elements die with it; a copy shares the values.
            Tensor flow = new Tensor(flows.get(i));
            if (!flow.defined()) {
                continue;
            }
            if (i < firstCuts) {
                ofCuts[i] = sum(ofCuts[i], flow);
            } else {
                ofInputs[i - firstCuts] = sum(ofInputs[i - firstCuts], flow);
            }
        }
    }

    private static Tensor sum(@Nullable Tensor sum, Tensor more) {
        if (sum == null) {
            return more;
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            return sum.add(more);
        }
    }

    @Override
    public void close() {
        OPEN.set(outer);
    }
}
