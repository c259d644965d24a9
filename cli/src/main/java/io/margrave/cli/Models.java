package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.results.ModelCard;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.Vae;
import io.margrave.vae.model.VaeSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Models read from their folders, under the names they have within a run.
 *
 * @param vaes by name, in the order asked for
 * @param cards one a model, in the same order
 */
record Models(Map<String, Vae> vaes, List<ModelCard> cards) {
    /** What a card says of data that nobody told of. */
    private static final String UNKNOWN = "unknown";

    /**
     * Reads models. A model is called after its folder, and after the folder around it too where two would share a name.
     *
     * @param folders at least one
     * @param console that relative paths start from
     */
    static Models read(List<String> folders, Console console) {
        List<Path> paths =
                folders.stream().map(folder -> console.resolve(Path.of(folder))).toList();
        List<String> names = names(paths);
        Map<String, Vae> vaes = new LinkedHashMap<>();
        List<ModelCard> cards = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            if (!Files.isDirectory(path)) {
                throw new BadInputException("no model in " + path
                        + ": want a folder that 'margrave train' made, or one that was exported from Python");
            }
            vaes.put(names.get(i), ModelFolder.read(path));
            cards.add(ModelFolder.card(path, names.get(i)));
        }
        return new Models(vaes, cards);
    }

    static List<String> names(List<Path> paths) {
        List<String> names = new ArrayList<>();
        for (int parts = 1; ; parts++) {
            names.clear();
            for (Path path : paths) {
                int count = path.getNameCount();
                names.add(path.subpath(Math.max(0, count - parts), count)
                        .toString()
                        .replaceAll("[/\\\\]", "-"));
            }
            if (new HashSet<>(names).size() == names.size()) {
                return names;
            }
            int reach = parts;
            if (paths.stream().allMatch(path -> path.getNameCount() <= reach)) {
                throw new BadInputException("want different models, got one of " + paths + " twice");
            }
        }
    }

    /**
     * Checks that every model takes these images.
     *
     * @throws BadInputException where one does not
     */
    void checkTake(ImageSet images) {
        vaes.forEach((name, vae) -> {
            VaeSpec spec = vae.spec();
            if (!spec.shape().equals(images.shape()) || !spec.range().equals(images.range())) {
                throw new BadInputException(
                        "model " + name + " takes images of " + spec.shape() + " in ["
                                + spec.range().low() + ", " + spec.range().high() + "], but " + images.name() + " has "
                                + images.shape() + " in [" + images.range().low() + ", "
                                + images.range().high()
                                + "]; name its data set with --data, and the size of images that are to be resized with --image-size");
            }
        });
    }

    /**
     * Reads the models of a run again, under the names they had.
     *
     * @param before the run's cards
     * @param moved where they are now, in the same order; null where they are still where they were
     * @throws BadInputException where one is missing or its weights have changed
     */
    static Models again(List<ModelCard> before, @Nullable List<String> moved, Console console) {
        if (moved != null && moved.size() != before.size()) {
            throw new BadInputException("want --models with the " + before.size()
                    + " models of the run, in its order, got " + moved.size());
        }
        Map<String, Vae> vaes = new LinkedHashMap<>();
        List<ModelCard> cards = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            ModelCard then = before.get(i);
            Path folder = console.resolve(Path.of(moved == null ? then.path() : moved.get(i)));
            ModelCard now = ModelFolder.card(folder, then.name());
            if (!then.weightsChecksum().equals(now.weightsChecksum())) {
                throw new BadInputException("the weights in " + folder + " are not those of the run: want SHA-256 "
                        + then.weightsChecksum() + ", got " + now.weightsChecksum()
                        + "; say with --models where the old ones are, or audit the new ones in a new run");
            }
            vaes.put(then.name(), ModelFolder.read(folder));
            cards.add(then);
        }
        return new Models(vaes, cards);
    }

    /** The data set that all models were trained on, where they agree. */
    String trainedOn() {
        List<String> sets = cards.stream().map(ModelCard::data).distinct().toList();
        if (sets.size() != 1) {
            throw new BadInputException("the models were trained on different data, " + String.join(" and ", sets)
                    + ": say which to audit on with --data");
        }
        if (sets.get(0).equals(UNKNOWN)) {
            throw new BadInputException("the models do not say what they were trained on: say which data with --data");
        }
        return sets.get(0);
    }
}
