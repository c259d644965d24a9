package io.margrave.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URLConnection;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches published files of known length and checksum.
 *
 * <p>Bytes go to {@code NAME.part} beside the file, which takes its name only once its checksum is right. A download that was
 * cut goes on where it stopped, within one call and in the next; a server that can't do that is read from the start.
 *
 * @param timeout longest silence of the server, greater than zero
 * @param attempts requests in a row that may bring nothing before giving up, greater than zero
 * @param pause before the next attempt
 */
public record Downloader(Duration timeout, int attempts, Duration pause) {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    public Downloader {
        if (timeout.toMillis() <= 0 || timeout.toMillis() > Integer.MAX_VALUE || attempts <= 0) {
            throw new IllegalArgumentException("want timeout and attempts > 0, got " + timeout + " and " + attempts);
        }
    }

    /** Thirty seconds of silence, five attempts, two seconds between them. */
    public static Downloader standard() {
        return new Downloader(Duration.ofSeconds(30), 5, Duration.ofSeconds(2));
    }

    /** Hears of bytes as they arrive. */
    @FunctionalInterface
    public interface Listener {
        /** Called after each piece; {@code done} of {@code total} bytes of the file are there. */
        void on(String file, long done, long total);
    }

    /**
     * Fetches a file into a folder, made if need be. A file that is there already with the right checksum is left alone.
     *
     * @return where the file lies
     * @throws BadInputException where the host can't be reached, the server refuses, the bytes are not the pinned ones, another
     *     file of this name is there, or the folder can't be written
     */
    public Path fetch(DatasetCatalog.RemoteFile file, Path folder, Listener listener) {
        Path target = folder.resolve(file.name());
        switch (DatasetCatalog.state(target, file)) {
            case OK -> {
                listener.on(file.name(), file.bytes(), file.bytes());
                return target;
            }
            case WRONG ->
                throw new BadInputException("want to fetch " + file.name() + " to " + target
                        + ", got another file there: move it away and fetch again");
            case MISSING -> {}
        }
        Path part = folder.resolve(file.name() + ".part");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel, part)) {
                download(file, channel, part, listener);
                channel.force(true);
                checkSum(file, part);
                lock.release();
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw BadFile.unwritable(target, e);
        }
        return target;
    }

    private static FileLock lock(FileChannel channel, Path part) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // Another thread of this process holds it: the same as another process.
        }
        throw new BadInputException("want to write " + part + ", another fetch is at it: wait for it to end");
    }

    private static void checkSum(DatasetCatalog.RemoteFile file, Path part) throws IOException {
        String sum = Sha256.of(part);
        if (!sum.equals(file.sha256())) {
            Files.delete(part);
            throw new BadInputException(
                    "want SHA-256 " + file.sha256() + " of " + file.name() + ", got " + sum + " from " + file.source()
                            + ": the bytes were removed; fetch again, or put a sound copy there yourself");
        }
    }

    private void download(DatasetCatalog.RemoteFile file, FileChannel channel, Path part, Listener listener)
            throws IOException {
        if (channel.size() > file.bytes()) {
            channel.truncate(0);
        }
        int failures = 0;
        while (channel.size() < file.bytes()) {
            long before = channel.size();
            @Nullable NetworkException trouble = null;
            try {
                transfer(file, channel, part, listener);
            } catch (NetworkException e) {
                trouble = e;
            }
            failures = channel.size() > before ? 0 : failures + 1;
            if (failures >= attempts) {
                throw unreachable(file, part, trouble);
            }
            if (channel.size() < file.bytes()) {
                waitALittle(file);
            }
        }
    }

    /** One request, for the bytes that are not there yet. */
    private void transfer(DatasetCatalog.RemoteFile file, FileChannel channel, Path part, Listener listener)
            throws IOException, NetworkException {
        long have = channel.size();
        HttpURLConnection connection = connect(file, have);
        try (InputStream in = body(connection, file, channel, have)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long done = channel.size();
            channel.position(done);
            for (int read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                if (done + read > file.bytes()) {
                    Files.deleteIfExists(part);
                    throw new BadInputException("want " + file.bytes() + " bytes of " + file.name() + ", got more from "
                            + file.source() + ": the bytes were removed; put a sound copy there yourself");
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                done += read;
                listener.on(file.name(), done, file.bytes());
            }
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection connect(DatasetCatalog.RemoteFile file, long have) throws NetworkException {
        try {
            URLConnection opened = file.source().toURL().openConnection();
            if (!(opened instanceof HttpURLConnection connection)) {
                throw new BadInputException("want an http or https source, got " + file.source());
            }
            int millis = (int) timeout.toMillis();
            connection.setConnectTimeout(millis);
            connection.setReadTimeout(millis);
            connection.setRequestProperty("Accept-Encoding", "identity");
            connection.setRequestProperty("User-Agent", "margrave");
            if (have > 0) {
                connection.setRequestProperty("Range", "bytes=" + have + "-");
            }
            return connection;
        } catch (IOException e) {
            throw new NetworkException(e);
        }
    }

    /** The bytes that follow those in the channel; the channel is emptied where the server starts anew. */
    private static InputStream body(
            HttpURLConnection connection, DatasetCatalog.RemoteFile file, FileChannel channel, long have)
            throws IOException, NetworkException {
        int status;
        try {
            status = connection.getResponseCode();
        } catch (IOException e) {
            throw new NetworkException(e);
        }
        String range = connection.getHeaderField("Content-Range");
        boolean continues =
                status == HttpURLConnection.HTTP_PARTIAL && range != null && range.startsWith("bytes " + have + "-");
        boolean otherRange =
                !continues && (status == HttpURLConnection.HTTP_PARTIAL || status == RANGE_NOT_SATISFIABLE);
        if (status == HttpURLConnection.HTTP_OK || otherRange) {
            channel.truncate(0);
        }
        if (!continues && status != HttpURLConnection.HTTP_OK) {
            if (otherRange || status >= HttpURLConnection.HTTP_INTERNAL_ERROR) {
                throw new NetworkException(new IOException("the server answered with status " + status));
            }
            throw new BadInputException("want " + file.source() + ", the server answered with status " + status
                    + ": put " + file.name() + " in place yourself");
        }
        try {
            return connection.getInputStream();
        } catch (IOException e) {
            throw new NetworkException(e);
        }
    }

    private static int read(InputStream in, byte[] buffer) throws NetworkException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new NetworkException(e);
        }
    }

    private void waitALittle(DatasetCatalog.RemoteFile file) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInputException("the fetch of " + file.name() + " was stopped: fetch again to go on", e);
        }
    }

    private static BadInputException unreachable(
            DatasetCatalog.RemoteFile file, Path part, @Nullable NetworkException trouble) {
        Throwable cause = trouble == null ? null : trouble.getCause();
        String why;
        if (cause instanceof UnknownHostException) {
            why = "its name is not known here";
        } else if (cause instanceof SocketTimeoutException) {
            why = "it does not answer in time";
        } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            why = "it can't be reached";
        } else {
            why = cause instanceof IOException e ? BadFile.reason(e) : "it closed the connection";
        }
        return new BadInputException(
                "want " + file.name() + " from " + file.source().getHost() + ", " + why
                        + ": check the network and fetch again, or put the file in "
                        + part.toAbsolutePath().getParent()
                        + " yourself",
                trouble);
    }

    /** The network failed, not the disk. */
    private static final class NetworkException extends Exception {
        private static final long serialVersionUID = 1L;

        NetworkException(IOException cause) {
            super(cause);
        }
    }
}
