package io.margrave.results;

import java.util.List;

/**
 * Where a run came from.
 *
 * @param id name of the run folder
 * @param created ISO-8601 instant
 * @param version of Margrave
 * @param engine name and version of the tensor library
 * @param machine processor, cores, operating system, Java
 * @param dataChecksum checksum of the audited data set
 * @param shape channels, height, width
 * @param low lower end of the data's value range
 * @param high upper end of the data's value range
 * @param points indices of the audited points within their split, in audit order
 * @param seconds wall-clock seconds of audit work so far
 */
public record RunInfo(
        String id,
        String created,
        String version,
        String engine,
        String machine,
        String dataChecksum,
        List<Integer> shape,
        double low,
        double high,
        List<Integer> points,
        double seconds) {}
