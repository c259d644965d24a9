package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.UnfitArchiveException.corrupt;
import static io.margrave.vae.torchscript.UnfitArchiveException.quote;
import static io.margrave.vae.torchscript.UnfitArchiveException.refused;

import io.margrave.vae.torchscript.PickleValue.Global;
import io.margrave.vae.torchscript.PickleValue.Growing;
import io.margrave.vae.torchscript.PickleValue.Hooks;
import io.margrave.vae.torchscript.PickleValue.Instance;
import io.margrave.vae.torchscript.PickleValue.Processor;
import io.margrave.vae.torchscript.PickleValue.Row;
import io.margrave.vae.torchscript.PickleValue.Scalar;
import io.margrave.vae.torchscript.PickleValue.Stored;
import io.margrave.vae.torchscript.PickleValue.Tensor;
import io.margrave.vae.torchscript.PickleValue.Typed;
import io.margrave.vae.torchscript.PickleValue.Unbuilt;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Follows a pickle's instructions without doing what they say: nothing is imported, called or allocated; values are described.
 *
 * <p>Only the 22 instructions and the few globals that {@code torch.jit.save} writes are known. A stack that runs empty, a
 * reference to nothing, an object that lacks an attribute or has one of another type, a tensor outside of its storage: LibTorch
 * tests some of these late and some not at all, so all are refused here.
 */
final class PickleMachine {
    /** A module within a module within a module: LibTorch's walks recurse. */
    private static final int DEEPEST = 100;

    private static final int LONGEST_TEXT = 1 << 20;
    private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String TYPE_TAG = "torch.jit._pickle.restore_type_tag";
    private static final String HOOKS = "collections.OrderedDict";
    private static final String DEVICE = "torch.device";
    private static final Map<String, TypeExpression> LISTS = Map.of(
            "torch.jit._pickle.build_intlist", listOf("int"),
            "torch.jit._pickle.build_doublelist", listOf("float"),
            "torch.jit._pickle.build_boollist", listOf("bool"),
            "torch.jit._pickle.build_tensorlist", listOf("Tensor"));

    private final ByteBuffer bytes;
    private final String folder;
    private final Map<String, ZipEntryLayout> entries;
    private final Conformity conformity;
    private final long expanded;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final List<PickleValue> memo = new ArrayList<>();

    private PickleMachine(
            byte[] pickle,
            String folder,
            Map<String, ZipEntryLayout> entries,
            Map<String, ClassDeclaration> classes,
            long expanded) {
        this.bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.folder = folder;
        this.entries = entries;
        this.conformity = new Conformity(classes);
        this.expanded = expanded;
    }

    /**
     * The one value that a pickle describes.
     *
     * @param folder of its tensors, as in {@code data}
     * @param entries of the archive, by name
     * @param classes of the archive's code, by qualified name
     * @param expanded values that a tensor may have that has more than its storage
     * @throws UnfitArchiveException where it is not such a pickle
     */
    static PickleValue read(
            byte[] pickle,
            String folder,
            Map<String, ZipEntryLayout> entries,
            Map<String, ClassDeclaration> classes,
            long expanded) {
        try {
            return new PickleMachine(pickle, folder, entries, classes, expanded).run();
        } catch (BufferUnderflowException e) {
            throw corrupt("a whole pickle", "one that was cut off");
        }
    }

    private static TypeExpression listOf(String element) {
        return new TypeExpression("List", List.of(TypeExpression.named(element)));
    }

    private PickleValue run() {
        if (bytes.get() != (byte) 0x80 || bytes.get() != 2) {
            throw corrupt("a pickle of protocol 2", "something else");
        }
        int code = bytes.get() & 0xff;
        while (code != '.') {
            step(code);
            code = bytes.get() & 0xff;
        }
        if (stack.size() != 1 || !marks.isEmpty() || bytes.hasRemaining()) {
            throw corrupt("a pickle of one value", stack.size() + " and " + bytes.remaining() + " bytes more");
        }
        return pop();
    }

