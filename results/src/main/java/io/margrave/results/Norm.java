package io.margrave.results;

/** How the size of a perturbation is measured. */
public enum Norm {
    /** Sum of absolute values. */
    L1,
    /** Euclidean. */
    L2,
    /** Largest absolute value. */
    LINF;

    /** The norm of {@code b - a}, in double precision. */
    public double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) b[i] - a[i]);
            sum = switch (this) {
                case L1 -> sum + difference;
                case L2 -> sum + difference * difference;
                case LINF -> Math.max(sum, difference);
            };
        }
        return this == L2 ? Math.sqrt(sum) : sum;
    }
}
