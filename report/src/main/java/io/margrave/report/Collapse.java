package io.margrave.report;

import io.margrave.results.ModelCard;
import java.util.Optional;

/** Whether a model still looks at its input: one that ignores it is robust for no good reason. */
enum Collapse {
    /** Enough latent units are active, or nobody measured. */
    NONE,
    /** At most a tenth of the latent units are active. */
    NEAR,
    /** No latent unit is active. */
    COLLAPSED;

    static Collapse of(ModelCard model) {
        Integer active = model.activeUnits();
        if (active == null) {
            return NONE;
        }
        if (active == 0) {
            return COLLAPSED;
        }
        return 10 * active <= model.latent() ? NEAR : NONE;
    }

    /** What a reader must know of it, as HTML. */
    Optional<String> warning(ModelCard model) {
        String name = "<b>" + Html.text(model.name()) + "</b>";
        return switch (this) {
            case NONE -> Optional.empty();
            case NEAR ->
                Optional.of(
                        name + " is close to posterior collapse: " + model.activeUnits() + " of " + model.latent()
                                + " latent units are active. A model that hardly looks at its input is hard to attack for the wrong reason.");
            case COLLAPSED ->
                Optional.of(
                        name + " has collapsed: none of its " + model.latent()
                                + " latent units is active, so it ignores its input. Whatever looks robust below says nothing good of it.");
        };
    }
}