    private void step(int code) {
        switch (code) {
            case 'N' -> push(new Scalar(null));
            case 0x88 -> push(new Scalar(true));
            case 0x89 -> push(new Scalar(false));
            case 'K' -> push(new Scalar((long) (bytes.get() & 0xff)));
            case 'M' -> push(new Scalar((long) (bytes.getShort() & 0xffff)));
            case 'J' -> push(new Scalar((long) bytes.getInt()));
            case 0x8a -> push(new Scalar(longInteger()));
            case 'G' -> push(new Scalar(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()))));
            case 'X' -> push(new Scalar(text()));
            case 'c' -> push(global());
            case 'q' -> remember(bytes.get() & 0xff);
            case 'r' -> remember(bytes.getInt());
            case 'h' -> push(recall(bytes.get() & 0xff));
            case 'j' -> push(recall(bytes.getInt()));
            case '(' -> marks.push(stack.size());
            case ')' -> push(new Row(List.of()));
            case 't' -> push(new Row(popToMark()));
            case 0x85 -> push(new Row(pop(1)));
            case 0x86 -> push(new Row(pop(2)));
            case 0x87 -> push(new Row(pop(3)));
            case ']' -> push(new Growing(false));
            case '}' -> push(new Growing(true));
            case 'e' -> grow(false);
            case 'u' -> grow(true);
            case 0x81 -> create();
            case 'b' -> build();
            case 'R' -> call();
            case 'Q' -> push(storage());
            default -> throw corrupt("a pickle of torch.jit.save", "the instruction " + code);
        }
    }

    // The stack: nothing below the last mark is reached but by the instruction that removes the mark.

    private void push(PickleValue value) {
        stack.add(value);
    }

    private PickleValue top() {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        if (stack.size() <= floor) {
            throw corrupt("a pickle whose stack does not run empty", "one whose does");
        }
        return stack.get(stack.size() - 1);
    }

    private PickleValue pop() {
        PickleValue top = top();
        stack.remove(stack.size() - 1);
        return top;
    }

    private List<PickleValue> pop(int count) {
        List<PickleValue> popped = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            popped.add(0, pop());
        }
        return popped;
    }

    private List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw corrupt("a pickle whose marks match", "one whose do not");
        }
        List<PickleValue> above = stack.subList(marks.pop(), stack.size());
        List<PickleValue> popped = new ArrayList<>(above);
        above.clear();
        return popped;
    }

    private void remember(int place) {
        PickleValue top = top();
        // What may still change can't be shared: so no value ever holds itself, and no list gets a second type.
        if (place != memo.size() || top instanceof Growing || top instanceof Unbuilt) {
            throw corrupt("a pickle that numbers what it repeats", top.typeName() + " as number " + place);
        }
        memo.add(top);
    }

    private PickleValue recall(int place) {
        if (place < 0 || place >= memo.size()) {
            throw corrupt("one of " + memo.size() + " remembered values", "number " + place);
        }
        return memo.get(place);
    }

    // Texts and numbers

    private long longInteger() {
        int length = bytes.get();
        if (length != Long.BYTES) {
            throw corrupt("integers of 8 bytes", String.valueOf(length));
        }
        return bytes.getLong();
    }

    private String text() {
        int length = bytes.getInt();
        if (length < 0 || length > LONGEST_TEXT || length > bytes.remaining()) {
            throw corrupt("texts of at most " + LONGEST_TEXT + " bytes", Integer.toUnsignedString(length));
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.slice(bytes.position(), length))
                    .toString();
            bytes.position(bytes.position() + length);
            return text;
        } catch (CharacterCodingException e) {
            throw corrupt("texts in UTF-8", "others");
        }
    }

    private Global global() {
        Global global = new Global(line(), line());
        String name = global.qualified();
        boolean type = global.module().equals("torch") && global.name().endsWith("Storage");
        boolean known = type
                || name.equals(TENSOR)
                || name.equals(TYPE_TAG)
                || name.equals(HOOKS)
                || name.equals(DEVICE)
                || LISTS.containsKey(name)
                || conformity.declaration(name) != null;
        if (!known) {
            throw refused(
                    "a pickle of modules and tensors", "one that names " + quote(name), UnfitArchiveException.TRACE);
        }
        return global;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = bytes.get(); c != '\n'; c = bytes.get()) {
            if (c < ' ' || c > 126 || line.length() == 1000) {
                throw corrupt("names of at most 1000 printable characters", "others");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    // Containers and objects

    private void grow(boolean dictionary) {
        List<PickleValue> elements = popToMark();
        if (!(top() instanceof Growing growing) || growing.dictionary != dictionary) {
            throw corrupt("elements for a new list or dictionary", "some for " + top().typeName());
        }
        if (dictionary && elements.size() % 2 != 0) {
            throw corrupt("a value for every key", "one key more");
        }
        growing.elements.addAll(elements);
    }

    private void create() {
        PickleValue.row(pop(), 0);
        if (!(pop() instanceof Global global)) {
            throw corrupt("a class to make an object of", "something else");
        }
        ClassDeclaration declaration = conformity.declaration(global.qualified());
        if (declaration == null || declaration.namedTuple()) {
            throw corrupt("a class of the archive's code", quote(global.qualified()));
        }
        push(new Unbuilt(declaration));
    }

    private void build() {
        PickleValue state = pop();
        if (!(pop() instanceof Unbuilt unbuilt) || !(state instanceof Growing growing) || !growing.dictionary) {
            throw corrupt("a dictionary of attributes for a new object", state.typeName());
        }
        Map<String, PickleValue> attributes = growing.byText();
        conformity.checkObject(unbuilt.declaration(), attributes);
        int depth = 1;
        for (PickleValue attribute : attributes.values()) {
            if (attribute instanceof Instance instance) {
                depth = Math.max(depth, instance.depth() + 1);
            }
        }
        if (depth > DEEPEST) {
            throw corrupt("modules within each other at most " + DEEPEST + " deep", "deeper ones");
        }
        push(new Instance(unbuilt.declaration(), depth, attributes));
    }

    private void call() {
        PickleValue arguments = pop();
        if (!(pop() instanceof Global global)) {
            throw corrupt("a function to call", "something else");
        }
        String name = global.qualified();
        TypeExpression list = LISTS.get(name);
        if (list != null) {
            push(typed(PickleValue.row(arguments, 1).get(0), list));
        } else if (name.equals(TYPE_TAG)) {
            List<PickleValue> row = PickleValue.row(arguments, 2);
            push(typed(row.get(0), TypeExpression.parse(CodeToken.of(PickleValue.text(row.get(1))))));
        } else if (name.equals(HOOKS)) {
            PickleValue.row(arguments, 0);
            push(new Hooks());
        } else if (name.equals(DEVICE)) {
            checkCpu(PickleValue.text(PickleValue.row(arguments, 1).get(0)));
            push(new Processor());
        } else if (name.equals(TENSOR)) {
            push(tensor(PickleValue.row(arguments, 6)));
        } else {
            throw corrupt("a function to call", quote(name));
        }
    }

    private Typed typed(PickleValue value, TypeExpression type) {
        if (!(value instanceof Growing growing) || !type.name().equals(growing.dictionary ? "Dict" : "List")) {
            throw corrupt("a new list or dictionary to be a " + type, value.typeName());
        }
        Typed typed = new Typed(type, growing.elements);
        conformity.checkElements(typed);
        return typed;
    }

    // Tensors

    private Stored storage() {
        List<PickleValue> row = PickleValue.row(pop(), 5);
        String key = PickleValue.text(row.get(2));
        if (!PickleValue.text(row.get(0)).equals("storage")
                || !(row.get(1) instanceof Global global)
                || !global.module().equals("torch")) {
            throw corrupt("a storage", "another reference");
        }
        checkCpu(PickleValue.text(row.get(3)));
        return new Stored(Storage.of(
                Storage.Type.of(global.name()), folder + "/" + key, PickleValue.integer(row.get(4)), entries));
    }

    private static void checkCpu(String device) {
        if (!device.equals("cpu")) {
            throw refused("tensors on the processor (cpu)", quote(device), "call model.cpu() before the export");
        }
    }

    private Tensor tensor(List<PickleValue> row) {
        if (!(row.get(0) instanceof Stored stored)
                || !(row.get(4) instanceof Scalar gradient)
                || !(gradient.value() instanceof Boolean)
                || !(row.get(5) instanceof Hooks)) {
            throw corrupt("a tensor of storage, offset, shape, strides, gradient and hooks", "others");
        }
        long values = stored.storage()
                .checkTensor(
                        PickleValue.integer(row.get(1)),
                        PickleValue.integers(row.get(2)),
                        PickleValue.integers(row.get(3)),
                        expanded);
        return new Tensor(stored.storage(), values);
    }
}
