package io.margrave.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * CIFAR-10 in its binary format: records of one label byte and 3x32x32 pixels.
 *
 * <p>Train is every {@code .bin} file whose name starts with {@code data_batch} or {@code train}, in the order of their names;
 * test every one that starts with {@code test}, without those that say they came from JPEG: what is measured must be
 * lossless.
 */
final class Cifar10 {
    static final String NAME = "cifar10";

    private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
    private static final int RECORD = 1 + 3 * 32 * 32;
    private static final long LONGEST_CLASS_FILE = 4096;
    private static final List<String> FOLDERS =
            List.of("cifar-10-batches-bin", "cifar10/cifar-10-batches-bin", "cifar10", "cifar-10", "");
    private static final List<String> CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private Cifar10() {}

    static DataSplits read(Path dataDir) {
        for (String name : FOLDERS) {
            Path folder = dataDir.resolve(name);
            List<Path> train = files(folder, List.of("data_batch", "train"));
            List<Path> test = files(folder, List.of("test"));
            if (!train.isEmpty() && !test.isEmpty()) {
                return LabelledBytes.split(NAME, () -> records(train), records(test), classNames(folder));
            }
        }
        throw new BadInputException("want CIFAR-10's binary files (data_batch_*.bin or train*.bin, and test*.bin) in "
                + dataDir + " or its folder cifar-10-batches-bin, cifar10 or cifar-10, found none: "
                + DatasetCatalog.entry(NAME).howToGet());
    }

    private static List<Path> files(Path folder, List<String> starts) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.endsWith(".bin")
                                && starts.stream().anyMatch(name::startsWith)
                                && !(name.startsWith("test")
                                        && name.toLowerCase(Locale.ROOT).contains("jpeg"))
                                && Files.isRegularFile(file);
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw BadFile.unreadable(folder, e);
        }
    }

    private static LabelledBytes records(List<Path> files) {
        long count = 0;
        for (Path file : files) {
            long size = size(file);
            if (size == 0 || size % RECORD != 0) {
                throw bad(file, "want records of " + RECORD + " bytes", "got " + size + " bytes");
            }
            count += size / RECORD;
        }
        if (count * SHAPE.size() > Integer.MAX_VALUE - 8) {
            throw bad(
                    files.get(0),
                    "want at most " + Integer.MAX_VALUE / SHAPE.size() + " images in all",
                    "got " + count);
        }
        byte[] pixels = new byte[(int) count * SHAPE.size()];
        byte[] labels = new byte[(int) count];
        int next = 0;
        for (Path file : files) {
            next = readRecords(file, size(file) / RECORD, pixels, labels, next);
        }
        if (next != labels.length) {
            throw bad(files.get(0), "want " + count + " images in all", "files changed while they were read");
        }
        return new LabelledBytes(SHAPE, pixels, labels);
    }

    private static int readRecords(Path file, long count, byte[] pixels, byte[] labels, int first) {
        int next = first;
        byte[] record = new byte[RECORD];
        try (InputStream in = new java.io.BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            for (long i = 0; i < count && next < labels.length; i++) {
                if (in.readNBytes(record, 0, RECORD) < RECORD) {
                    throw bad(file, "want " + count + " records", "got " + i);
                }
                if (record[0] < 0 || record[0] >= CLASSES.size()) {
                    throw bad(file, "want labels of 0 to 9", "got " + (record[0] & 0xff) + " in record " + i);
                }
                labels[next] = record[0];
                System.arraycopy(record, 1, pixels, next * SHAPE.size(), SHAPE.size());
                next++;
            }
        } catch (IOException e) {
            throw BadFile.unreadable(file, e);
        }
        return next;
    }

    private static List<String> classNames(Path folder) {
        Path file = folder.resolve("batches.meta.txt");
        if (!Files.isRegularFile(file)) {
            return CLASSES;
        }
        if (size(file) > LONGEST_CLASS_FILE) {
            throw bad(file, "want ten class names", "got " + size(file) + " bytes");
        }
        try {
            List<String> names = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList();
            if (names.size() != CLASSES.size()) {
                throw bad(file, "want ten class names", "got " + names.size());
            }
            return names;
        } catch (IOException e) {
            throw BadFile.unreadable(file, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw BadFile.unreadable(file, e);
        }
    }

    private static BadInputException bad(Path file, String wanted, String got) {
        return new BadInputException(
                "not a usable CIFAR-10 file, " + file + ": " + wanted + ", " + got + "; copy the file again");
    }
}
