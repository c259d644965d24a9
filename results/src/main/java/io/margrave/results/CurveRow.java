package io.margrave.results;

/** A {@link CurvePoint} of one model and point. */
public record CurveRow(String model, int point, CurvePoint at) {}
