package io.margrave.vae.torchscript;

import io.margrave.data.BadInputException;
import io.margrave.vae.Engine;
import io.margrave.vae.EngineException;
import io.margrave.vae.TensorCopies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.GenericDict;
import org.bytedeco.pytorch.GenericDictIterator;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A TorchScript archive, loaded, in evaluation mode. One module serves several threads, with gradients or without.
 *
 * <p>It is run as it was written: LibTorch's profiling executor would replace the graph after the first passes by another,
 * with other last digits, and the same plan would no longer give the same rows.
 */
public final class ScriptModule {
    private static final int LONGEST_REASON = 300;
    /** What the interpreter says last, after tracebacks of the code that failed. */
    private static final Pattern RAISED =
            Pattern.compile("(?:RuntimeError|builtins\\.\\w+|torch\\.jit\\.Error): *(.*)");

    private final String name;
    private final JitModule module;

    private ScriptModule(String name, JitModule module) {
        this.name = name;
        this.module = module;
    }

    /**
     * Loads an archive that passes {@link ScriptArchive#check}.
     *
     * @throws BadInputException where there is none, it does not pass, or LibTorch does not take it
     */
    public static ScriptModule load(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new BadInputException("want a TorchScript archive " + file + ", got none: export the model again");
        }
        ScriptArchive.check(file);
        Engine.load();
        try (PointerScope scope = new PointerScope()) {
            // To the processor, wherever it was saved; without its debug records, which only tracebacks need.
            JitModule module = torch.load(file.toString(), new DeviceOptional(Engine.cpu()), false);
            module.eval();
            module.retainReference();
            return new ScriptModule(String.valueOf(file.getFileName()), module);
        } catch (RuntimeException e) {
            throw new BadInputException(file + ": LibTorch can't load it: " + reason(e), e);
        }
    }

    /**
     * Runs {@code forward}.
     *
     * @param input its only argument
     * @param keys of the outputs where they come as a dict; empty where they come as a tensor, a tuple or a list
     * @return the outputs, in the order of the keys or as they come; they belong to the caller's {@code PointerScope}
     * @throws BadInputException where it fails or gives anything but tensors
     */
    public List<Tensor> run(Tensor input, List<String> keys) {
        IValue output;
        try {
            // LibTorch keeps this setting by thread.
            torch.setGraphExecutorOptimize(false);
            output = module.forward(new IValueVector(new IValue(input)));
        } catch (RuntimeException e) {
            String reason = reason(e);
            String doing = name + " on an input of " + TensorCopies.shape(input);
            if (outOfMemory(reason)) {
                throw EngineException.of(doing, e);
            }
            throw new BadInputException(doing + " fails: " + reason, e);
        }
        return tensors(output, keys);
    }

    private List<Tensor> tensors(IValue output, List<String> keys) {
        List<Tensor> tensors = new ArrayList<>();
        if (output.isGenericDict()) {
            GenericDict dict = output.toGenericDict();
            for (String key : namedIn(dict, keys)) {
                tensors.add(tensor(dict.at(new IValue(key)), "output '" + key + "'"));
            }
        } else if (!keys.isEmpty()) {
            throw new BadInputException(name + ": want a dict with " + keys + ", as model.yaml says, got "
                    + kind(output) + ": remove keys, or export again");
        } else if (output.isTensorList()) {
            TensorVector list = output.toTensorVector();
            for (long i = 0; i < list.size(); i++) {
                tensors.add(list.get(i));
            }
        } else if (output.isTuple()) {
            IValueVector elements = output.toTuple().elements().vec();
            for (long i = 0; i < elements.size(); i++) {
                tensors.add(tensor(elements.get(i), "output " + (i + 1)));
            }
        } else {
            tensors.add(tensor(output, "its output"));
        }
        return tensors;
    }

    private List<String> namedIn(GenericDict dict, List<String> keys) {
        TreeSet<String> found = new TreeSet<>();
        for (GenericDictIterator it = dict.begin(); !it.equals(dict.end()); it.increment()) {
            IValue key = it.access().key();
            found.add(key.isString() ? oneLine(key.toStringRef().getString()) : kind(key));
        }
        if (keys.isEmpty() || !found.containsAll(keys)) {
            throw new BadInputException(
                    name + ": it gives a dict with " + found + ": want keys in model.yaml that name its "
                            + "outputs in the order of gives" + (keys.isEmpty() ? "" : ", got " + keys));
        }
        return keys;
    }

    private Tensor tensor(IValue value, String what) {
        if (!value.isTensor()) {
            throw new BadInputException(name + ": want tensors, got for " + what + " " + kind(value)
                    + ": a model with nested outputs has to be wrapped before it is exported");
        }
        return value.toTensor();
    }

    private static String kind(IValue value) {
        return value.isNone() ? "None" : "a " + oneLine(value.tagKind().getString());
    }

    private static boolean outOfMemory(String reason) {
        String lower = reason.toLowerCase(Locale.ROOT);
        return lower.contains("not enough memory") || lower.contains("can't allocate");
    }

    /** One line of what LibTorch said: what the interpreter raised, or the first line. */
    private static String reason(RuntimeException error) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        return oneLine(message.lines()
                .map(RAISED::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .map(matched -> matched.group(1))
                .or(() -> message.lines().filter(line -> !line.isBlank()).findFirst())
                .orElse(error.getClass().getSimpleName())
                .strip());
    }

    private static String oneLine(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() > LONGEST_REASON ? clean.substring(0, LONGEST_REASON) + "..." : clean;
    }
}
