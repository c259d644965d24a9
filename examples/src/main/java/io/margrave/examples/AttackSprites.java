package io.margrave.examples;

import io.margrave.data.*;
import io.margrave.results.*;
import io.margrave.robustness.attack.*;
import io.margrave.robustness.map.*;
import io.margrave.robustness.suite.AttackCatalogue;
import io.margrave.vae.model.*;
import java.nio.file.Path;
import java.util.*;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Attacks 8 test sprites of a model with a goal that is named, and says what it came to on each. */
public final class AttackSprites {
    public static void main(String[] args) {
        Vae vae = ModelFolder.read(Path.of(args[0]));
        DataSplits data = Datasets.open(DataRequest.of("sprites", null));
        AttackSpec spec = new AttackSpec(
                "mine",
                args[1],
                AttackSpec.Variable.INPUT,
                Norm.L2,
                1.0,
                List.of(),
                AttackSpec.Method.GRADIENT,
                SearchEffort.of(50, 8, 2),
                0);
        Noise noise = new Noise(0, "model");
        Attack attack = AttackCatalogue.of(spec, vae, null, data::train, noise);
        int[] points = IntStream.range(0, 8).toArray();
        try (PointerScope scope = new PointerScope()) {
            Tensor inputs = Rows.stacked(
                    Arrays.stream(points).mapToObj(data.test()::image).toList());
            Reconstruction clean = Reconstruction.of(vae, inputs, Reconstruction.Follows.MEAN_AND_VARIANCE);
            Ball ball = AttackCatalogue.ball(spec, clean, inputs, vae.spec().range());
            double[] radii = new double[points.length];
            Arrays.fill(radii, 1.0);
            Attack.Attacked attacked = attack.perturb(new Attack.Request(
                    clean, ball, radii, null, null, List.of(), points, noise, spec.name(), spec.effort(), 1));
            for (int point : points) {
                System.out.println("point " + point + ": " + attacked.chosen()[point]);
            }
        }
    }
}
