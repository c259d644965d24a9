package io.margrave.vae.torchscript;

import static io.margrave.vae.torchscript.Handmade.integer;
import static io.margrave.vae.torchscript.Handmade.object;
import static io.margrave.vae.torchscript.Handmade.tensor;
import static io.margrave.vae.torchscript.Handmade.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives whose zip is whole, and whose pickle or code means harm. */
class HostileArchiveTest {
    private static final String FORWARD = "def forward(self: __torch__.M, x: Tensor) -> Tensor:\n      return x";

    @TempDir
    private Path folder;

    // Pickles

    static Stream<Arguments> pickles() {
        String m = "c__torch__\nM\n)\u0081}";
        return Stream.of(
                Arguments.of("os.system", "cos\nsystem\n(" + text("id") + "tR"),
                Arguments.of("builtins.eval", "cbuiltins\neval\n(" + text("1") + "tR"),
                Arguments.of("torch.distributed.rpc.rref", "ctorch.distributed.rpc\nrref\n)R"),
                Arguments.of("_rebuild_qtensor", "ctorch._utils\n_rebuild_qtensor\n)R"),
                Arguments.of("_rebuild_sparse_tensor", "ctorch._utils\n_rebuild_sparse_tensor\n)R"),
                Arguments.of("__torch__.Other", object("__torch__", "Other")),
                Arguments.of("stack", "R"),
                Arguments.of("stack", "b"),
                Arguments.of("marks", "t"),
                Arguments.of("a value for every key", m + "(" + text("a") + "ub"),
                Arguments.of("remembered", "h\u0001"),
                Arguments.of("numbers what it repeats", "Nr\u00ff\u00ff\u00ff\u007f"),
                Arguments.of("numbers what it repeats", "]q\u0000"),
                Arguments.of("texts of at most", "X\u00ff\u00ff\u00ff\u007f"),
                Arguments.of("texts of at most", "X\u0000\u0000\u0010\u0000abc"),
                Arguments.of("the instruction", "i__torch__\nM\n"),
                Arguments.of("the instruction", "\u0095\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000"),
                Arguments.of("the attributes", object("__torch__", "M", text("more"), "N")),
                Arguments.of("a module in data.pkl", "N"),
                Arguments.of("a pickle of one value", "NN"),
                Arguments.of("a dictionary of attributes", "c__torch__\nM\n)\u0081]b"),
                Arguments.of("a class to make", integer(0) + ")\u0081}b"));
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void a_pickle_that_does_more_than_describe_a_module_is_refused(String reason, String pickle) {
        assertRefused(new Handmade().data(pickle), reason);
    }

    @Test
    void a_pickle_that_is_cut_off_is_refused() {
        assertRefused(new Handmade().entry("data.pkl", "\u0080\u0002c__torch__\nM"), "a whole pickle");
        assertRefused(new Handmade().entry("data.pkl", ""), "a whole pickle");
        assertRefused(new Handmade().entry("constants.pkl", "\u0080\u0004)."), "protocol 2");
    }

    static Stream<Arguments> tensors() {
        return Stream.of(
                Arguments.of("a tensor of 16 bytes", tensor(5, 0, 4, 1)),
                Arguments.of("a tensor of 16 bytes", tensor(1L << 40, 0, 4, 1)),
                Arguments.of("a tensor of 16 bytes", tensor(-4, 0, 4, 1)),
                // Four times 2^62 is 0 in 64 bits.
                Arguments.of("a tensor of 16 bytes", tensor((1L << 62) + 4, 0, 4, 1)),
                Arguments.of("within the 4 values", tensor(4, 1, 4, 1)),
                Arguments.of("within the 4 values", tensor(4, 0, 5, 1)),
                Arguments.of("within the 4 values", tensor(4, 0, 4, 2)),
                Arguments.of("within the 4 values", tensor(4, 0, Integer.MAX_VALUE, Integer.MAX_VALUE)),
                Arguments.of("sides and strides", tensor(4, 0, -1, 1)),
                Arguments.of("sides and strides", tensor(4, 0, 4, -1)),
                Arguments.of("sides and strides", tensor(4, 0, Long.MAX_VALUE, 1)),
                Arguments.of("each with a stride", tensor(4, -1, 4, 1)),
                Arguments.of("an expanded tensor of at most", tensor(4, 0, 1L << 30, 0)));
    }

    @ParameterizedTest
    @MethodSource("tensors")
    void a_tensor_outside_of_its_bytes_is_refused(String reason, String tensor) {
        assertRefused(
                new Handmade()
                        .code("w : Tensor", FORWARD)
                        .entry("data/0", new byte[16])
                        .data(object("__torch__", "M", text("w"), tensor)),
                reason);
    }

    @Test
    void a_tensor_within_its_bytes_passes() throws IOException {
        ScriptArchive archive = check(new Handmade()
                .code("w : Tensor", FORWARD)
                .entry("data/0", new byte[16])
                .data(object("__torch__", "M", text("w"), tensor(4, 1, 3, 1))));
        assertThat(archive.storedValues()).isEqualTo(3);
    }

    static Stream<Arguments> attributes() {
        return Stream.of(
                Arguments.of("Tensor", integer(1)),
                Arguments.of("int", text("1")),
                Arguments.of("float", integer(1)),
                Arguments.of("bool", integer(1)),
                Arguments.of("str", "N"),
                Arguments.of("Optional[int]", text("1")),
                Arguments.of("Tuple[int, int]", integer(1) + "\u0085"),
                Arguments.of("List[int]", "]"),
                Arguments.of("List[Tensor]", "ctorch.jit._pickle\nbuild_intlist\n](" + integer(1) + "e\u0085R"),
                Arguments.of("List[Tensor]", "ctorch.jit._pickle\nbuild_tensorlist\n](" + integer(1) + "e\u0085R"),
                Arguments.of(
                        "Dict[str, int]",
                        "ctorch.jit._pickle\nrestore_type_tag\n}(" + integer(1) + integer(1) + "u"
                                + text("Dict[str, int]") + "\u0086R"),
                // Another class has other slots: reading them would read past the object.
                Arguments.of("__torch__.Big", object("__torch__", "Small")),
                Arguments.of("Future[Tensor]", "N"),
                Arguments.of("__torch__.torch.classes.quantized.Conv2dPackedParamsBase", "N"));
    }

    @ParameterizedTest
    @MethodSource("attributes")
    void an_attribute_of_another_type_than_declared_is_refused(String type, String value) {
        String classes = "class Big:\n  w : int\nclass Small:\n  pass\n";
        assertRefused(
                new Handmade()
                        .entry(
                                "code/__torch__.py",
                                classes + "class M(Module):\n  __parameters__ = []\n  a : " + type + "\n  "
                                        + FORWARD.replace("      ", "    ") + "\n")
                        .data(object("__torch__", "M", text("a"), value)),
                "");
    }

    @Test
    void a_table_for_debugging_that_points_at_no_text_is_refused() {
        String texts = text("FORMAT_WITH_STRING_TABLE") + "(" + text("abc") + "t";
        for (String row : new String[] {
            row(integer(7), integer(0), integer(0)),
            row(integer(0), integer(7), integer(0)),
            row(integer(0), integer(0), integer(99))
        }) {
            assertRefused(
                    new Handmade().entry("code/__torch__.py.debug_pkl", "\u0080\u0002" + texts + row + "t\u0087."), "");
        }
        assertThat(texts).isNotEmpty();
    }

    private static String row(String textNumber, String fileNumber, String start) {
        String source =
                "ctorch.jit._pickle\nbuild_intlist\n](" + textNumber + "e\u0085R" + fileNumber + integer(0) + "\u0087";
        return "(" + integer(0) + source + start + integer(0) + "\u0087" + integer(0) + "\u0087";
    }

    // Code

    @ParameterizedTest
    @ValueSource(
            strings = {
                "torch.save(x, \"/tmp/stolen\")",
                "a = torch.from_file(\"/etc/passwd\", False, 10)",
                "a = ops.aten.from_file(\"/etc/passwd\", False, 10)",
                "a = (x).save(\"/tmp/stolen\")",
                "a = getattr(x, \"save\")",
                "a = getattr(x, \"sa\" \"ve\")",
                "a = getattr(x, \"\\163ave\")",
                "a = x.from_file",
                "a = torch",
                "a = ops",
                "a = ops.image",
                "a = ops.image.read_file(\"/etc/passwd\")",
                "a = ops.custom.anything(x)",
                "a = ops.rpc.remote(x)",
                "a = ops.prim.rpc_async(x)",
                "a = ops.prim.tolist(x)",
                "a = torch.autograd.grad([x], [x])",
                "a = torch.set_grad_enabled(False)",
                "a = torch.manual_seed(0)",
                "a = torch.set_(x, x)",
                "a = torch.resize_(x, [1000000])",
                "a = torch.as_strided(x, [1000000], [1])",
                "a = torch._sparse_coo_tensor_unsafe(x, x, [1])",
                "a = torch.to_here(x)",
                "a = fork(x)",
                "a = awaitable(x)",
                "print(x)",
                "p = print",
                "a = open(\"/etc/passwd\")",
                "a = __import__(\"os\")",
                "import os",
                "from os import system",
                "a = eval(\"1\")",
                "a = __torch__.torch.classes.rpc.Anything(x)",
                "a = __torch__.Missing",
                "a = __torch__",
                "a = getattr",
                "a = unchecked_cast",
                "a = unchecked_cast(__torch__.M, x)",
                "a = unchecked_cast(Tuple[Tensor, Tensor], x)",
                "a = annotate(Future[Tensor], x)",
                "a = CONSTANTS.save",
                "a = x + x",
                "a = x if True else x",
                "a = \"\"\"text\"\"\"",
                "a = x # hidden",
                "a = x; torch.relu(a)",
                "with x:",
                "a = lambda: x",
                "assert x",
                "a = torch.remainder(3, 0)",
                "n = torch.dim(x); a = torch.remainder(3, n)",
                "a = torch.to(x, 200)",
                "a = torch.zeros([1], dtype=-1)",
                "a = torch.to(x, None, None, False, True)",
                "a = caf\u00e9"
            })
    void code_that_calls_what_no_network_needs_is_refused(String line) {
        assertRefused(new Handmade().body(line, "return x"), "");
    }

    @Test
    void names_of_refused_operators_can_not_be_declared_to_reach_them() {
        assertRefused(
                new Handmade().code("save : int", FORWARD).data(object("__torch__", "M", text("save"), integer(1))),
                "not named after operators");
        assertRefused(
                new Handmade().code("__annotations__[\"from_file\"] = int", FORWARD), "not named after operators");
    }

    @Test
    void classes_that_run_code_while_they_load_are_refused() {
        assertRefused(
                new Handmade()
                        .code("", "def __setstate__(self: __torch__.M, state: int) -> NoneType:\n      return None"),
                "load without running code");
        assertRefused(new Handmade().entry("code/__torch__.py", "class M(Enum):\n  a = 1\n"), "named tuples or plain");
    }

    @Test
    void nesting_that_would_exhaust_a_stack_is_refused() {
        assertRefused(new Handmade().body("a = " + "(".repeat(5000) + "x" + ")".repeat(5000), "return x"), "brackets");
        assertRefused(new Handmade().body("a = x" + "[0]".repeat(5000), "return x"), "in a row");
        assertRefused(new Handmade().body("a = " + "torch.relu(".repeat(200) + "x" + ")".repeat(200), "return x"), "");
        StringBuilder deep = new StringBuilder("if True:");
        for (int i = 1; i < 200; i++) {
            deep.append("\n      ").append("  ".repeat(i)).append("if True:");
        }
        assertRefused(new Handmade().body(deep.toString(), "return x"), "indented");
    }

    private ScriptArchive check(Handmade handmade) throws IOException {
        return ScriptArchive.check(Files.write(folder.resolve("a.pt"), handmade.archive()));
    }

    private void assertRefused(Handmade handmade, String reason) {
        assertThatThrownBy(() -> check(handmade))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a usable TorchScript archive")
                .hasMessageContaining(reason)
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
    }
}
