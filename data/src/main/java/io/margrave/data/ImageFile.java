package io.margrave.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads one image from a file, for judging a given pair. */
public final class ImageFile {
    private ImageFile() {}

    /**
     * Reads a PNG or JPEG picture, or a safetensors file with a single tensor, whose numbers are taken exactly.
     *
     * <p>A picture's 0 becomes the low end of the range and its 255 the high end. A tensor may leave the range, as a
     * perturbed input may.
     *
     * @param shape that the image must have; a tensor may have a leading 1, or be flat
     * @param range of the model's images
     * @return {@code shape.size()} finite values, channels x height x width
     * @throws BadInputException where the file can't be used, has another shape, or holds NaN or infinity
     */
    public static float[] read(Path file, ImageShape shape, ValueRange range) {
        Path name = file.getFileName();
        if (name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
            return tensor(file, shape);
        }
        Picture picture = Picture.read(file);
        if (shape.channels() == 3) {
            picture = picture.inColour();
        }
        if (picture.channels() != shape.channels()
                || picture.height() != shape.height()
                || picture.width() != shape.width()) {
            throw bad(file, shape, picture.channels() + "x" + picture.height() + "x" + picture.width());
        }
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            // At 255 exactly the high end, whatever the rounding of low + 1 * (high - low).
            float share = (picture.pixels()[i] & 0xff) / 255f;
            values[i] = (1 - share) * range.low() + share * range.high();
        }
        return values;
    }

    private static float[] tensor(Path file, ImageShape shape) {
        long most = (long) shape.size() * Double.BYTES + Safetensors.LONGEST_HEADER + Long.BYTES;
        List<TensorData> tensors =
                List.copyOf(Safetensors.read(file, most).tensors().values());
        if (tensors.size() != 1) {
            throw bad(file, shape, tensors.size() + " tensors");
        }
        TensorData tensor = tensors.get(0);
        long channels = shape.channels();
        long height = shape.height();
        long width = shape.width();
        boolean fits = tensor.shape().equals(List.of(channels, height, width))
                || tensor.shape().equals(List.of(1L, channels, height, width))
                || tensor.shape().equals(List.of((long) shape.size()))
                || (channels == 1 && tensor.shape().equals(List.of(height, width)));
        if (!fits) {
            throw bad(file, shape, "shape " + tensor.shape());
        }
        for (float value : tensor.values()) {
            if (!Float.isFinite(value)) {
                throw new BadInputException(
                        "want finite pixels in " + file + ", got " + value + ": write the image again");
            }
        }
        return tensor.values();
    }

    private static BadInputException bad(Path file, ImageShape shape, String got) {
        return new BadInputException(
                "want one image of " + shape + " in " + file + ", got " + got + ": give an image of the model's shape");
    }
}
