package io.margrave.data;

/**
 * A data set, cut: validation comes out of train and alone drives early stopping and choices.
 *
 * @param name of the data set
 * @param train images to fit on
 * @param validation images to choose on
 * @param test images to report on
 */
public record DataSplits(String name, ImageSet train, ImageSet validation, ImageSet test) {
    /** The split called {@code train}, {@code validation} or {@code test}. */
    public ImageSet split(String split) {
        return switch (split) {
            case "train" -> train;
            case "validation" -> validation;
            case "test" -> test;
            default -> throw new BadInputException("want split train, validation or test, got '" + split + "'");
        };
    }
}
