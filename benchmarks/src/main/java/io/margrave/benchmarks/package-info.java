/**
 * What the margins cost, and how good they are.
 *
 * <p>Start at the README beside the sources: one command runs these programs and their peers in Python PyTorch alternately.
 * {@link io.margrave.benchmarks.ReferenceSearch} is the slow, independent search that the product's is judged by.
 */
@NullMarked
package io.margrave.benchmarks;

import org.jspecify.annotations.NullMarked;
