package io.margrave.vae.network;

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
 * First derivatives with a quicker way through networks that nobody trains. While a thread's tape is open, a {@link Network} that knows its
 * own way back computes without autograd's graph and tells the tape; its output then starts a graph of its own. Gradients are those of
 * autograd, but for rounding. Second derivatives need autograd's own: {@link #keepingGraphs}.
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
     * @param back from a gradient of the output to that of the input
     */
    private record Cut(Tensor input, Tensor output, UnaryOperator<Tensor> back) {}

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
                    return step.back().apply(gradient);
                }
            });
        }
    }

    /** Notes a cut and returns the leaf. */
    Tensor cut(Tensor input, Tensor output, UnaryOperator<Tensor> back) {
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
     * @throws RuntimeException as LibTorch says it, where the value does not depend on them
     */
    public Tensor gradient(Tensor value, Tensor inputs) {
        return back(value, inputs, false);
    }

    /** The same; null where the value does not depend on the inputs. */
    public @Nullable Tensor gradientIfAny(Tensor value, Tensor inputs) {
        if (!value.requires_grad()) {
            return null;
        }
        Tensor gradient = back(value, inputs, true);
        return gradient.defined() ? gradient : null;
    }

    private Tensor back(Tensor value, Tensor inputs, boolean mayBeUnused) {
        List<Tensor> values = new ArrayList<>(List.of(value));
        List<Tensor> gradients = new ArrayList<>(List.of(torch.ones_like(value)));
        // What a network was given was there before what it gave, so the last cut needs no other.
        for (int i = cuts.size() - 1; i >= 0; i--) {
            Cut cut = cuts.get(i);
            Tensor gradient = gradient(values, gradients, cut.output, true);
            if (gradient.defined()) {
                values.add(cut.input);
                gradients.add(cut.back.apply(gradient));
            }
        }
        return gradient(values, gradients, inputs, mayBeUnused);
    }

    private static Tensor gradient(List<Tensor> values, List<Tensor> gradients, Tensor of, boolean mayBeUnused) {
        return torch.grad(
                        new TensorVector(values.toArray(new Tensor[0])),
                        new TensorVector(of),
                        new TensorVector(gradients.toArray(new Tensor[0])),
                        new BoolOptional(true),
                        false,
                        mayBeUnused)
                .get(0);
    }

    @Override
    public void close() {
        OPEN.set(outer);
    }
}
