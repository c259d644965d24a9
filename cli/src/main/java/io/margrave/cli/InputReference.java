package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.data.ImageFile;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Safetensors;
import io.margrave.data.TensorData;
import io.margrave.data.ValueRange;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One image as the user names it: {@code test:17} of the data set; a file that {@link ImageFile} reads; {@code
 * file.safetensors#tensor} or {@code file.safetensors#tensor#row}.
 *
 * @param shape that the model takes
 * @param range of its values
 * @param data that {@code test:17} is of
 */
record InputReference(ImageShape shape, ValueRange range, DataRequest data) {
    private static final Pattern INDEXED = Pattern.compile("(test|validation|train):(\\d{1,9})");
    private static final Pattern IN_FILE = Pattern.compile("(.*\\.safetensors)#([^#]+)(?:#(\\d{1,9}))?");
    private static final long LARGEST_FILE = 1L << 30;

    /**
     * Reads it, channels x height x width.
     *
     * @param given the user's words
     * @throws BadInputException where there is no such image, it has another shape, or a value that is no number
     */
    float[] read(String given, Console console) {
        Matcher indexed = INDEXED.matcher(given);
        if (indexed.matches()) {
            return ofSet(indexed.group(1), Integer.parseInt(indexed.group(2)));
        }
        Matcher inFile = IN_FILE.matcher(given);
        if (inFile.matches()) {
            String row = inFile.group(3);
            return ofTensor(
                    console.resolve(Path.of(inFile.group(1))),
                    inFile.group(2),
                    row == null ? -1 : Integer.parseInt(row));
        }
        return ImageFile.read(console.resolve(Path.of(given)), shape, range);
    }

    private float[] ofSet(String split, int index) {
        ImageSet images = Datasets.open(data).split(split);
        if (index >= images.size()) {
            throw new BadInputException(
                    "want an index below " + images.size() + " in " + images.name() + ", got " + index);
        }
        if (!images.shape().equals(shape)) {
            throw new BadInputException("want images of " + shape + " for this model, but " + images.name() + " has "
                    + images.shape() + "; name another data set with --data");
        }
        return images.image(index);
    }

    /** The row-th image of a tensor; with row -1 its only one. */
    private float[] ofTensor(Path file, String name, int row) {
        Map<String, TensorData> tensors = Safetensors.read(file, LARGEST_FILE).tensors();
        TensorData tensor = tensors.get(name);
        if (tensor == null) {
            throw new BadInputException("no tensor '" + name + "' in " + file + ": want one of " + tensors.keySet());
        }
        int size = shape.size();
        int rows = tensor.values().length / size;
        if (rows * size != tensor.values().length || row >= rows || (row < 0 && rows != 1)) {
            throw new BadInputException("want one image of " + shape + " from tensor " + name + " of " + file
                    + ", got shape " + tensor.shape() + "; name one of its rows, as in #" + name + "#0");
        }
        float[] image = new float[size];
        System.arraycopy(tensor.values(), Math.max(row, 0) * size, image, 0, size);
        for (float value : image) {
            if (!Float.isFinite(value)) {
                throw new BadInputException("want finite values in " + file + "#" + name + ", got " + value);
            }
        }
        return image;
    }
}
