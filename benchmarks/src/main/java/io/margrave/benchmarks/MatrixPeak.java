package io.margrave.benchmarks;

import io.margrave.data.Noise;
import io.margrave.vae.Engine;
import io.margrave.vae.network.Layer;
import io.margrave.vae.network.Network;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Large matrix products through the engine: the peak that other figures are a share of. 2 x rows x in x out operations. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class MatrixPeak {

    /** Rows x in x out: one cube, and the shape of the models' layers. */
    public enum Shape {
        /** 2048 x 2048 x 2048. */
        CUBE(2_048, 2_048, 2_048),
        /** 2048 x 784 x 512. */
        LAYER(2_048, 784, 512);

        private final long rows;
        private final long in;
        private final long out;

        Shape(long rows, long in, long out) {
            this.rows = rows;
            this.in = in;
            this.out = out;
        }
    }

    /** Which product. */
    @Param({"CUBE", "LAYER"})
    public Shape shape = Shape.CUBE;

    /** What multiplies. */
    public enum Product {
        /** The engine's own single-precision product, which lays its operands out at each call. */
        FLOAT32,
        /** Over weights that were laid out beforehand, as models do that nobody trains. */
        FLOAT32_LAID_OUT,
        /** The engine's own, of bfloat16. */
        BFLOAT16
    }

    /** Which way. */
    @Param({"FLOAT32", "FLOAT32_LAID_OUT", "BFLOAT16"})
    public Product product = Product.FLOAT32;

    /** Threads inside the engine. */
    @Param({"1", "2"})
    public int threads = 1;

    private @Nullable Tensor rows;
    private @Nullable Tensor weight;
    private @Nullable Tensor bias;
    private @Nullable Network layer;

    /** Random matrices. */
    @Setup(Level.Trial)
    public void open() {
        Engine.threads(threads);
        torch.ScalarType type = product == Product.BFLOAT16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float;
        rows = torch.rand(shape.rows, shape.in).to(type);
        weight = torch.rand(shape.out, shape.in).to(type);
        bias = torch.rand(shape.out).to(type);
        layer = Network.initialised(
                List.of(new Layer.Linear((int) shape.in, (int) shape.out)),
                List.of(shape.in),
                new Noise(0, "peak").stream(0, "weights", 0));
    }

    /** One product. */
    @Benchmark
    public long linear() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor multiplied = product == Product.FLOAT32_LAID_OUT
                    ? Objects.requireNonNull(layer).forward(Objects.requireNonNull(rows))
                    : torch.linear(
                            Objects.requireNonNull(rows),
                            Objects.requireNonNull(weight),
                            new TensorOptional(Objects.requireNonNull(bias)));
            return multiplied.numel();
        }
    }
}
