package io.margrave.results;

import java.util.List;

/** Takes the results of finished tasks. Called by one thread at a time. */
@FunctionalInterface
public interface TaskSink {
    /**
     * Keeps all of a task or nothing of it.
     *
     * @param task the finished task
     * @param seconds wall-clock seconds it took
     * @param audits one a point, in audit order
     */
    void commit(AuditTask task, double seconds, List<PointAudit> audits);
}
