package io.margrave.vae.torchscript;

import io.margrave.data.BadInputException;
import io.margrave.vae.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Checks, loads and runs one archive after the other, as it is told on standard input; answers with one line each. */
final class LoadingChild {
    private LoadingChild() {}

    public static void main(String[] args) throws IOException {
        Engine.singleThreaded();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t");
            long[] input = Arrays.stream(parts[0].split(","))
                    .mapToLong(Long::parseLong)
                    .toArray();
            System.out.println("\u0001" + answer(Path.of(parts[1]), input));
            System.out.flush();
        }
    }

    private static String answer(Path file, long[] input) {
        try {
            ScriptArchive.check(file);
        } catch (BadInputException e) {
            return Answer.Kind.REFUSED + " " + escaped(e.getMessage());
        } catch (RuntimeException | Error e) {
            return Answer.Kind.DEFECT + " " + escaped(e.toString());
        }
        try (PointerScope scope = new PointerScope()) {
            JitModule module = torch.load(file.toString());
            module.eval();
            IValue output = module.forward(new IValueVector(new IValue(torch.full(input, new Scalar(0.25)))));
            if (output.isTensor()) {
                Tensor sum = output.toTensor().sum();
                return Answer.Kind.RAN + " " + sum.item_double();
            }
            return Answer.Kind.RAN + " " + escaped(output.tagKind().getString());
        } catch (RuntimeException e) {
            return Answer.Kind.ENGINE + " " + escaped(Engine.firstLine(e));
        }
    }

    /** Line ends as text, so that a message of two lines shows as one that holds a line end. */
    private static String escaped(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r");
    }
}
