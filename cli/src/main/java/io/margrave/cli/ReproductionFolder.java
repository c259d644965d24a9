package io.margrave.cli;

import java.nio.file.Path;

/**
 * Where the parts of a reproduction are.
 *
 * @param root the folder that holds all of it
 */
record ReproductionFolder(Path root) {

    /** The folder of a trained model. */
    Path model(String name) {
        return root.resolve("models").resolve(name);
    }

    /** The run that audits it. */
    Path audit(String name) {
        return root.resolve("audits").resolve(name);
    }

    /** The run that attacks it with targets. */
    Path targeted(String name) {
        return root.resolve("targeted").resolve(name);
    }

    /** Tables of what was measured of it in one go: the sensitivity of a classifier, the planes of a VAE. */
    Path part(String what, String name) {
        return root.resolve(what).resolve(name);
    }

    /** The tables of all models. */
    Path tables() {
        return root.resolve("tables");
    }

    /** Figures as files. */
    Path figures() {
        return root.resolve("figures");
    }

    /** The page. */
    Path page() {
        return root.resolve("reproduction.html");
    }

    /** The same as text. */
    Path markdown() {
        return root.resolve("reproduction.md");
    }

    /** The experiment as it was asked for. */
    Path plan() {
        return root.resolve("experiment.yaml");
    }
}
