package io.margrave.robustness.attack;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws that stay the same until they are renewed: for searches that compare the objective of one step with that of another. Renewed
 * now and then, so that a search does not end up fitted to a few draws.
 */
final class HeldNoise implements Supplier<Tensor> {
    private final Supplier<Tensor> next;
    private final Tensor held;

    /**
     * Takes the first draws. They belong to the caller's scope, as long as the search is in it.
     *
     * @param next more of them, in the scope of the call
     */
    HeldNoise(Supplier<Tensor> next) {
        this.next = next;
        this.held = next.get();
    }

    @Override
    public Tensor get() {
        return held;
    }

    /** Other draws from here on. */
    void renew() {
        try (PointerScope scope = new PointerScope()) {
            held.copy_(next.get());
        }
    }
}
