package io.margrave.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * A decoded PNG or JPEG picture, 8 bits a value.
 *
 * <p>Grey stays grey, bit for bit; 16 bits are rounded to 8; palettes are looked up; what is transparent lies over black.
 * Files are untrusted: the format is told by their first bytes, their size is checked before they are decoded, and damage
 * that a viewer would pass over is refused.
 *
 * @param channels 1 for grey, 3 for colour (sRGB)
 * @param pixels channels x height x width
 */
record Picture(int channels, int height, int width, byte[] pixels) {
    /** Pictures of more pixels are refused: 64 million take 256 MB to decode. */
    private static final long MOST_PIXELS = 1L << 26;

    private static final int MAGIC_BYTES = 8;

    /**
     * What a file says of itself.
     *
     * @param channels 1 for grey, 3 for colour
     */
    record Header(int channels, int height, int width) {}

    /** Whether a file's name ends like a picture's. */
    static boolean isNamedAsPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"));
    }

    /** Reads the first bytes only. */
    static Header header(Path file) {
        return open(file, (reader, damage) -> header(file, reader));
    }

    /** Reads and decodes the file. */
    static Picture read(Path file) {
        return open(file, (reader, damage) -> {
            header(file, reader);
            BufferedImage image = reader.read(0);
            if (damage.get() != null) {
                throw bad(file, "got " + damage.get());
            }
            return of(image);
        });
    }

    private interface Use<T> {
        T with(ImageReader reader, AtomicReference<String> damage) throws IOException;
    }

    private static <T> T open(Path file, Use<T> use) {
        try {
            String format = format(file);
            Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
            if (!readers.hasNext()) {
                throw new IllegalStateException("this Java has no reader for " + format);
            }
            ImageReader reader = readers.next();
            try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
                AtomicReference<String> damage = new AtomicReference<>();
                reader.setInput(in, true, true);
                reader.addIIOReadWarningListener((source, warning) -> {
                    String text = warning.toLowerCase(Locale.ROOT);
                    if (text.contains("truncated") || text.contains("premature") || text.contains("corrupt")) {
                        damage.compareAndSet(null, BadFile.quote(warning));
                    }
                });
                return use.with(reader, damage);
            } finally {
                reader.dispose();
            }
        } catch (BadInputException e) {
            throw e;
        } catch (java.nio.file.FileSystemException e) {
            throw BadFile.unreadable(file, e);
        } catch (IOException e) {
            throw new BadInputException(badLine(file, "got " + BadFile.quote(BadFile.reason(e))), e);
        } catch (RuntimeException e) {
            // Java's decoders meet damaged files with index and argument errors of their own.
            throw new BadInputException(badLine(file, "its bytes are damaged"), e);
        }
    }

    private static String format(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(MAGIC_BYTES);
        }
        if (start.length > 2 && (start[0] & 0xff) == 0xff && (start[1] & 0xff) == 0xd8) {
            return "jpeg";
        }
        if (start.length == MAGIC_BYTES
                && (start[0] & 0xff) == 0x89
                && start[1] == 'P'
                && start[2] == 'N'
                && start[3] == 'G') {
            return "png";
        }
        throw bad(file, "its first bytes are neither's");
    }

    private static Header header(Path file, ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (width <= 0 || height <= 0 || (long) width * height > MOST_PIXELS) {
            throw bad(file, "it claims " + width + "x" + height + " pixels, more than " + MOST_PIXELS);
        }
        ImageTypeSpecifier type = reader.getRawImageType(0);
        return new Header(type != null && isGrey(type.getColorModel()) ? 1 : 3, height, width);
    }

    private static boolean isGrey(ColorModel model) {
        if (model instanceof IndexColorModel palette) {
            for (int i = 0; i < palette.getMapSize(); i++) {
                if (palette.getRed(i) != palette.getGreen(i) || palette.getRed(i) != palette.getBlue(i)) {
                    return false;
                }
            }
            return true;
        }
        return model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    }

    private static Picture of(BufferedImage image) {
        ColorModel model = image.getColorModel();
        boolean grey = isGrey(model);
        byte[] pixels = grey && !(model instanceof IndexColorModel)
                ? greySamples(image.getRaster(), model)
                : colours(image, grey ? 1 : 3);
        return new Picture(grey ? 1 : 3, image.getHeight(), image.getWidth(), pixels);
    }

    /** Grey as stored: Java's own conversion to RGB would bend it by a gamma curve. */
    private static byte[] greySamples(Raster raster, ColorModel model) {
        int width = raster.getWidth();
        int most = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        boolean alpha = model.hasAlpha() && raster.getNumBands() > 1;
        byte[] pixels = new byte[width * raster.getHeight()];
        for (int i = 0; i < pixels.length; i++) {
            double value = (double) raster.getSample(i % width, i / width, 0) / most;
            double opacity = alpha ? (double) raster.getSample(i % width, i / width, 1) / most : 1;
            pixels[i] = (byte) Math.round(255 * value * opacity);
        }
        return pixels;
    }

    private static byte[] colours(BufferedImage image, int channels) {
        int width = image.getWidth();
        int size = width * image.getHeight();
        byte[] pixels = new byte[channels * size];
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int opacity = row[x] >>> 24;
                for (int channel = 0; channel < channels; channel++) {
                    int value = (row[x] >> (16 - 8 * channel)) & 0xff;
                    pixels[channel * size + y * width + x] = (byte) Math.round(value * opacity / 255f);
                }
            }
        }
        return pixels;
    }

    /** The part of these sides in the middle. */
    Picture centre(int partHeight, int partWidth) {
        int top = (height - partHeight) / 2;
        int left = (width - partWidth) / 2;
        byte[] part = new byte[channels * partHeight * partWidth];
        for (int row = 0; row < channels * partHeight; row++) {
            int channel = row / partHeight;
            int from = (channel * height + top + row % partHeight) * width + left;
            System.arraycopy(pixels, from, part, row * partWidth, partWidth);
        }
        return new Picture(channels, partHeight, partWidth, part);
    }

    /**
     * Resampled with a triangle filter as wide as a new pixel, or as an old one where those are larger: bilinear without
     * aliasing.
     */
    Picture resized(int newHeight, int newWidth) {
        double[] wide = new double[channels * height * newWidth];
        double[][] across = weights(width, newWidth);
        for (int row = 0; row < channels * height; row++) {
            for (int x = 0; x < newWidth; x++) {
                double sum = 0;
                int first = (int) across[x][0];
                for (int k = 1; k < across[x].length; k++) {
                    sum += across[x][k] * (pixels[row * width + first + k - 1] & 0xff);
                }
                wide[row * newWidth + x] = sum;
            }
        }
        byte[] result = new byte[channels * newHeight * newWidth];
        double[][] down = weights(height, newHeight);
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < newHeight; y++) {
                int first = (int) down[y][0];
                for (int x = 0; x < newWidth; x++) {
                    double sum = 0;
                    for (int k = 1; k < down[y].length; k++) {
                        sum += down[y][k] * wide[(channel * height + first + k - 1) * newWidth + x];
                    }
                    result[(channel * newHeight + y) * newWidth + x] = (byte) Math.round(sum);
                }
            }
        }
        return new Picture(channels, newHeight, newWidth, result);
    }

    /** For each new pixel: the first old pixel it takes from, then the weights of that and those after it. */
    private static double[][] weights(int from, int to) {
        double scale = (double) from / to;
        double support = Math.max(scale, 1);
        double[][] weights = new double[to][];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) Math.floor(centre - support));
            int last = Math.min(from - 1, (int) Math.ceil(centre + support));
            double[] line = new double[last - first + 2];
            line[0] = first;
            double sum = 0;
            for (int j = first; j <= last; j++) {
                line[j - first + 1] = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / support);
                sum += line[j - first + 1];
            }
            for (int k = 1; k < line.length; k++) {
                line[k] /= sum;
            }
            weights[i] = line;
        }
        return weights;
    }

    /** Grey three times over; colour as it is. */
    Picture inColour() {
        if (channels == 3) {
            return this;
        }
        byte[] colour = new byte[3 * pixels.length];
        for (int channel = 0; channel < 3; channel++) {
            System.arraycopy(pixels, 0, colour, channel * pixels.length, pixels.length);
        }
        return new Picture(3, height, width, colour);
    }

    private static BadInputException bad(Path file, String got) {
        return new BadInputException(badLine(file, got));
    }

    private static String badLine(Path file, String got) {
        return "want a PNG or JPEG picture in " + file + ", " + got + ": replace the file or take it away";
    }
}
