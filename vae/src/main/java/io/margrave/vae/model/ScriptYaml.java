package io.margrave.vae.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.data.BadInputException;
import io.margrave.data.ImageShape;
import io.margrave.data.ValueRange;
import io.margrave.vae.model.ScriptSpec.Decoder;
import io.margrave.vae.model.ScriptSpec.Encoder;
import io.margrave.vae.model.ScriptSpec.Gives;
import io.margrave.vae.model.ScriptSpec.Normalization;
import io.margrave.vae.model.ScriptSpec.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.yaml} of an imported model: a {@link ScriptSpec} and the checksums of the archives that belong to it.
 *
 * @param spec everything but the archives
 * @param encoderChecksum SHA-256 of {@code encoder.pt} in hex; null where the file names none
 * @param decoderChecksum SHA-256 of {@code decoder.pt}, likewise
 */
record ScriptYaml(
        ScriptSpec spec,
        @Nullable String encoderChecksum,
        @Nullable String decoderChecksum) {
    static final String FORMAT = "margrave-torchscript-1";

    private static final int MOST_OUTPUTS = 8;

    /**
     * Reads the text of a file.
     *
     * @param file its name, for messages
     * @throws BadInputException where anything in it is not as it should be: one line with file and field
     */
    static ScriptYaml parse(String file, String text) {
        YamlFields fields = YamlText.parse(file, text);
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw fields.bad("format", FORMAT, format);
        }
        ImageShape shape = YamlText.shape(fields.mapping("image"));
        ValueRange range = YamlText.range(fields.mapping("range"));
        int latent = fields.integer("latent", 1, YamlText.WIDEST);
        Prior prior = choice(fields, "prior", fields.text("prior"), Prior.values(), Prior::id);
        PosteriorFamily posterior = posterior(fields);
        YamlFields encoderFields = fields.mapping("encoder");
        Encoder encoder = encoder(encoderFields);
        String encoderChecksum = checksum(encoderFields);
        encoderFields.done();
        YamlFields decoderFields = fields.mapping("decoder");
        Decoder decoder = decoder(decoderFields);
        String decoderChecksum = checksum(decoderFields);
        decoderFields.done();
        YamlFields normalized = fields.optionalMapping("normalization");
        Normalization normalization = normalized == null ? null : normalization(file, normalized, shape);
        YamlFields likelihood = fields.mapping("likelihood");
        LikelihoodSpec.Family family = choice(
                likelihood, "name", likelihood.text("name"), LikelihoodSpec.Family.values(), LikelihoodSpec.Family::id);
        Double scale = family == LikelihoodSpec.Family.GAUSSIAN ? likelihood.optionalNumber("scale") : null;
        likelihood.done();
        var source = fields.optionalScalars("source");
        var training = fields.optionalScalars("training");
        fields.done();
        ScriptSpec spec = YamlText.checked(
                file,
                () -> new ScriptSpec(
                        shape,
                        range,
                        latent,
                        prior,
                        posterior,
                        encoder,
                        decoder,
                        normalization,
                        family,
                        scale,
                        source,
                        training));
        return new ScriptYaml(spec, encoderChecksum, decoderChecksum);
    }

    private static PosteriorFamily posterior(YamlFields fields) {
        String posterior = fields.text("posterior");
        return Arrays.stream(PosteriorFamily.values())
                .filter(known -> known.id().equals(posterior))
                .findFirst()
                .orElseThrow(() -> fields.bad(
                        "posterior",
                        "gaussian or deterministic (discrete latents and several stochastic layers are not supported)",
                        posterior));
    }

    private static <T> T choice(YamlFields fields, String name, String text, T[] values, Function<T, String> spelling) {
        return Arrays.stream(values)
                .filter(value -> spelling.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> fields.bad(
                        name, Arrays.stream(values).map(spelling).collect(Collectors.joining(" or ")), text));
    }

    private static boolean flat(YamlFields fields, String name) {
        String shape = fields.text(name);
        if (!shape.equals("image") && !shape.equals("flat")) {
            throw fields.bad(name, "image or flat", shape);
        }
        return shape.equals("flat");
    }

    private static Encoder encoder(YamlFields fields) {
        boolean flat = flat(fields, "takes");
        List<String> gives = fields.words("gives", MOST_OUTPUTS);
        List<Spread> spreads = Arrays.asList(Spread.values());
        Spread spread = spreads.stream()
                .filter(each -> gives.equals(each == Spread.NONE ? List.of("mean") : List.of("mean", each.id())))
                .findFirst()
                .orElseThrow(() -> fields.bad(
                        "gives",
                        "[mean] or [mean, X], X one of log-variance, standard-deviation, variance (several stochastic layers"
                                + " are not supported)",
                        gives));
        return new Encoder(flat, spread, fields.optionalWords("keys", MOST_OUTPUTS));
    }

    private static Decoder decoder(YamlFields fields) {
        List<String> gives = fields.words("gives", MOST_OUTPUTS);
        Gives known = Stream.of(Gives.values())
                .filter(each -> each.ids().equals(gives))
                .findFirst()
                .orElseThrow(() -> fields.bad("gives", "[mean], [logits] or [mean, scale]", gives));
        List<String> keys = fields.optionalWords("keys", MOST_OUTPUTS);
        return new Decoder(flat(fields, "shape"), known, keys);
    }

    private static @Nullable String checksum(YamlFields fields) {
        String checksum = fields.optionalText("sha256");
        if (checksum != null && !checksum.matches("[0-9a-f]{64}")) {
            throw fields.bad("sha256", "64 hexadecimal digits", checksum);
        }
        return checksum;
    }

    private static Normalization normalization(String file, YamlFields fields, ImageShape shape) {
        List<Double> mean = fields.numbers("mean", shape.channels());
        List<Double> std = fields.numbers("std", shape.channels());
        boolean decoder = fields.truth("decoder");
        fields.done();
        return YamlText.checked(file, () -> new Normalization(mean, std, decoder));
    }

    /** The text that {@link #parse} reads back. */
    String text() {
        ObjectNode root = YamlText.root(FORMAT, spec.shape(), spec.range(), spec.latent());
        root.put("prior", spec.prior().id());
        root.put("posterior", spec.posterior().id());
        ObjectNode encoder = root.putObject("encoder");
        encoder.put("takes", spec.encoder().flat() ? "flat" : "image");
        var gives = encoder.putArray("gives").add("mean");
        if (spec.encoder().spread() != Spread.NONE) {
            gives.add(spec.encoder().spread().id());
        }
        end(encoder, spec.encoder().keys(), encoderChecksum);
        ObjectNode decoder = root.putObject("decoder");
        spec.decoder().gives().ids().forEach(decoder.putArray("gives")::add);
        decoder.put("shape", spec.decoder().flat() ? "flat" : "image");
        end(decoder, spec.decoder().keys(), decoderChecksum);
        Normalization normalization = spec.normalization();
        if (normalization != null) {
            ObjectNode node = root.putObject("normalization");
            normalization.mean().forEach(node.putArray("mean")::add);
            normalization.std().forEach(node.putArray("std")::add);
            node.put("decoder", normalization.decoder());
        }
        ObjectNode likelihood = root.putObject("likelihood");
        likelihood.put("name", spec.family().id());
        Double scale = spec.scale();
        if (scale != null) {
            likelihood.put("scale", scale);
        }
        if (!spec.source().isEmpty()) {
            ObjectNode source = root.putObject("source");
            spec.source().forEach(source::put);
        }
        if (!spec.training().isEmpty()) {
            ObjectNode training = root.putObject("training");
            spec.training().forEach(training::put);
        }
        return YamlText.write(root);
    }

    private static void end(ObjectNode node, List<String> keys, @Nullable String checksum) {
        if (!keys.isEmpty()) {
            keys.forEach(node.putArray("keys")::add);
        }
        if (checksum != null) {
            node.put("sha256", checksum);
        }
    }
}
