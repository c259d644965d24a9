/**
 * Figures and the one-file HTML report: pure functions of a run's results.
 *
 * <p>Start at {@link io.margrave.report.Figures}: run results, then a list of figures, then the page or the files. The page and
 * the files are drawn from the same Vega-Lite specifications. No tensor, no database, no network.
 */
@NullMarked
package io.margrave.report;

import org.jspecify.annotations.NullMarked;
