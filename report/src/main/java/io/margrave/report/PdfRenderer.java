package io.margrave.report;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.transcoder.SVGAbstractTranscoder;
import org.apache.batik.transcoder.TranscoderException;
import org.apache.batik.transcoder.TranscoderInput;
import org.apache.batik.transcoder.TranscoderOutput;
import org.apache.fop.configuration.Configuration;
import org.apache.fop.configuration.ConfigurationException;
import org.apache.fop.configuration.DefaultConfigurationBuilder;
import org.apache.fop.svg.PDFTranscoder;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Drawings as PDF for a paper: lines stay lines, text stays text, and the font, Liberation Sans, whose letters are as wide as
 * Helvetica's, is inside. Nothing but the drawing itself and that font is read.
 */
final class PdfRenderer {
    private static final double MILLIMETRES_PER_INCH = 25.4;

    /** Millimetres of a pixel that is no smaller in print than on a screen. */
    private static final double SCREEN_PIXEL = MILLIMETRES_PER_INCH / 96;

    /** A name in a script that the font lacks is printed with a mark in place of a letter; nobody is told on standard error. */
    private static final Logger FONTS = Logger.getLogger("org.apache.fop.fonts");

    private final Configuration fonts = fonts();

    PdfRenderer() {
        FONTS.setLevel(Level.SEVERE);
    }

    /** Both weights of the one font, under every name that a figure of this module asks for. */
    private static Configuration fonts() {
        StringBuilder xml = new StringBuilder("<fop version=\"1.0\"><fonts>");
        for (String weight : new String[] {"Regular", "Bold"}) {
            URL font = Objects.requireNonNull(PdfRenderer.class.getResource("LiberationSans-" + weight + ".ttf"));
            xml.append("<font kerning=\"no\" embedding-mode=\"subset\" embed-url=\"")
                    .append(Html.text(font.toString()))
                    .append("\">");
            for (String name : new String[] {"Helvetica", "Arial", "sans-serif", "Liberation Sans"}) {
                xml.append("<font-triplet name=\"" + name + "\" style=\"normal\" weight=\""
                        + (weight.equals("Bold") ? "bold" : "normal") + "\"/>");
            }
            xml.append("</font>");
        }
        xml.append("</fonts></fop>");
        try {
            return new DefaultConfigurationBuilder()
                    .build(new ByteArrayInputStream(xml.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (ConfigurationException e) {
            throw new IllegalStateException("the configuration of the fonts can't be read", e);
        }
    }

    /**
     * Prints one drawing.
     *
     * @param svg without reference to anything outside itself
     * @param inches width on paper; a small drawing is not enlarged
     * @return a PDF file of one page, as large as the drawing
     * @throws SvgRenderer.FailedException in one line, where it can't be printed
     */
    byte[] render(String svg, double inches) throws SvgRenderer.FailedException {
        try {
            Document drawing = parsed(svg);
            double width = Double.parseDouble(drawing.getDocumentElement().getAttribute("width"));
            PDFTranscoder transcoder = new PDFTranscoder();
            transcoder.configure(fonts);
            transcoder.addTranscodingHint(SVGAbstractTranscoder.KEY_PIXEL_UNIT_TO_MILLIMETER, (float)
                    Math.min(SCREEN_PIXEL, inches * MILLIMETRES_PER_INCH / width));
            transcoder.addTranscodingHint(SVGAbstractTranscoder.KEY_ALLOW_EXTERNAL_RESOURCES, false);
            transcoder.addTranscodingHint(SVGAbstractTranscoder.KEY_ALLOWED_SCRIPT_TYPES, "");
            ByteArrayOutputStream pdf = new ByteArrayOutputStream();
            transcoder.transcode(new TranscoderInput(drawing), new TranscoderOutput(pdf));
            return pdf.toByteArray();
        } catch (SAXException | IOException | TranscoderException | ConfigurationException e) {
            throw new SvgRenderer.FailedException(SvgRenderer.firstLine(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            // Java's own fonts are loaded too, and a system may have none at all.
            throw new SvgRenderer.FailedException(
                    SvgRenderer.firstLine(e.getClass().getSimpleName() + ": " + e.getMessage()));
        }
    }

    /** The drawing, once it is clear that it names nothing to be fetched. */
    private static Document parsed(String svg) throws SAXException, IOException, SvgRenderer.FailedException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            Document drawing = builder.parse(new InputSource(new StringReader(svg)));
            NodeList elements = drawing.getElementsByTagName("*");
            for (int i = 0; i < elements.getLength(); i++) {
                Element element = (Element) elements.item(i);
                refuseReference(element);
                flatten(element);
            }
            return drawing;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("Java's own parser knows these features", e);
        }
    }

    /**
     * A shape that is only filled or only drawn is as transparent as its paint. Said of the paint it costs a few bytes; said of the
     * shape a page within the page, and of thousands of points megabytes.
     */
    private static void flatten(Element element) {
        String opacity = element.getAttribute("opacity");
        if (element.getLocalName().equals("path") && !opacity.isEmpty()) {
            boolean filled = painted(element, "fill");
            if (filled != painted(element, "stroke")) {
                element.removeAttribute("opacity");
                element.setAttribute(filled ? "fill-opacity" : "stroke-opacity", opacity);
            }
        }
    }

    /** Of the shapes of a figure, whose groups paint nothing by themselves. */
    private static boolean painted(Element element, String paint) {
        String value = element.getAttribute(paint);
        return !value.isEmpty()
                && !value.equals("none")
                && element.getAttribute(paint + "-opacity").isEmpty();
    }

    private static void refuseReference(Element element) throws SvgRenderer.FailedException {
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            String name = element.getAttributes().item(i).getLocalName();
            String value = element.getAttributes().item(i).getNodeValue();
            boolean outside = "href".equals(name) && !value.startsWith("#") && !value.startsWith("data:image/png;");
            if (outside || value.replace("url(#", "").replace("url(\"#", "").contains("url(")) {
                throw new SvgRenderer.FailedException(
                        "want a drawing that needs nothing else, got one that names " + value);
            }
        }
        if (element.getLocalName().equals("script") || element.getLocalName().equals("style")) {
            throw new SvgRenderer.FailedException("want a drawing without " + element.getLocalName() + ", got one");
        }
    }
}
