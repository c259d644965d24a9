package io.margrave.benchmarks;

/**
 * Trains, once, the model that figures are measured on, and prints its folder: {@code TrainModel [LATENT [EPOCHS]]}; 20 latents
 * and 12 epochs where nothing is said.
 */
public final class TrainModel {
    private TrainModel() {}

    public static void main(String[] args) {
        int latent = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 12;
        System.out.println(Subject.trained(latent, epochs));
    }
}
