package io.margrave.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.margrave.results.RunResults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The figures of a report as files: SVG for papers, Vega-Lite for whoever wants to change them. */
public final class FigureFiles {
    /** One figure takes a second or two; a stuck one must not hold up a run for long. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private FigureFiles() {}

    /**
     * What was written.
     *
     * @param files in the order of the figures: {@code id.vl.json} and {@code id.svg} of each; then {@code id.svg} and {@code
     *     id.png} of each grid of attacked images
     * @param failures one line each: figures whose SVG could not be drawn, as none can on Java 22 and later; their
     *     specification is there all the same
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
        return write(figures, folder, LIMIT);
    }

    static Written write(List<Figure> figures, Path folder, Duration limit) {
        List<Path> files = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Figure figure : figures) {
            Path file = folder.resolve(figure.id() + ".vl.json");
            AtomicFile.write(file, titled(figure).toPrettyString() + "\n");
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
        try {
            for (Figure figure : figures) {
                Path file = folder.resolve(figure.id() + ".svg");
                try {
                    AtomicFile.write(file, renderer.render(figure.spec()));
                    files.add(file);
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

    /** The specification with its title and caption, which a page shows around it. */
    private static ObjectNode titled(Figure figure) {
        ObjectNode spec = VegaLite.NODES.objectNode();
        spec.put("description", figure.title() + ". " + figure.caption());
        spec.setAll(figure.spec());
        return spec;
    }
}
