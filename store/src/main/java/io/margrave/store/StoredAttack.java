package io.margrave.store;

import io.margrave.results.AttackRow;
import io.margrave.results.AttackSpec;
import io.margrave.results.AuditTask;

/**
 * What an attack of the suite reported, with its evidence, to be measured again.
 *
 * @param task that found it
 * @param spec of the attack
 * @param row what was reported
 * @param input the clean input, channels x height x width
 * @param perturbed the perturbed input, of the same shape; the perturbed latent where the attack is on latents
 */
public record StoredAttack(AuditTask task, AttackSpec spec, AttackRow row, float[] input, float[] perturbed) {}
