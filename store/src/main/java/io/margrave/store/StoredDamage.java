package io.margrave.store;

import io.margrave.results.AuditTask;

/**
 * What an audit's own maximum-damage attack reported of a point, with its evidence, to be measured again.
 *
 * @param task that found it
 * @param position of the point among the audited points, from 0
 * @param point index of the input within its split
 * @param radius L2 radius that was allowed, in input units
 * @param norm L2 norm that was reported, in input units
 * @param damage mean of |g(mu(x+d) + eta sigma(x+d)) - g(mu(x))| that was reported
 * @param input the clean input, channels x height x width
 * @param perturbed the perturbed input, of the same shape
 */
public record StoredDamage(
        AuditTask task,
        int position,
        int point,
        double radius,
        double norm,
        double damage,
        float[] input,
        float[] perturbed) {}
