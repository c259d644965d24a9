package io.margrave.examples;

import io.margrave.data.*;
import io.margrave.results.*;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.vae.model.ModelFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Audits 16 test points of a model and prints, for each point and radius, a lower and an upper bound of its margin. */
public final class Brackets {
    public static void main(String[] args) {
        DataSplits data = Datasets.open(DataRequest.of("sprites", null));
        AuditPlan plan = AuditPlan.defaults().resolved(PairwiseDistances.median(data.validation(), 0));
        int[] points = new Noise(0, "audit").stream(0, "points", 0).sample(data.test().size(), 16);
        AuditExecutor.run(plan, Map.of("model", ModelFolder.read(Path.of(args[0]))), data.test(), points, Set.of(), 2,
                (task, seconds, audits) -> audits.forEach(Brackets::print), Progress.Listener.none());
    }

    private static void print(PointAudit point) {
        point.radii().forEach(at -> at.margins().forEach(margin -> System.out.println("point " + point.point() + ", r "
                + at.r() + ": " + margin.method() + " " + margin.side() + " " + margin.value())));
    }
}
