package io.margrave.benchmarks;

import io.margrave.data.Noise;
import io.margrave.robustness.attack.Ascent;
import io.margrave.robustness.attack.AttackGoal;
import io.margrave.robustness.attack.Ball;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.vae.Engine;
import io.margrave.vae.TensorCopies;
import io.margrave.vae.model.NetworkVae;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A step of the attack loop: 256 points, one draw each; forward and backward to the input, the step, the projection onto ball and
 * range, the noise.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class AttackStep {
    private static final int POINTS = 256;
    private static final int STEPS = 8;

    /** Which model. */
    @Param({"MLP", "CONV"})
    public Specs model = Specs.MLP;

    private @Nullable Reconstruction map;
    private @Nullable Ball ball;

    /** A model and images of it. */
    @Setup(Level.Trial)
    public void open() {
        Engine.singleThreaded();
        NetworkVae vae = NetworkVae.initialised(model.spec(), 1);
        int features = model.spec().shape().size();
        Noise.Stream stream = new Noise(0, "benchmark").stream(0, "batch", 0);
        float[] images = new float[POINTS * features];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) stream.nextDouble();
        }
        Tensor inputs = TensorCopies.tensor(images, POINTS, features);
        ball = new Ball(inputs, model.spec().range());
        map = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
    }

    /** Some steps. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public double step() {
        Reconstruction reconstruction = Objects.requireNonNull(map);
        Ball around = Objects.requireNonNull(ball);
        Criterion distance = Criterion.leavesBall(0);
        try (PointerScope scope = new PointerScope()) {
            PointNoise noise = new PointNoise(new Noise(0, "benchmark"), Subject.numbers(0, POINTS), "attack", 0);
            AttackGoal goal = (inputs, step) -> distance.excess(
                            reconstruction.at(inputs).outputs(noise.next(1, reconstruction.noiseSize())),
                            reconstruction.reference())
                    .mean(1);
            double[] radii = new double[POINTS];
            Arrays.fill(radii, 1);
            Tensor last = Ascent.maximise(
                    around,
                    around.centers(),
                    radii,
                    false,
                    goal,
                    STEPS,
                    new Ascent.HalfCosine(0.5, 0.01),
                    Ascent.RadiusRule.fixed());
            return last.sum().item_double();
        }
    }
}
