package io.margrave.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of pictures: {@code <dataDir>/images} where there is one, else {@code dataDir}.
 *
 * <p>With sub-folders {@code train} and {@code test} (and perhaps {@code validation} or {@code val}) those are the splits;
 * without, one picture in six becomes test, drawn by a fixed seed. Sub-folders below are classes. Pictures are in the order
 * of their paths.
 */
final class PictureFolder {
    static final String NAME = "images";

    private static final int TEST_ONE_IN = 6;
    private static final int DEEPEST = 8;
    private static final long SEED = 0;

    private PictureFolder() {}

    static DataSplits read(Path dataDir, @Nullable Integer imageSize, boolean centerCrop) {
        Path own = dataDir.resolve(NAME);
        Path root = Files.isDirectory(own) ? own : dataDir;
        if (!Files.isDirectory(root)) {
            throw new BadInputException(
                    "want a folder of PNG or JPEG pictures in " + root + ", found none: name it with --data-dir");
        }
        Framing framing = new Framing(centerCrop ? Framing.Crop.LARGEST : Framing.Crop.NONE, 0, imageSize);
        return Files.isDirectory(root.resolve("train")) && Files.isDirectory(root.resolve("test"))
                ? publishedSplits(root, framing)
                : drawnSplits(root, framing);
    }

    /** A picture's file and the name of its class, empty where it has none. */
    private record Labelled(Path file, String className) {}

    private static DataSplits publishedSplits(Path root, Framing framing) {
        List<Labelled> train = list(root.resolve("train"));
        List<Labelled> test = list(root.resolve("test"));
        List<Labelled> validation = Stream.of("validation", "val")
                .map(root::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .map(PictureFolder::list)
                .orElse(List.of());
        if (validation.isEmpty()) {
            Holdout holdout = Holdout.of(NAME, train.size());
            return splits(framing, pick(train, holdout.train()), pick(train, holdout.validation()), test);
        }
        return splits(framing, train, validation, test);
    }

    private static DataSplits drawnSplits(Path root, Framing framing) {
        List<Labelled> all = list(root);
        if (all.size() < 3) {
            throw new BadInputException("want at least 3 PNG or JPEG pictures in " + root + ", found " + all.size());
        }
        int testCount = Math.max(1, all.size() / TEST_ONE_IN);
        int[] order = new Noise(SEED, NAME).stream(0, "test", 0).sample(all.size(), all.size());
        List<Labelled> rest = pick(all, sorted(Arrays.copyOfRange(order, testCount, order.length)));
        Holdout holdout = Holdout.of(NAME, rest.size());
        return splits(
                framing,
                pick(rest, holdout.train()),
                pick(rest, holdout.validation()),
                pick(all, sorted(Arrays.copyOf(order, testCount))));
    }

    private static int[] sorted(int[] indices) {
        Arrays.sort(indices);
        return indices;
    }

    private static List<Labelled> pick(List<Labelled> all, int[] indices) {
        return IntStream.of(indices).mapToObj(all::get).toList();
    }

    private static DataSplits splits(
            Framing framing, List<Labelled> train, List<Labelled> validation, List<Labelled> test) {
        List<Labelled> all = new ArrayList<>(train);
        all.addAll(validation);
        all.addAll(test);
        ImageShape shape = commonShape(framing, all);
        TreeSet<String> names = new TreeSet<>();
        all.stream().map(Labelled::className).filter(name -> !name.isEmpty()).forEach(names::add);
        List<String> classNames = List.copyOf(names);
        return new DataSplits(
                NAME,
                set("train", shape, framing, train, classNames),
                set("validation", shape, framing, validation, classNames),
                set("test", shape, framing, test, classNames));
    }

    private static ImageSet set(
            String split, ImageShape shape, Framing framing, List<Labelled> pictures, List<String> classNames) {
        return new PictureSet(
                NAME + "/" + split,
                shape,
                framing,
                pictures.stream().map(Labelled::file).toList(),
                pictures.stream()
                        .mapToInt(picture -> classNames.indexOf(picture.className))
                        .toArray(),
                classNames);
    }

    /** One shape for all, found from the headers of the files; colour as soon as one picture has colour. */
    private static ImageShape commonShape(Framing framing, List<Labelled> all) {
        List<ImageShape> shapes = all.stream()
                .parallel()
                .map(picture -> {
                    Picture.Header header = Picture.header(picture.file);
                    int[] framed = framing.framed(picture.file, header.height(), header.width());
                    return new ImageShape(header.channels(), framed[0], framed[1]);
                })
                .toList();
        ImageShape first = shapes.get(0);
        int channels = 1;
        for (int i = 0; i < shapes.size(); i++) {
            ImageShape shape = shapes.get(i);
            if (shape.height() != first.height() || shape.width() != first.width()) {
                throw new BadInputException("want pictures of one size, got " + first.width() + "x" + first.height()
                        + " in " + all.get(0).file + " and " + shape.width() + "x" + shape.height() + " in "
                        + all.get(i).file + ": give an image size to resize them to");
            }
            channels = Math.max(channels, shape.channels());
        }
        return new ImageShape(channels, first.height(), first.width());
    }

    /** Pictures below a folder in the order of their paths; the first folder below it is their class. */
    private static List<Labelled> list(Path folder) {
        try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
            List<Labelled> found = files.filter(file -> Picture.isNamedAsPicture(file) && Files.isRegularFile(file))
                    .sorted(Comparator.comparing(
                            file -> folder.relativize(file).toString().replace('\\', '/')))
                    .map(file -> new Labelled(file, className(folder.relativize(file))))
                    .toList();
            if (found.isEmpty()) {
                throw new BadInputException(
                        "want PNG or JPEG pictures in " + folder + ", found none: name their folder with --data-dir");
            }
            return found;
        } catch (IOException e) {
            throw BadFile.unreadable(folder, e);
        } catch (java.io.UncheckedIOException e) {
            throw BadFile.unreadable(folder, java.util.Objects.requireNonNull(e.getCause()));
        }
    }

    private static String className(Path relative) {
        return relative.getNameCount() == 1 ? "" : relative.getName(0).toString();
    }
}
