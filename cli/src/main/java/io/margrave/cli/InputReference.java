package io.margrave.cli;

import io.margrave.data.BadInputException;
import io.margrave.data.DataRequest;
import io.margrave.data.Datasets;
import io.margrave.data.ImageSet;
import io.margrave.data.ImageShape;
import io.margrave.data.Safetensors;
import io.margrave.data.TensorData;
import io.margrave.data.ValueRange;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One image as the user names it: {@code test:17} of the data set; {@code file.png} or {@code .jpg}; {@code file.safetensors},
 * or {@code file.safetensors#tensor}, or {@code file.safetensors#tensor#row}.
 *
 * @param shape that the model takes
 * @param range of its values
 */
record InputReference(ImageShape shape, ValueRange range) {
    private static final Pattern INDEXED = Pattern.compile("(test|validation|train):(\\d{1,9})");
    private static final long LARGEST_FILE = 1L << 30;

    /**
     * Reads it, channels x height x width.
     *
     * @param given the user's words
     * @param data for {@code split:index}; null where no data set is known
     * @throws BadInputException where there is no such image, it has another shape, or a value that is no number
     */
    float[] read(String given, @Nullable DataRequest data, Console console) {
        float[] values = values(given, data, console);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new BadInputException("want finite values in " + given + ", got " + value);
            }
        }
        return values;
    }

    private float[] values(String given, @Nullable DataRequest data, Console console) {
        Matcher indexed = INDEXED.matcher(given);
        if (indexed.matches()) {
            return ofSet(indexed.group(1), Integer.parseInt(indexed.group(2)), data);
        }
        int mark = given.indexOf(".safetensors");
        if (mark >= 0) {
            int end = mark + ".safetensors".length();
            String[] inside = given.substring(end).split("#", -1);
            return ofTensors(console.resolve(Path.of(given.substring(0, end))), inside);
        }
        return ofPicture(console.resolve(Path.of(given)));
    }

    private float[] ofSet(String split, int index, @Nullable DataRequest data) {
        if (data == null) {
            throw new BadInputException("want --data to take " + split + ":" + index + " from, got none");
        }
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

    private float[] ofTensors(Path file, String[] inside) {
        Map<String, TensorData> tensors = Safetensors.read(file, LARGEST_FILE).tensors();
        String name = inside.length > 1 ? inside[1] : "";
        if (name.isEmpty()) {
            if (tensors.size() != 1) {
                throw new BadInputException(
                        "want one of the tensors " + tensors.keySet() + " of " + file + ", as in " + file.getFileName()
                                + "#" + tensors.keySet().stream().findFirst().orElse("name"));
            }
            name = tensors.keySet().iterator().next();
        }
        TensorData tensor = tensors.get(name);
        if (tensor == null) {
            throw new BadInputException("no tensor '" + name + "' in " + file + ": want one of " + tensors.keySet());
        }
        int size = shape.size();
        int rows = tensor.values().length / size;
        int row = inside.length > 2 ? number(inside[2]) : 0;
        if (rows * size != tensor.values().length || row >= rows || (inside.length < 3 && rows != 1)) {
            throw new BadInputException("want one image of " + shape + " from " + file + "#" + name
                    + ", got a tensor of shape " + tensor.shape() + "; name a row with #" + name + "#0");
        }
        float[] image = new float[size];
        System.arraycopy(tensor.values(), row * size, image, 0, size);
        return image;
    }

    private static int number(String row) {
        if (!row.matches("\\d{1,9}")) {
            throw new BadInputException("want a row's number after the second #, got '" + row + "'");
        }
        return Integer.parseInt(row);
    }

    private float[] ofPicture(Path path) {
        File file = path.toFile();
        if (!Files.isRegularFile(path)) {
            throw new BadInputException("no file " + path
                    + ": want a PNG or JPEG, a .safetensors file, or an image of the data set such as test:17");
        }
        try (ImageInputStream stream = ImageIO.createImageInputStream(file)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new BadInputException(path + " is no PNG or JPEG picture");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream);
                // The size is in the header: a wrong one is refused before memory is taken.
                if (reader.getWidth(0) != shape.width() || reader.getHeight(0) != shape.height()) {
                    throw new BadInputException("want a picture of " + shape.width() + "x" + shape.height()
                            + " pixels for this model, got " + reader.getWidth(0) + "x" + reader.getHeight(0) + " in "
                            + path);
                }
                return values(reader.read(0));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(path + " can't be read as a picture: " + e.getMessage(), e));
        }
    }

    private float[] values(BufferedImage picture) {
        if (shape.channels() != 1 && shape.channels() != 3) {
            throw new BadInputException(
                    "want a model of 1 or 3 channels to take a picture, got one of " + shape.channels());
        }
        int pixels = shape.width() * shape.height();
        float[] values = new float[shape.size()];
        for (int at = 0; at < pixels; at++) {
            double[] colour = colour(picture, at % shape.width(), at / shape.width());
            for (int channel = 0; channel < shape.channels(); channel++) {
                double level = shape.channels() == 3
                        ? colour[channel]
                        : 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
                values[channel * pixels + at] = (float) (range.low() + level * (range.high() - range.low()));
            }
        }
        return values;
    }

    /** Red, green and blue in [0, 1]. Grey samples are taken as they are stored: Java would convert them to linear light. */
    private static double[] colour(BufferedImage picture, int x, int y) {
        boolean grey = picture.getRaster().getNumBands() == 1 && !(picture.getColorModel() instanceof IndexColorModel);
        if (grey) {
            double most = (1 << picture.getSampleModel().getSampleSize(0)) - 1;
            double level = picture.getRaster().getSample(x, y, 0) / most;
            return new double[] {level, level, level};
        }
        int rgb = picture.getRGB(x, y);
        return new double[] {((rgb >> 16) & 0xff) / 255.0, ((rgb >> 8) & 0xff) / 255.0, (rgb & 0xff) / 255.0};
    }
}
