package io.margrave.data;

/** Range that every pixel lies in, ends included; {@code low < high}. */
public record ValueRange(float low, float high) {
    /** [0, 1]. */
    public static final ValueRange UNIT = new ValueRange(0, 1);

    public ValueRange {
        if (!(low < high)) {
            throw new IllegalArgumentException("want low < high, got " + low + " and " + high);
        }
    }

    /** Whether every value lies in the range; NaN is outside. */
    public boolean contains(float[] values) {
        for (float value : values) {
            if (!(value >= low && value <= high)) {
                return false;
            }
        }
        return true;
    }
}
