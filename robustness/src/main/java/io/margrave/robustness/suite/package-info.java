/**
 * The attacks of a suite: from a specification to what perturbs a batch.
 *
 * <p>Start at {@link io.margrave.robustness.suite.AttackCatalogue}. The goals are in {@link io.margrave.robustness.goal}, the search in
 * {@link io.margrave.robustness.attack}; here is what is more than a goal and a search: a probe, one perturbation for all inputs,
 * attacks on latents, first-order attacks that don't search.
 */
@NullMarked
package io.margrave.robustness.suite;

import org.jspecify.annotations.NullMarked;
