package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.ImageSet;
import io.margrave.results.ModelCard;
import io.margrave.vae.model.ImageClassifier;
import io.margrave.vae.model.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Classifiers read from their folders, named as {@link Models} names models.
 *
 * @param byName in the order asked for
 * @param cards one a model, in the same order
 */
record Classifiers(Map<String, ImageClassifier> byName, List<ModelCard> cards) {

    /**
     * Reads classifiers.
     *
     * @param folders at least one
     * @param console that relative paths start from
     * @throws BadInputException where a folder is missing or holds another kind of model
     */
    static Classifiers read(List<String> folders, Console console) {
        List<Path> paths =
                folders.stream().map(folder -> console.resolve(Path.of(folder))).toList();
        List<String> names = Models.names(paths);
        Map<String, ImageClassifier> byName = new LinkedHashMap<>();
        List<ModelCard> cards = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            if (!Files.isDirectory(path)) {
                throw new BadInputException("no model in " + path
                        + ": want a folder that 'margrave train --kind vib' or '--kind classifier' made");
            }
            byName.put(names.get(i), ModelFolder.readClassifier(path));
            cards.add(ModelFolder.card(path, names.get(i)));
        }
        return new Classifiers(byName, cards);
    }

    /** The data set that all were trained on, where they agree. */
    String trainedOn() {
        return new Models(Map.of(), cards).trainedOn();
    }

    /**
     * Checks that every classifier takes these images.
     *
     * @throws BadInputException where one does not
     */
    void checkTake(ImageSet images) {
        byName.forEach((name, classifier) -> {
            if (!classifier.shape().equals(images.shape())
                    || !classifier.range().equals(images.range())) {
                throw new BadInputException(
                        "model " + name + " takes images of " + classifier.shape() + " in ["
                                + classifier.range().low() + ", "
                                + classifier.range().high() + "], but " + images.name()
                                + " has " + images.shape() + " in ["
                                + images.range().low() + ", "
                                + images.range().high()
                                + "]; name its data set with --data, and the size of images that are to be resized with --image-size");
            }
        });
    }
}
