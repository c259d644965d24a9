package io.margrave.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on this machine that behaves as badly as told. */
class DownloaderTest {
    private static final Downloader PATIENT = new Downloader(Duration.ofSeconds(5), 2, Duration.ZERO);

    @TempDir
    Path folder;

    private final byte[] content = new byte[300_000];
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private ExecutorService threads;

    /** How the server answers: what it cuts, refuses and knows. */
    private volatile int cutAfter = Integer.MAX_VALUE;

    private volatile boolean knowsRange = true;
    private volatile int status;
    private volatile int surplus;
    private volatile long silence;

    @BeforeEach
    void serve() throws IOException {
        new Random(1).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/file.gz", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(range == null ? "all" : range);
        if (status != 0) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        if (silence > 0) {
            pause(silence);
        }
        int from = range != null && knowsRange ? Integer.parseInt(range.substring(6, range.length() - 1)) : 0;
        int length = content.length - from + surplus;
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
        OutputStream out = exchange.getResponseBody();
        byte[] bytes = Arrays.copyOfRange(content, from, from + length);
        if (length > cutAfter) {
            out.write(bytes, 0, cutAfter);
            out.flush();
            // Closing short of the announced length breaks the connection.
            exchange.close();
        } else {
            out.write(bytes);
            exchange.close();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_file_arrives_whole_and_progress_is_told() {
        List<Long> done = new ArrayList<>();
        Path file = PATIENT.fetch(remote(), folder.resolve("new/folder"), (name, bytes, total) -> {
            assertThat(name).isEqualTo("file.gz");
            assertThat(total).isEqualTo(content.length);
            done.add(bytes);
        });
        assertThat(file).hasBinaryContent(content);
        assertThat(done).isSorted().endsWith((long) content.length);
        assertThat(requests).containsExactly("all");
        assertThat(file.resolveSibling("file.gz.part")).doesNotExist();
    }

    @Test
    void a_connection_cut_midway_is_taken_up_where_it_stopped() {
        cutAfter = 120_000;
        Path file = fetch();
        assertThat(file).hasBinaryContent(content);
        assertThat(requests).hasSize(3).startsWith("all");
        assertThat(requests.get(1)).matches("bytes=[1-9]\\d*-");
    }

    @Test
    void a_later_call_goes_on_from_the_bytes_of_an_earlier_one() throws IOException {
        Files.write(folder.resolve("file.gz.part"), Arrays.copyOf(content, 250_000));
        assertThat(fetch()).hasBinaryContent(content);
        assertThat(requests).containsExactly("bytes=250000-");
    }

    @Test
    void a_server_that_ignores_ranges_is_read_from_the_start() throws IOException {
        knowsRange = false;
        Files.write(folder.resolve("file.gz.part"), new byte[1_000]);
        assertThat(fetch()).hasBinaryContent(content);
    }

    @Test
    void a_server_that_always_cuts_at_once_is_given_up_and_nothing_is_lost() throws IOException {
        Files.write(folder.resolve("file.gz.part"), Arrays.copyOf(content, 1_000));
        cutAfter = 0;
        assertRefused("check the network and fetch again");
        assertThat(requests).hasSize(2);
        cutAfter = Integer.MAX_VALUE;
        assertThat(fetch()).hasBinaryContent(content);
        assertThat(requests).endsWith("bytes=1000-");
    }

    @Test
    void wrong_bytes_are_refused_and_removed() throws IOException {
        Files.write(folder.resolve("file.gz.part"), new byte[1_000]);
        assertRefused("want SHA-256");
        assertThat(folder).isEmptyDirectory();
        assertThat(fetch()).hasBinaryContent(content);
    }

    @Test
    void more_bytes_than_announced_by_the_catalogue_are_refused() {
        surplus = 10;
        assertRefused("got more");
        assertThat(folder.resolve("file.gz")).doesNotExist();
    }

    @Test
    void a_file_that_is_there_is_not_fetched_again_and_another_is_not_overwritten() throws IOException {
        Path file = folder.resolve("file.gz");
        Files.write(file, content);
        assertThat(fetch()).isEqualTo(file);
        assertThat(requests).isEmpty();
        Files.writeString(file, "mine");
        assertRefused("move it away");
        assertThat(file).hasContent("mine");
    }

    @Test
    void a_refusal_is_told_at_once_and_a_server_error_after_the_attempts() {
        status = 404;
        assertRefused("status 404");
        assertThat(requests).hasSize(1);
        status = 503;
        assertRefused("status 503");
        assertThat(requests).hasSize(3);
    }

    @Test
    void a_silent_server_times_out() {
        silence = 3_000;
        Downloader impatient = new Downloader(Duration.ofMillis(200), 1, Duration.ZERO);
        assertThatThrownBy(() -> impatient.fetch(remote(), folder, (name, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("does not answer in time");
    }

    @Test
    void a_host_that_can_not_be_reached_is_named_in_one_line() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        DatasetCatalog.RemoteFile nowhere =
                new DatasetCatalog.RemoteFile("file.gz", URI.create("http://127.0.0.1:" + port + "/file.gz"), 10, "00");
        assertThatThrownBy(() -> PATIENT.fetch(nowhere, folder, (name, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .message()
                .contains("127.0.0.1", "can't be reached", folder.toString())
                .doesNotContain("\n");
    }

    @Test
    void a_folder_that_can_not_be_made_is_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("a file"), "x");
        assertThatThrownBy(() -> PATIENT.fetch(remote(), file.resolve("below"), (name, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("can't write");
    }

    @Test
    void a_data_set_without_pinned_files_says_how_to_get_it() {
        assertThatThrownBy(() -> DatasetCatalog.fetch("cifar10", folder, PATIENT, (name, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cifar-10-binary.tar.gz");
        assertThatThrownBy(() -> DatasetCatalog.fetch("mnits", folder, PATIENT, (name, done, total) -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("mnits");
    }

    @Test
    void verify_tells_wrong_from_missing_files_wherever_they_lie() throws IOException {
        assertThat(DatasetCatalog.verify("mnist", folder))
                .hasSize(4)
                .allMatch(status -> status.state() == DatasetCatalog.State.MISSING)
                .allMatch(status -> status.file().startsWith(folder.resolve("mnist")));
        TinyFiles.mnist(folder.resolve("MNIST/raw"), true);
        assertThat(DatasetCatalog.verify("mnist", folder))
                .hasSize(4)
                .allMatch(status -> status.state() == DatasetCatalog.State.WRONG);
        assertThat(DatasetCatalog.verify("sprites", folder)).isEmpty();
    }

    private Path fetch() {
        return PATIENT.fetch(remote(), folder, (name, done, total) -> {});
    }

    private void assertRefused(String what) {
        assertThatThrownBy(this::fetch)
                .isInstanceOf(BadInputException.class)
                .message()
                .contains(what)
                .doesNotContain("\n");
    }

    private DatasetCatalog.RemoteFile remote() {
        var digest = Sha256.digest();
        digest.update(content);
        return new DatasetCatalog.RemoteFile(
                "file.gz",
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/file.gz"),
                content.length,
                Sha256.hex(digest));
    }
}
