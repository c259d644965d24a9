package io.margrave.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.margrave.vae.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * What the figures were measured with, and the operations that each of them stands for, as one line of JSON: {@code
 * Surroundings [MODEL]}. A model folder that is missing is trained.
 */
public final class Surroundings {
    private Surroundings() {}

    public static void main(String[] args) throws IOException {
        Engine.singleThreaded();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("engine", Engine.version());
        all.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        try (PointerScope scope = new PointerScope()) {
            torch.mm(torch.rand(64, 64), torch.rand(64, 64));
        }
        all.put("blas", blas());
        Map<String, Long> operations = new LinkedHashMap<>();
        for (Specs each : Specs.values()) {
            Arithmetic count = Arithmetic.of(each.spec());
            operations.put("training " + each, count.trainingStep(128));
            operations.put("attack " + each, count.attackStep(256, 1));
            operations.put("jacobian " + each, count.jacobian(256, each.spec().latent()));
            operations.put("bounds " + each, count.bounds(each.spec().latent(), 2_000));
        }
        operations.put("peak CUBE", 2L * 2_048 * 2_048 * 2_048);
        operations.put("peak LAYER", 2L * 2_048 * 784 * 512);
        all.put("operations", operations);
        System.out.println(new ObjectMapper().writeValueAsString(all));
    }

    /** Libraries that are mapped and do matrix products, by file name. */
    private static List<String> blas() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.exists(maps)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.matches(".*/lib(mkl|openblas|blis|jnimkl)[^/]*"))
                    .map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .distinct()
                    .sorted()
                    .toList();
        }
    }
}
