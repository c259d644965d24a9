package io.margrave.vae;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * The native engine: LibTorch and the BLAS under it. The one place where threads are set.
 *
 * <p>The BLAS is OpenBLAS, or MKL where its libraries ({@code org.bytedeco:mkl} of the classifier {@code PLATFORM-redist}) are on
 * the class path and the JVM starts with {@code -Dorg.bytedeco.openblas.load=mkl} and {@code MKL_NUM_THREADS=1} in its environment: MKL's own
 * threads miss their OpenMP library when it is loaded this way, which ends the process; one thread a worker needs none.
 *
 * <p>Both libraries keep their own number of threads, and both defaults oversubscribe: a training step took 594 ms where 19
 * ms was right. A thread that LibTorch has already run on keeps the number that held then, so set it before workers start.
 */
public final class Engine {
    private static final Path CPU_FLAGS = Path.of("/proc/cpuinfo");
    private static final List<String> BFLOAT16_FLAGS = List.of(" amx_bf16", " avx512_bf16");
    private static final String LIBTORCH = "2.10.0";

    static {
        Loader.load(torch.class);
        Loader.load(openblas.class);
    }

    private Engine() {}

    /** Loads the native libraries; a second call costs nothing. The first unpacks them to a cache, once a machine. */
    public static void load() {
        // The static initialiser has done it.
    }

    /** One intra-op thread: for work that is parallel over Java threads, as audits and training are. */
    public static void singleThreaded() {
        threads(1);
    }

    /**
     * Sets the intra-op threads of LibTorch and OpenBLAS: for work that one Java thread drives on an idle machine. They wait by
     * spinning: where anything else runs, two can take ten times as long as one. So neither audits nor training ask for more
     * than one: both are parallel over Java threads.
     *
     * @param n greater than zero
     */
    public static void threads(int n) {
        if (n <= 0) {
            throw new IllegalArgumentException("want at least one thread, got " + n);
        }
        torch.set_num_threads(n);
        openblas.blas_set_num_threads(mkl() ? 1 : n);
    }

    /** Intra-op threads of LibTorch on the calling thread. */
    public static int threads() {
        return torch.get_num_threads();
    }

    /**
     * What a search's {@code auto} precision stands for here: {@code bfloat16} where the processor multiplies matrices of it
     * (AMX or AVX-512 BF16, by what Linux tells of the processor), {@code float32} elsewhere.
     */
    public static String searchPrecision() {
        try {
            String flags = Files.readString(CPU_FLAGS);
            return BFLOAT16_FLAGS.stream().anyMatch(flags::contains) ? "bfloat16" : "float32";
        } catch (IOException | UncheckedIOException e) {
            return "float32";
        }
    }

    /** The processor: where tensors live unless another device is asked for. */
    public static Device cpu() {
        return new Device(torch.DeviceType.CPU);
    }

    /**
     * Gives memory of freed tensors back to the system: the allocator keeps it for the next tensors, which is waste where none
     * follow. Does nothing where the C library can't.
     */
    public static void releaseMemory() {
        Pointer.trimMemory();
    }

    /** Versions of what computes, as in {@code LibTorch 2.10.0 (JavaCPP 1.5.13)}; with {@code , MKL} where that multiplies matrices. */
    public static String version() {
        return "LibTorch " + LIBTORCH + " (JavaCPP " + javaCpp() + (mkl() ? ", MKL)" : ")");
    }

    private static boolean mkl() {
        return Loader.getLoadedLibraries().keySet().stream().anyMatch(name -> name.startsWith("mkl_rt"));
    }

    private static String javaCpp() {
        try {
            return Loader.getVersion();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The first line of an error's message: LibTorch appends its native backtrace. */
    public static String firstLine(Throwable error) {
        String message = error.getMessage();
        if (message == null || message.isBlank()) {
            return error.getClass().getSimpleName();
        }
        return message.lines().findFirst().orElse(message).strip();
    }
}
