package io.margrave.vae.training;

import io.margrave.data.BadInputException;
import io.margrave.data.DataSplits;
import io.margrave.data.ImageSet;
import io.margrave.vae.model.ClassifierSpec;
import io.margrave.vae.model.ModelFolder;
import io.margrave.vae.model.ModelKind;
import io.margrave.vae.model.NetworkClassifier;
import io.margrave.vae.model.NetworkSpec;
import io.margrave.vae.model.NetworkVae;
import io.margrave.vae.model.TrainingProvenance;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A model from first weights to its folder. */
sealed interface Trainee {

    /** Everything about such a model but its weights: takes no memory worth the name. */
    sealed interface Blueprint {
        /** With first weights. */
        Trainee initialised(long seed);
    }

    /** As its objective sees it. */
    Learner learner();

    /** By name, in order. */
    Map<String, Tensor> parameters();

    /** Writes the folder of the model. */
    void write(Path folder, TrainingProvenance provenance);

    /**
     * What a plan makes of a data set.
     *
     * @throws BadInputException where the plan doesn't fit the data
     */
    static Blueprint of(TrainingPlan plan, DataSplits data) {
        ModelKind kind = plan.variant().kind();
        ImageSet train = data.train();
        try {
            if (kind.reconstructs()) {
                NetworkSpec spec = NetworkSpec.untrained(
                                train.shape(), train.range(), plan.latent(), plan.architecture(), plan.likelihood())
                        .withPosterior(kind.posterior(), plan.variant().sigmaFloor());
                NetworkVae.parameterShapes(spec);
                return new VaeBlueprint(spec);
            }
            ClassifierSpec spec = new ClassifierSpec(
                    kind,
                    train.shape(),
                    train.range(),
                    plan.latent(),
                    classes(kind, data),
                    plan.architecture(),
                    plan.variant().sigmaFloor(),
                    null);
            NetworkClassifier.parameterShapes(spec);
            return new ClassifierBlueprint(spec);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadInputException(
                    "can't train " + plan.architecture().phrase() + " on " + data.name() + ": " + e.getMessage(), e);
        }
    }

    /** Number of classes; every image of every split must have one of them. */
    private static int classes(ModelKind kind, DataSplits data) {
        int named = data.train().classNames().size();
        int classes = named > 0 ? named : 1 + largest(data.train());
        for (ImageSet split : new ImageSet[] {data.train(), data.validation(), data.test()}) {
            for (int i = 0; i < split.size(); i++) {
                if (split.label(i) < 0 || split.label(i) >= classes) {
                    throw new BadInputException("want images with labels for --kind " + kind.id() + ", but image " + i
                            + " of " + split.name() + " has "
                            + (split.label(i) < 0 ? "none" : "label " + split.label(i) + " of " + classes + " classes")
                            + ": choose another data set, or --kind vae or ae");
                }
            }
        }
        return classes;
    }

    private static int largest(ImageSet images) {
        int largest = -1;
        for (int i = 0; i < images.size(); i++) {
            largest = Math.max(largest, images.label(i));
        }
        return largest;
    }

    /** Of a model that reconstructs. */
    record VaeBlueprint(NetworkSpec spec) implements Blueprint {
        @Override
        public Trainee initialised(long seed) {
            return new VaeTrainee(NetworkVae.initialised(spec, seed));
        }
    }

    /** Of a model that predicts a class. */
    record ClassifierBlueprint(ClassifierSpec spec) implements Blueprint {
        @Override
        public Trainee initialised(long seed) {
            return new ClassifierTrainee(NetworkClassifier.initialised(spec, seed));
        }
    }

    /** A model that reconstructs. */
    record VaeTrainee(NetworkVae vae) implements Trainee {
        @Override
        public Learner learner() {
            return Learner.of(vae);
        }

        @Override
        public Map<String, Tensor> parameters() {
            return vae.parameters();
        }

        @Override
        public void write(Path folder, TrainingProvenance provenance) {
            ModelFolder.write(folder, NetworkVae.of(vae.spec().trained(provenance), vae.parameters()));
        }
    }

    /** A model that predicts a class. */
    record ClassifierTrainee(NetworkClassifier classifier) implements Trainee {
        @Override
        public Learner learner() {
            return Learner.of(classifier);
        }

        @Override
        public Map<String, Tensor> parameters() {
            return classifier.parameters();
        }

        @Override
        public void write(Path folder, TrainingProvenance provenance) {
            ModelFolder.write(
                    folder, NetworkClassifier.of(classifier.spec().trained(provenance), classifier.parameters()));
        }
    }
}
