package io.margrave.cli;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The inner side of a sandbox that does what hostile models might make LibTorch do. */
final class Misbehaving {
    private Misbehaving() {}

    /** Takes the file to leave an exit code in, a folder, and what to do. */
    public static void main(String[] args) throws Exception {
        Path ended = Path.of(args[0]);
        switch (args[2]) {
            case "crash" -> crash();
            case "native-memory" -> takeNativeMemory();
            case "never-end" -> Thread.sleep(1_000_000);
            case "exit-at-once" -> Runtime.getRuntime().halt(0);
            case "steer-the-terminal" -> System.out.println("\u001b[2Jall is \u0007well");
            case "show-surroundings" -> {
                System.out.println(
                        String.join(",", new TreeSet<>(System.getenv().keySet())));
                System.out.println(Files.list(Path.of("")).count());
            }
            default -> throw new IllegalArgumentException(args[2]);
        }
        Files.writeString(ended, "0");
        System.exit(0);
    }

    /** Writes to address zero, as a defect in native code would. */
    private static void crash() throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field field = unsafe.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Method write = unsafe.getMethod("putLong", long.class, long.class);
        write.invoke(field.get(null), 0L, 0L);
    }

    private static void takeNativeMemory() throws InterruptedException {
        List<ByteBuffer> taken = new ArrayList<>();
        while (taken.size() < 1000) {
            taken.add(ByteBuffer.allocateDirect(16 << 20));
        }
        Thread.sleep(taken.size());
    }
}
