package io.margrave.data;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A data set, cut: validation comes out of train and alone drives early stopping and choices.
 *
 * <p>Images to fit and choose on may be read when they are first asked for: who only measures on test images needs neither
 * their files nor their memory. Safe for use by several threads.
 */
public final class DataSplits {
    private final String name;
    private final ImageSet test;
    private final Supplier<Fitted> reader;
    private @Nullable Fitted fitted;

    /** What models are fitted and chosen on. */
    record Fitted(ImageSet train, ImageSet validation) {}

    /**
     * A data set whose images are at hand.
     *
     * @param name of the data set
     * @param train images to fit on
     * @param validation images to choose on
     * @param test images to report on
     */
    public DataSplits(String name, ImageSet train, ImageSet validation, ImageSet test) {
        this(name, () -> new Fitted(train, validation), test);
    }

    /** A data set whose train and validation parts are read where they are asked for, once. */
    DataSplits(String name, Supplier<Fitted> reader, ImageSet test) {
        this.name = name;
        this.reader = reader;
        this.test = test;
    }

    /** Of the data set. */
    public String name() {
        return name;
    }

    /**
     * Images to fit on.
     *
     * @throws BadInputException where they are read only now and their files are missing or unusable
     */
    public ImageSet train() {
        return fitted().train;
    }

    /** Images to choose on. */
    public ImageSet validation() {
        return fitted().validation;
    }

    /** Images to report on. */
    public ImageSet test() {
        return test;
    }

    /** The split called {@code train}, {@code validation} or {@code test}. */
    public ImageSet split(String split) {
        return switch (split) {
            case "train" -> train();
            case "validation" -> validation();
            case "test" -> test;
            default -> throw new BadInputException("want split train, validation or test, got '" + split + "'");
        };
    }

    private synchronized Fitted fitted() {
        if (fitted == null) {
            fitted = reader.get();
        }
        return fitted;
    }
}
