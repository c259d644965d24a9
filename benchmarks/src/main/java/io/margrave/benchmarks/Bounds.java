package io.margrave.benchmarks;

import io.margrave.results.EncoderNorms;
import io.margrave.robustness.jacobian.EncoderJacobian;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.Excess;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.MarginBounds;
import io.margrave.vae.Engine;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The Jacobian of 256 points, and the three bounds of a point from 2,000 clean draws: of a trained model. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Bounds {
    private static final int POINTS = 256;
    private static final int CHUNK = 64;
    private static final int DRAWS = 2_000;
    private static final double ALPHA = 0.001;
    private static final double R = 6;

    private @Nullable Subject subject;
    private @Nullable Tensor inputs;

    /** One engine thread for each Java thread. */
    @State(Scope.Thread)
    public static class Single {
        /** LibTorch keeps its number of threads by thread. */
        @Setup(Level.Trial)
        public void single() {
            Engine.singleThreaded();
        }
    }

    /** The trained model and its first test images. */
    @Setup(Level.Trial)
    public void open() {
        Engine.singleThreaded();
        Subject opened = Subject.fromEnvironment();
        inputs = opened.inputs(Subject.numbers(0, POINTS));
        subject = opened;
    }

    /** J of 256 points, three norms of each and its two top directions. */
    @Benchmark
    public double jacobian() {
        try (PointerScope scope = new PointerScope()) {
            return EncoderJacobian.of(Objects.requireNonNull(subject).vae(), Objects.requireNonNull(inputs))
                    .norms()
                    .get(0)
                    .whitened();
        }
    }

    /** All three bounds of 64 points, as an audit forms them; per point. */
    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public double bounds(Single thread) {
        Subject of = Objects.requireNonNull(subject);
        try (PointerScope scope = new PointerScope()) {
            Tensor chunk = Objects.requireNonNull(inputs).narrow(0, 0, CHUNK);
            EncoderJacobian jacobian = EncoderJacobian.of(of.vae(), chunk);
            Reconstruction clean = Reconstruction.of(of.vae(), chunk, Reconstruction.Follows.MEAN_AND_VARIANCE);
            double[][] distances = Excess.sample(
                    clean,
                    chunk,
                    Criterion.leavesBall(0),
                    new PointNoise(of.noise(), Subject.numbers(0, CHUNK), "clean", 0),
                    DRAWS);
            double sum = 0;
            for (int i = 0; i < CHUNK; i++) {
                EncoderNorms norms = jacobian.norms().get(i);
                double p = RobustnessEstimator.within(distances[i], R).lower(ALPHA);
                sum += MarginBounds.frobenius(norms.minStdDev(), p, norms.frobenius())
                        + MarginBounds.spectral(norms.minStdDev(), p, norms.spectral())
                        + MarginBounds.whitened(p, norms.whitened());
            }
            return sum;
        }
    }
}
