package io.margrave.vae.training;

import io.margrave.benchmarks.Specs;
import io.margrave.data.Noise;
import io.margrave.vae.Engine;
import io.margrave.vae.model.NetworkVae;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A training step as {@link TrainingRun} takes it, without reading the images: batch 128, beta 5, Bernoulli, gradient and Adam.
 * It stands in the trainer's package because the step has no other door.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrainingStep {
    private static final int BATCH = 128;

    /** Which model. */
    @Param({"MLP", "CONV"})
    public Specs model = Specs.MLP;

    /** Java threads that share the batch. */
    @Param({"1", "2"})
    public int threads = 1;

    private float[] images = new float[0];
    private float[] noise = new float[0];
    private NetworkVae vae = NetworkVae.initialised(Specs.MLP.spec(), 1);
    private List<Tensor> parameters = List.of();
    private ParallelGradient gradient = new ParallelGradient(new Elbo(5, 0), Learner.of(vae), parameters, 1);
    private Adam adam = new Adam(parameters, 1e-3, threads);

    /** A model and a batch. */
    @Setup(Level.Trial)
    public void open() {
        Engine.singleThreaded();
        gradient.close();
        vae = NetworkVae.initialised(model.spec(), 1);
        parameters = List.copyOf(vae.parameters().values());
        parameters.forEach(parameter -> parameter.set_requires_grad(true));
        gradient = new ParallelGradient(new Elbo(5, 0), Learner.of(vae), parameters, threads);
        adam = new Adam(parameters, 1e-3, threads);
        Noise.Stream stream = new Noise(0, "benchmark").stream(0, "batch", 0);
        images = new float[BATCH * model.spec().shape().size()];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) stream.nextDouble();
        }
        noise = new float[BATCH * model.spec().latent()];
        stream.gaussians(noise, 0, noise.length);
    }

    /** Gradient and Adam. */
    @Benchmark
    public double step() {
        try (PointerScope scope = new PointerScope()) {
            ParallelGradient.Result result = gradient.of(Rows.of(BATCH, images, noise), 1);
            gradient.descend(adam, result);
            return result.objective();
        }
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        gradient.close();
    }
}
