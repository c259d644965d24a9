package io.margrave.vae.torchscript;

/**
 * How large an archive, and what it says of itself, may be.
 *
 * @param fileBytes length of the file
 * @param entries files in the archive
 * @param codeBytes of all sources, inflated
 * @param pickleBytes of one pickle, inflated
 * @param inflatedBytes of everything that is compressed, inflated: a bound on zip bombs that needs no ratio
 * @param tensorValues values of one tensor that is larger than its storage (one number, expanded)
 */
public record ArchiveLimits(
        long fileBytes, int entries, long codeBytes, long pickleBytes, long inflatedBytes, long tensorValues) {
    public ArchiveLimits {
        if (fileBytes <= 0
                || fileBytes > Integer.MAX_VALUE
                || entries <= 0
                || codeBytes <= 0
                || pickleBytes <= 0
                || inflatedBytes <= 0
                || tensorValues <= 0) {
            throw new IllegalArgumentException("want limits above zero, and files below 2 GiB");
        }
    }

    /**
     * 1 GiB, 20,000 entries, 4 MiB of code, 8 MiB a pickle, 64 MiB inflated. A ResNet-152 has 230 MiB, 3,000 entries, 0.3 MiB of
     * code and 0.2 MiB of pickle.
     */
    public static ArchiveLimits defaults() {
        return new ArchiveLimits(1L << 30, 20_000, 4L << 20, 8L << 20, 64L << 20, 1L << 24);
    }
}
