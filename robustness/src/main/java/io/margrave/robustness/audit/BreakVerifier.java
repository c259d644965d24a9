package io.margrave.robustness.audit;

import io.margrave.data.Noise;
import io.margrave.data.ValueRange;
import io.margrave.results.Kind;
import io.margrave.robustness.map.Criterion;
import io.margrave.robustness.map.PointNoise;
import io.margrave.robustness.map.Reconstruction;
import io.margrave.robustness.map.Reconstruction.Follows;
import io.margrave.robustness.map.Rows;
import io.margrave.robustness.margin.RobustnessEstimator;
import io.margrave.theory.Proportion;
import io.margrave.vae.Engine;
import io.margrave.vae.model.Vae;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** Measures reported breaks again, from what was stored of them and on noise that nothing else has used. */
public final class BreakVerifier {

    private BreakVerifier() {}

    /**
     * A reported break.
     *
     * @param point index of the input within its split
     * @param r radius of r-robustness
     * @param kind full or mean-only
     * @param boxed whether it is said to lie inside the value range
     * @param norm reported L2 norm
     * @param input the clean input, channels x height x width
     * @param perturbed the perturbed input, of the same shape
     */
    public record Claim(int point, double r, Kind kind, boolean boxed, double norm, float[] input, float[] perturbed) {}

    /**
     * What was measured of a claim.
     *
     * @param norm L2 norm of {@code perturbed - input}, in double precision
     * @param inRange whether every value of {@code perturbed} lies in the range; true where nobody said so
     * @param within fresh draws of |Delta| &lt;= r
     */
    public record Measured(double norm, boolean inRange, Proportion within) {}

    /** What claims of one batch share. */
    private record Family(double r, Kind kind, boolean boxed) {}

    /**
     * Measures a batch; a few dozen to a few hundred claims of one model at a time.
     *
     * @param name of the model: part of the name of the noise
     * @param vae the model
     * @param range of the data
     * @param claims what was reported
     * @param seed of the fresh noise; the purpose is in its name, so it may be the run's
     * @param draws a claim
     * @return one a claim, in order
     */
    public static List<Measured> measure(
            String name, Vae vae, ValueRange range, List<Claim> claims, long seed, int draws) {
        Engine.singleThreaded();
        List<Proportion> within = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            within.add(new Proportion(0, 1));
        }
        Map<Family, List<Integer>> families = new LinkedHashMap<>();
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            families.computeIfAbsent(new Family(claim.r(), claim.kind(), claim.boxed()), f -> new ArrayList<>())
                    .add(i);
        }
        families.forEach((family, members) -> {
            try (PointerScope scope = new PointerScope()) {
                Reconstruction map = Reconstruction.of(
                        vae,
                        Rows.stacked(
                                members.stream().map(i -> claims.get(i).input()).toList()),
                        family.kind() == Kind.FULL ? Follows.MEAN_AND_VARIANCE : Follows.MEAN);
                int[] points =
                        members.stream().mapToInt(i -> claims.get(i).point()).toArray();
                Proportion[] measured = RobustnessEstimator.within(
                        map,
                        Rows.stacked(members.stream()
                                .map(i -> claims.get(i).perturbed())
                                .toList()),
                        Criterion.leavesBall(family.r()),
                        new PointNoise(new Noise(seed, name), points, "verify/" + family, 0),
                        draws);
                for (int j = 0; j < measured.length; j++) {
                    within.set(members.get(j), measured[j]);
                }
            }
        });
        List<Measured> all = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            all.add(new Measured(
                    Rows.distance(claim.perturbed(), claim.input()),
                    !claim.boxed() || range.contains(claim.perturbed()),
                    within.get(i)));
        }
        return all;
    }
}
