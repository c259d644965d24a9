package io.margrave.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The frame of a page that opens without a network: style, script, figures.
 *
 * <p>Everything is inlined, and the page forbids itself any request. Only the one script of this module may run: the policy
 * names its hash, so that not even a script smuggled into a model's name could. Vega compiles its specifications, hence
 * {@code unsafe-eval}.
 */
public final class Page {
    private Page() {}

    /**
     * The page.
     *
     * @param title plain text
     * @param body HTML; each of {@code figures} stands in it once, by {@link #figure}
     * @param footer HTML
     * @param figures in the order of their numbers
     * @param data further {@linkplain Html#data blocks of data}; may be empty
     */
    public static String html(String title, String body, String footer, List<Figure> figures, String data) {
        String script = script();
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"
                + sha256(script)
                + "' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + Html.text(title)
                + "</title>\n<style>\n"
                + Resource.text("report.css")
                + "</style>\n</head>\n<body>\n<main>\n"
                + body
                + "</main>\n<footer>"
                + footer
                + ". Figures drawn with Vega and Vega-Lite (BSD-3-Clause).</footer>\n"
                + Html.data("figure-specs", specs(figures))
                + data
                + "<script>"
                + script
                + "</script>\n</body>\n</html>\n";
    }

    /**
     * A figure's place in the page.
     *
     * @param index among the figures of the page, from 0
     */
    public static String figure(Figure figure, int index) {
        return "<figure id=\"figure-" + figure.id() + "\"><h3>Figure " + (index + 1) + ". "
                + Html.text(figure.title()) + "</h3>\n<div class=\"vega\" data-figure=\"" + index
                + "\"></div>\n<figcaption>" + Html.text(figure.caption()) + "</figcaption>\n"
                + numbers(figure.numbers()) + "</figure>\n";
    }

    private static String numbers(Figure.Numbers numbers) {
        if (numbers.rows().isEmpty()) {
            return "";
        }
        return "<details><summary>The numbers behind it</summary>"
                + Html.textTable("numbers", numbers.header(), numbers.rows())
                + "</details>\n";
    }

    private static ArrayNode specs(List<Figure> figures) {
        ArrayNode specs = VegaLite.NODES.arrayNode();
        for (Figure figure : figures) {
            specs.addObject().put("id", figure.id()).putRawValue("spec", new RawValue(figure.json()));
        }
        return specs;
    }

    /** All of the page's code as one script. Carriage returns would be lost to the parser and spoil the hash. */
    private static String script() {
        String script = "\n" + Resource.text("vega.min.js") + "\n" + Resource.text("vega-lite.min.js") + "\n"
                + Resource.text("vega-embed.min.js") + "\n" + Resource.text("report.js");
        return script.replace("\r", "").replace("</script", "<\\/script").replace("<!--", "<\\!--");
    }

    private static String sha256(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
