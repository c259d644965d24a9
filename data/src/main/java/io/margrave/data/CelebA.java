package io.margrave.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * CelebA in its published layout: {@code img_align_celeba/} and {@code list_eval_partition.txt}, in {@code
 * <dataDir>/celeba} or {@code dataDir}.
 *
 * <p>The centre of 148x148 pixels is taken, as is usual, and resized to 64x64 where no other size is asked for. The published
 * partition gives train, validation and test.
 */
final class CelebA {
    static final String NAME = "celeba";

    private static final int CROP = 148;
    private static final int SIDE = 64;
    private static final int SPLITS = 3;
    private static final long LONGEST_LIST = 1L << 26;
    private static final String LIST = "list_eval_partition.txt";
    private static final String PICTURES = "img_align_celeba";
    /** No separators: a list can't name files elsewhere. */
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9_-]{1,64}\\.(?:jpg|png))\\s+([012])");

    private CelebA() {}

    static DataSplits read(Path dataDir, @Nullable Integer imageSize) {
        Path own = dataDir.resolve(NAME);
        Path root = Files.isDirectory(own) ? own : dataDir;
        Path list = root.resolve(LIST);
        Path pictures = root.resolve(PICTURES);
        if (!Files.isRegularFile(list) || !Files.isDirectory(pictures)) {
            throw new BadInputException("want " + PICTURES + "/ and " + LIST + " in " + root + ", found "
                    + (Files.isRegularFile(list) ? "the list only" : "no list") + ": "
                    + DatasetCatalog.entry(NAME).howToGet());
        }
        List<List<Path>> splits = partition(list, pictures);
        int side = imageSize == null ? SIDE : imageSize;
        ImageShape shape = new ImageShape(3, side, side);
        Framing framing = new Framing(Framing.Crop.SIDE, CROP, side);
        return new DataSplits(
                NAME,
                set("train", shape, framing, splits.get(0)),
                set("validation", shape, framing, splits.get(1)),
                set("test", shape, framing, splits.get(2)));
    }

    private static ImageSet set(String split, ImageShape shape, Framing framing, List<Path> files) {
        int[] labels = new int[files.size()];
        Arrays.fill(labels, -1);
        return new PictureSet(NAME + "/" + split, shape, framing, files, labels, List.of());
    }

    private static List<List<Path>> partition(Path list, Path pictures) {
        List<List<Path>> splits = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Set<String> there = names(pictures);
        Set<String> listed = new HashSet<>();
        int number = 0;
        for (String line : lines(list)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            Matcher matcher = LINE.matcher(line.strip());
            if (!matcher.matches()) {
                throw bad(list, "want 'NAME.jpg 0', 1 or 2 in line " + number, "got " + BadFile.quote(line));
            }
            String name = matcher.group(1);
            if (!listed.add(name)) {
                throw bad(list, "want each picture once", "got " + name + " again in line " + number);
            }
            if (!there.contains(name)) {
                throw bad(list, "want every listed picture in " + pictures, name + " is missing");
            }
            splits.get(Integer.parseInt(matcher.group(2))).add(pictures.resolve(name));
        }
        for (int i = 0; i < SPLITS; i++) {
            if (splits.get(i).isEmpty()) {
                throw bad(list, "want pictures in each of the partitions 0, 1 and 2", "got none in " + i);
            }
        }
        return splits;
    }

    private static List<String> lines(Path list) {
        try {
            if (Files.size(list) > LONGEST_LIST) {
                throw bad(list, "want at most " + LONGEST_LIST + " bytes", "got " + Files.size(list));
            }
            return new String(Files.readAllBytes(list), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw BadFile.unreadable(list, e);
        }
    }

    private static Set<String> names(Path folder) {
        Set<String> names = new HashSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException e) {
            throw BadFile.unreadable(folder, e);
        }
        return names;
    }

    private static BadInputException bad(Path list, String wanted, String got) {
        return new BadInputException("not a usable list, " + list + ": " + wanted + ", " + got + "; copy it again");
    }
}
