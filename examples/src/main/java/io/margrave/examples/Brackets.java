package io.margrave.examples;

import io.margrave.data.*;
import io.margrave.results.*;
import io.margrave.robustness.audit.AuditExecutor;
import io.margrave.vae.model.*;
import java.nio.file.Path;
import java.util.*;

/** Audits 16 test points of a model: bounds of each one's margin, from below and from above, at three radii. */
public final class Brackets {
    public static void main(String[] args) {
        Map<String, Vae> models = Map.of("model", ModelFolder.read(Path.of(args[0])));
        DataSplits data = Datasets.open(DataRequest.of("sprites", null));
        AuditPlan plan = AuditPlan.defaults().resolved(PairwiseDistances.median(data.validation(), 0), "float32");
        int[] points =
                new Noise(0, "audit").stream(0, "points", 0).sample(data.test().size(), 16);
        TaskSink sink = (task, seconds, audits) -> audits.forEach(Brackets::print);
        AuditExecutor.run(plan, models, data.test(), points, Set.of(), 2, sink, Progress.Listener.none());
    }

    private static void print(PointAudit point) {
        point.radii().forEach(at -> System.out.println("point " + point.point() + ", " + at.line()));
    }
}
