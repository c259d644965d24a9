package io.margrave.vae.network;

import io.margrave.data.ImageShape;
import io.margrave.vae.network.Layer.Activation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A family of encoder-decoder pairs: given image shape and latent dimension, it lists the layers. */
public sealed interface Architecture permits Architecture.Mlp, Architecture.Conv {

    /**
     * Layers from {@code [channels, height, width]} to what a posterior is made of.
     *
     * @param outputs numbers that the last layer gives: two a latent where it gives means, then log-variances
     * @throws IllegalArgumentException where such images can't be taken
     */
    List<Layer> encoder(ImageShape shape, int outputs);

    /** Layers from latent to {@code [channels, height, width]}. */
    List<Layer> decoder(ImageShape shape, int latent);

    /** As plans and model files spell it: {@code mlp}, {@code conv}. */
    String id();

    /** Hidden sizes, encoder first to last. */
    List<Integer> widths();

    /** Between layers. */
    Activation activation();

    /** A phrase, as in {@code mlp 512-512}. */
    default String phrase() {
        return id() + " "
                + (widths().isEmpty()
                        ? "linear"
                        : widths().stream().map(String::valueOf).collect(Collectors.joining("-")));
    }

    /**
     * The architecture of that spelling.
     *
     * @param id {@code mlp} or {@code conv}
     * @param widths hidden sizes; null or empty where the default of {@code id} is meant
     */
    static Architecture of(String id, List<Integer> widths, Activation activation) {
        return switch (id) {
            case "mlp" -> new Mlp(widths, activation);
            case "conv" -> new Conv(widths, activation);
            default -> throw new IllegalArgumentException("want architecture mlp or conv, got '" + id + "'");
        };
    }

    /** 512-512 with ReLU. */
    static Mlp mlp() {
        return mlp(512, 512);
    }

    /**
     * Fully connected layers with ReLU.
     *
     * @param widths of the encoder's hidden layers; the decoder's are the same in reverse. None: a linear model
     */
    static Mlp mlp(Integer... widths) {
        return new Mlp(List.of(widths), Activation.RELU);
    }

    /** 32-64-128 with ReLU. */
    static Conv conv() {
        return conv(32, 64, 128);
    }

    /**
     * Strided convolutions with ReLU.
     *
     * @param channels of the encoder's convolutions; the decoder's are the same in reverse
     */
    static Conv conv(Integer... channels) {
        return new Conv(List.of(channels), Activation.RELU);
    }

    private static void checkWidths(List<Integer> widths) {
        if (widths.stream().anyMatch(width -> width <= 0)) {
            throw new IllegalArgumentException("want widths > 0, got " + widths);
        }
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> copy = new ArrayList<>(list);
        Collections.reverse(copy);
        return copy;
    }

    /**
     * Fully connected layers.
     *
     * @param widths of the encoder's hidden layers, each greater than zero; the decoder's are the same in reverse
     * @param activation after each hidden layer
     */
    record Mlp(List<Integer> widths, Activation activation) implements Architecture {
        public Mlp {
            widths = List.copyOf(widths);
            checkWidths(widths);
        }

        @Override
        public String id() {
            return "mlp";
        }

        @Override
        public List<Layer> encoder(ImageShape shape, int outputs) {
            List<Layer> layers = new ArrayList<>();
            layers.add(new Layer.Flatten());
            connect(layers, shape.size(), widths, outputs);
            return layers;
        }

        @Override
        public List<Layer> decoder(ImageShape shape, int latent) {
            List<Layer> layers = new ArrayList<>();
            connect(layers, latent, reversed(widths), shape.size());
            layers.add(new Layer.Unflatten(shape.channels(), shape.height(), shape.width()));
            return layers;
        }

        private void connect(List<Layer> layers, int from, List<Integer> through, int to) {
            int in = from;
            for (int out : through) {
                layers.add(new Layer.Linear(in, out));
                layers.add(activation);
                in = out;
            }
            layers.add(new Layer.Linear(in, to));
        }
    }

    /**
     * Convolutions that halve the image, then one linear layer; the decoder mirrors them. Kernels are 4x4 with stride 2 and
     * padding 1 where the side is even, 3x3 with stride 2 and padding 1 where it is odd: 28 goes 14, 7, 4.
     *
     * @param widths channels of the encoder's convolutions, each greater than zero, at least one
     * @param activation after each hidden layer
     */
    record Conv(List<Integer> widths, Activation activation) implements Architecture {
        public Conv {
            widths = List.copyOf(widths);
            checkWidths(widths);
            if (widths.isEmpty()) {
                throw new IllegalArgumentException("want at least one convolution, got none");
            }
        }

        @Override
        public String id() {
            return "conv";
        }

        @Override
        public List<Layer> encoder(ImageShape shape, int outputs) {
            List<Layer> layers = new ArrayList<>();
            int in = shape.channels();
            int side = side(shape);
            for (int out : widths) {
                layers.add(new Layer.Conv2d(in, out, kernel(side), 2, 1));
                layers.add(activation);
                in = out;
                side = halved(side);
            }
            layers.add(new Layer.Flatten());
            layers.add(new Layer.Linear(features(in, side), outputs));
            return layers;
        }

        @Override
        public List<Layer> decoder(ImageShape shape, int latent) {
            List<Integer> sides = new ArrayList<>(List.of(side(shape)));
            for (int i = 0; i < widths.size(); i++) {
                sides.add(halved(sides.get(i)));
            }
            int last = widths.size() - 1;
            int smallest = sides.get(widths.size());
            List<Layer> layers = new ArrayList<>();
            layers.add(new Layer.Linear(latent, features(widths.get(last), smallest)));
            layers.add(activation);
            layers.add(new Layer.Unflatten(widths.get(last), smallest, smallest));
            for (int i = last; i >= 0; i--) {
                int out = i == 0 ? shape.channels() : widths.get(i - 1);
                layers.add(new Layer.ConvTranspose2d(widths.get(i), out, kernel(sides.get(i)), 2, 1, 0));
                if (i > 0) {
                    layers.add(activation);
                }
            }
            return layers;
        }

        private int side(ImageShape shape) {
            if (shape.height() != shape.width() || shape.height() >> (widths.size() - 1) < 2) {
                throw new IllegalArgumentException("want square images of a side of at least " + (1L << widths.size())
                        + " for " + phrase() + ", got " + shape);
            }
            return shape.height();
        }

        private static int features(int channels, int side) {
            return Math.multiplyExact(channels, Math.multiplyExact(side, side));
        }

        private static int kernel(int side) {
            return side % 2 == 0 ? 4 : 3;
        }

        private static int halved(int side) {
            return (side + 1) / 2;
        }
    }
}
