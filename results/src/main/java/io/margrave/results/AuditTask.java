package io.margrave.results;

/**
 * The unit of work, of commit and of resume: one fixed chunk of audited points, run whole for one model.
 *
 * @param model name of the model within the run
 * @param chunk number of the chunk, from 0
 * @param first position of its first point among the audited points
 * @param count number of points, greater than zero
 */
public record AuditTask(String model, int chunk, int first, int count) {}
