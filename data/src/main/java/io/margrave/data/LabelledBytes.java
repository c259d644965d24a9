package io.margrave.data;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Images of one part of a data set as files hold them, before validation is cut out. */
record LabelledBytes(ImageShape shape, byte[] pixels, byte[] labels) {

    /** Splits of a published train part, read where it is asked for, and a published test part. */
    static DataSplits split(
            String dataset, Supplier<LabelledBytes> train, LabelledBytes test, List<String> classNames) {
        return new DataSplits(
                dataset,
                () -> cut(dataset, train.get(), classNames),
                test.members(
                        dataset + "/test",
                        IntStream.range(0, test.labels.length).toArray(),
                        classNames));
    }

    private static DataSplits.Fitted cut(String dataset, LabelledBytes train, List<String> classNames) {
        Holdout holdout = Holdout.of(dataset, train.labels.length);
        return new DataSplits.Fitted(
                train.members(dataset + "/train", holdout.train(), classNames),
                train.members(dataset + "/validation", holdout.validation(), classNames));
    }

    ImageSet members(String name, int[] members, List<String> classNames) {
        return new ByteImageSet(name, shape, pixels, labels, members, classNames);
    }
}
