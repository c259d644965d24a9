package io.margrave.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.RunResults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The figures of a report as files: SVG and PDF for papers, Vega-Lite for whoever wants to change them. */
public final class FigureFiles {
    /** One figure takes a second or two; a stuck one must not hold up a run for long. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private FigureFiles() {}

    /** Inches of one column of a paper, and of both. */
    private static final double COLUMN = 3.3;

    private static final double PAGE = 6.9;

    /**
     * What was written.
     *
     * @param files {@code id.vl.json} of each figure, then {@code id.svg} of each, and {@code id.pdf} where it was asked for; then {@code
     *     id.svg} and {@code id.png} of each grid of attacked images
     * @param failures one line each: figures that could not be drawn, as none can on Java 22 and later; their specification is
     *     there all the same
     */
    public record Written(List<Path> files, List<String> failures) {}

    /**
     * Writes every figure and every grid of attacked images of a run.
     *
     * @param folder made where it is missing
     * @throws io.margrave.data.BadInputException where the folder can't be written
     */
    public static Written write(RunResults results, Path folder) {
        // Grids need no engine: they are there whatever becomes of the figures.
        List<Path> grids = GridFiles.write(results, folder);
        Written figures = write(Figures.of(results), folder);
        List<Path> files = new ArrayList<>(figures.files());
        files.addAll(grids);
        return new Written(List.copyOf(files), figures.failures());
    }

    /** Figures already at hand. */
    public static Written write(List<Figure> figures, Path folder) {
        return write(figures, folder, false, LIMIT);
    }

    /**
     * The same, and each as PDF for a paper: one panel as wide as a column (3.3 inches), several in pairs across a page (6.9 inches), so that
     * the smallest letters are of seven points.
     */
    public static Written writeForPaper(List<Figure> figures, Path folder) {
        return write(figures, folder, true, LIMIT);
    }

    private static Written write(List<Figure> figures, Path folder, boolean paper, Duration limit) {
        List<Path> files = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Figure figure : figures) {
            Path file = folder.resolve(figure.id() + ".vl.json");
            // A figure of planes is of thousands of cells: half a megabyte with a line for each number.
            AtomicFile.write(
                    file, (paper ? titled(figure).toString() : titled(figure).toPrettyString()) + "\n");
            files.add(file);
        }
        if (figures.isEmpty()) {
            return new Written(files, failures);
        }
        SvgRenderer renderer;
        try {
            renderer = new SvgRenderer(limit);
        } catch (LinkageError | IllegalStateException e) {
            // The engine uses what Java took away after 21; the page and the specifications need no engine.
            failures.add("figures could not be drawn as SVG: GraalJS wants Java 17 to 21, this is "
                    + Runtime.version().feature());
            return new Written(List.copyOf(files), List.copyOf(failures));
        }
        PdfRenderer printer = paper ? new PdfRenderer() : null;
        try {
            for (Figure figure : figures) {
                try {
                    Path file = folder.resolve(figure.id() + ".svg");
                    String svg = renderer.render(figure.json());
                    AtomicFile.write(file, svg);
                    files.add(file);
                    if (printer != null) {
                        print(figure, svg, folder, renderer, printer, files, failures);
                    }
                } catch (SvgRenderer.FailedException e) {
                    failures.add("figure " + figure.id() + " could not be drawn as SVG: " + e.getMessage());
                    if (!renderer.usable()) {
                        renderer.close();
                        renderer = new SvgRenderer(limit);
                    }
                }
            }
        } finally {
            renderer.close();
        }
        return new Written(List.copyOf(files), List.copyOf(failures));
    }

    private static void print(
            Figure figure,
            String svg,
            Path folder,
            SvgRenderer renderer,
            PdfRenderer printer,
            List<Path> files,
            List<String> failures)
            throws SvgRenderer.FailedException {
        ObjectNode spec = figure.spec();
        int columns = spec.path("columns").asInt(1);
        String narrow =
                columns <= 2 ? svg : renderer.render(spec.put("columns", 2).toString());
        Path file = folder.resolve(figure.id() + ".pdf");
        try {
            AtomicFile.write(file, printer.render(narrow, columns == 1 ? COLUMN : PAGE));
            files.add(file);
        } catch (SvgRenderer.FailedException e) {
            failures.add("figure " + figure.id() + " could not be drawn as PDF: " + e.getMessage());
        }
    }

    /** The specification with its title and caption, which a page shows around it. */
    private static ObjectNode titled(Figure figure) {
        ObjectNode spec = VegaLite.NODES.objectNode();
        spec.put("description", figure.title() + ". " + figure.caption());
        spec.setAll(figure.spec());
        return spec;
    }
}
