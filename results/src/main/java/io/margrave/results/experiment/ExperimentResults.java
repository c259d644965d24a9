package io.margrave.results.experiment;

import java.util.List;

/**
 * All that an experiment found, without images and weights.
 *
 * @param title of the experiment
 * @param scale {@code smoke}, {@code default}, {@code paper} or the name of the plan
 * @param alpha chance of error a side and point of its margins
 * @param models every model that was trained
 * @param medians the unit of radii: median L2 distance between validation inputs, one a data set
 * @param margins one a model that reconstructs, point and r
 * @param damage maximum-damage attacks
 * @param targeted targeted attacks
 * @param sensitivity one a classifier and point
 * @param slices planes to draw
 */
public record ExperimentResults(
        String title,
        String scale,
        double alpha,
        List<ExperimentModel> models,
        List<Median> medians,
        List<MarginRow> margins,
        List<DamageRow> damage,
        List<TargetedRow> targeted,
        List<SensitivityRow> sensitivity,
        List<Slice> slices) {

    /**
     * The unit in which radii of a data set are chosen.
     *
     * @param data name of the data set
     * @param value median L2 distance between different validation inputs, in input units
     */
    public record Median(String data, double value) {}

    public ExperimentResults {
        models = List.copyOf(models);
        medians = List.copyOf(medians);
        margins = List.copyOf(margins);
        damage = List.copyOf(damage);
        targeted = List.copyOf(targeted);
        sensitivity = List.copyOf(sensitivity);
        slices = List.copyOf(slices);
    }
}
