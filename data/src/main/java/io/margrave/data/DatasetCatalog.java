package io.margrave.data;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What `margrave datasets` knows: every data set, where its files come from, and their pinned checksums. */
public final class DatasetCatalog {
    private static final String MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/";
    private static final String FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    private static final List<Entry> ENTRIES = List.of(
            new Entry(
                    "sprites",
                    "16,000 generated white shapes, 1x28x28, four classes",
                    "nothing to fetch: it is generated",
                    List.of()),
            new Entry("sprites64", "the same shapes, 1x64x64", "nothing to fetch: it is generated", List.of()),
            new Entry(
                    "mnist",
                    "70,000 handwritten digits, 1x28x28, ten classes; CC BY-SA 3.0",
                    "run `margrave datasets fetch mnist`",
                    List.of(
                            file(
                                    MNIST,
                                    "train-images-idx3-ubyte.gz",
                                    9_912_422,
                                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                            file(
                                    MNIST,
                                    "train-labels-idx1-ubyte.gz",
                                    28_881,
                                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                            file(
                                    MNIST,
                                    "t10k-images-idx3-ubyte.gz",
                                    1_648_877,
                                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                            file(
                                    MNIST,
                                    "t10k-labels-idx1-ubyte.gz",
                                    4_542,
                                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"))),
            new Entry(
                    "fashion-mnist",
                    "70,000 pictures of clothes, 1x28x28, ten classes; MIT",
                    "run `margrave datasets fetch fashion-mnist`",
                    List.of(
                            file(
                                    FASHION,
                                    "train-images-idx3-ubyte.gz",
                                    26_421_880,
                                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                            file(
                                    FASHION,
                                    "train-labels-idx1-ubyte.gz",
                                    29_515,
                                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                            file(
                                    FASHION,
                                    "t10k-images-idx3-ubyte.gz",
                                    4_422_102,
                                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                            file(
                                    FASHION,
                                    "t10k-labels-idx1-ubyte.gz",
                                    5_148,
                                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))),
            new Entry(
                    "cifar10",
                    "60,000 small photographs, 3x32x32, ten classes; for research, no licence stated",
                    "unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz there, or name its folder with --data-dir",
                    List.of()),
            new Entry(
                    "images",
                    "your own folder of PNG and JPEG pictures, class sub-folders optional",
                    "name the folder with --data-dir",
                    List.of()),
            new Entry(
                    "celeba",
                    "202,599 faces, resized to 3x64x64; its agreement forbids copies",
                    "get img_align_celeba/ and list_eval_partition.txt from its authors and name their folder with --data-dir",
                    List.of()));

    private DatasetCatalog() {}

    /**
     * A data set.
     *
     * @param name one of {@link Datasets#names()}
     * @param description one line
     * @param howToGet one line
     * @param files those that can be fetched and checked; empty where no checksum is pinned
     */
    public record Entry(String name, String description, String howToGet, List<RemoteFile> files) {}

    /**
     * A published file.
     *
     * @param name of the file
     * @param source where it is published
     * @param bytes its exact length
     * @param sha256 of its bytes, lower-case hex
     */
    public record RemoteFile(String name, URI source, long bytes, String sha256) {}

    /** What a local file turned out to be. */
    public enum State {
        /** There, with the pinned checksum. */
        OK,
        /** Not there. */
        MISSING,
        /** There, with other bytes. */
        WRONG
    }

    /** A pinned file and what was found in its place. */
    public record FileStatus(Path file, State state) {}

    /** Every data set. */
    public static List<Entry> entries() {
        return ENTRIES;
    }

    /**
     * The data set of this name.
     *
     * @throws BadInputException where there is none
     */
    public static Entry entry(String name) {
        return ENTRIES.stream()
                .filter(entry -> entry.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInputException(
                        "want a data set of " + String.join(", ", Datasets.names()) + ", got " + BadFile.quote(name)));
    }

    /**
     * Fetches the pinned files of a data set to {@code <dataDir>/<name>}; those that are there already are left alone.
     *
     * @return where the files lie
     * @throws BadInputException where the data set has no pinned files, with how to get it instead, and as {@link
     *     Downloader#fetch} does
     */
    public static List<Path> fetch(String name, Path dataDir, Downloader downloader, Downloader.Listener listener) {
        Entry entry = entry(name);
        if (entry.files.isEmpty()) {
            throw new BadInputException(
                    "want a data set with pinned files to fetch, got " + name + ": " + entry.howToGet);
        }
        return entry.files.stream()
                .map(file -> downloader.fetch(file, dataDir.resolve(name), listener))
                .toList();
    }

    /**
     * Compares the pinned files of a data set with those where {@link Datasets} would look: {@code <dataDir>/<name>},
     * torchvision's folder, or {@code dataDir} itself. Unpacked files are not looked at: the checksums are of the packed ones.
     *
     * @return one a pinned file; empty where no checksum is pinned
     */
    public static List<FileStatus> verify(String name, Path dataDir) {
        List<RemoteFile> files = entry(name).files;
        Path folder = Stream.concat(
                        Stream.of(Mnist.DIGITS, Mnist.FASHION)
                                .filter(set -> set.name().equals(name))
                                .flatMap(set -> set.folders(dataDir).stream()),
                        Stream.of(dataDir.resolve(name)))
                .filter(candidate -> files.stream().anyMatch(file -> Files.isRegularFile(candidate.resolve(file.name))))
                .findFirst()
                .orElse(dataDir.resolve(name));
        return files.stream()
                .map(file -> new FileStatus(folder.resolve(file.name), state(folder.resolve(file.name), file)))
                .toList();
    }

    static State state(Path path, RemoteFile file) {
        if (!Files.isRegularFile(path)) {
            return State.MISSING;
        }
        return Sha256.of(path).equals(file.sha256) ? State.OK : State.WRONG;
    }

    private static RemoteFile file(String base, String name, long bytes, String sha256) {
        return new RemoteFile(name, URI.create(base + name), bytes, sha256);
    }
}
