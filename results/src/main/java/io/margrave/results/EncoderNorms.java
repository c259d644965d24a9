package io.margrave.results;

/**
 * What the encoder does around one input.
 *
 * @param minStdDev smallest posterior standard deviation, in latent units; 0 of a deterministic encoder
 * @param frobenius |J|_F of J = d mu / d x, latent units per input unit
 * @param spectral |J|_2
 * @param whitened |diag(1/sigma) J|_2, per input unit; infinite of a deterministic encoder
 */
public record EncoderNorms(double minStdDev, double frobenius, double spectral, double whitened) {}
