package io.margrave.examples;

import io.margrave.data.*;
import io.margrave.results.*;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.vae.model.ModelFolder;
import java.nio.file.Path;
import java.util.*;

/** Audits 16 test points and prints, for each and each radius, the whitened estimate and the verified break. */
public final class Brackets {
    public static void main(String[] args) {
        DataSplits data = Datasets.open(DataRequest.of("sprites", null));
        AuditPlan plan = AuditPlan.defaults().resolved(PairwiseDistances.median(data.validation(), 0));
        int[] points = new Noise(0, "audit").stream(0, "points", 0).sample(data.test().size(), 16);
        var models = Map.of("model", (io.margrave.vae.model.Vae) ModelFolder.read(Path.of(args[0])));
        TaskSink print = (task, seconds, audits) -> audits.forEach(Brackets::print);
        AuditExecutor.run(plan, models, data.test(), points, Set.of(), 2, print, Progress.Listener.none());
    }

    static void print(PointAudit point) {
        for (var at : point.radii()) System.out.printf("point %d, r = %.3f: %.3f <= margin <= %.3f%n", point.point(), at.r(), at.margins().get(2).value(), at.margins().get(3).value());
    }
}
