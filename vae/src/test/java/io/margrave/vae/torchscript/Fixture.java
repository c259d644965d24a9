package io.margrave.vae.torchscript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** An archive that PyTorch wrote, made by {@code src/test/python/make_archives.py}, and the input that its module takes. */
enum Fixture {
    MLP_TRACED("mlp-traced.pt", 3, 1, 4, 4),
    CONV_TRACED("conv-traced.pt", 3, 1, 4, 4),
    CONV_FROZEN("conv-frozen.pt", 3, 1, 4, 4),
    CONTROL_FLOW_SCRIPTED("control-flow-scripted.pt", 3, 1, 4, 4),
    NAMED_SCRIPTED("named-scripted.pt", 3, 1, 4, 4),
    DECODER_TRACED("decoder-traced.pt", 3, 2),
    SCALED_SCRIPTED("scaled-scripted.pt", 3, 2);

    private final String file;
    private final long[] input;

    Fixture(String file, long... input) {
        this.file = file;
        this.input = input;
    }

    long[] input() {
        return input.clone();
    }

    Path path() {
        return resource(file);
    }

    byte[] bytes() {
        try {
            return Files.readAllBytes(path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether LibTorch 2.10 knows all of its operators: PyTorch 2.13 and newer script interpolation with one that is newer. */
    boolean loads() {
        return this != SCALED_SCRIPTED;
    }

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixture.class.getResource("/torchscript/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return file + " " + Arrays.toString(input);
    }
}
