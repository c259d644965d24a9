package io.margrave.data;

import java.util.List;
import java.util.stream.IntStream;

/** Images of one part of a data set as files hold them, before validation is cut out. */
record LabelledBytes(ImageShape shape, byte[] pixels, byte[] labels) {

    /** Splits of a published train part and a published test part. */
    static DataSplits split(String dataset, LabelledBytes train, LabelledBytes test, List<String> classNames) {
        Holdout holdout = Holdout.of(dataset, train.labels.length);
        return new DataSplits(
                dataset,
                train.members(dataset + "/train", holdout.train(), classNames),
                train.members(dataset + "/validation", holdout.validation(), classNames),
                test.members(
                        dataset + "/test",
                        IntStream.range(0, test.labels.length).toArray(),
                        classNames));
    }

    ImageSet members(String name, int[] members, List<String> classNames) {
        return new ByteImageSet(name, shape, pixels, labels, members, classNames);
    }
}
