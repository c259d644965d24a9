package io.margrave.vae.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margrave.data.BadInputException;
import io.margrave.data.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptArchiveTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Fixture.class)
    void what_pytorch_wrote_passes(Fixture fixture) {
        ScriptArchive archive = ScriptArchive.check(fixture.path());
        assertThat(archive.sha256()).isEqualTo(Sha256.of(fixture.path()));
        assertThat(archive.mainClass()).startsWith("__torch__.");
        assertThat(archive.storedValues()).isGreaterThanOrEqualTo(archive.parameters());
    }

    @Test
    void parameters_are_counted_and_buffers_are_not() {
        // 16 x 8 + 8 of the hidden layer, 8 x 2 + 2 of each of two outputs.
        assertThat(ScriptArchive.check(Fixture.MLP_TRACED.path()).parameters()).isEqualTo(136 + 18 + 18);
        // 4 x 9 + 4 of the convolution, 4 + 4 of the normalisation, 16 x 4 + 4 of the output.
        ScriptArchive conv = ScriptArchive.check(Fixture.CONV_TRACED.path());
        assertThat(conv.parameters()).isEqualTo(40 + 8 + 68);
        // Its mean and variance, and the number of batches.
        assertThat(conv.storedValues()).isEqualTo(conv.parameters() + 4 + 4 + 1);
        ScriptArchive frozen = ScriptArchive.check(Fixture.CONV_FROZEN.path());
        assertThat(frozen.parameters()).isZero();
        assertThat(frozen.storedValues()).isEqualTo(40 + 68);
    }

    @ParameterizedTest
    @EnumSource(Fixture.class)
    void an_archive_put_together_again_is_the_same_to_the_check(Fixture fixture) throws IOException {
        byte[] again = Zip.archive(Zip.entries(fixture.bytes()));
        assertThat(check(again).storedValues())
                .isEqualTo(ScriptArchive.check(fixture.path()).storedValues());
    }

    @Test
    void the_archive_by_hand_passes_so_that_its_variants_are_refused_for_one_thing_only() throws IOException {
        assertThat(check(new Handmade().archive()).mainClass()).isEqualTo("__torch__.M");
    }

    @Test
    void limits_hold() {
        ArchiveLimits defaults = ArchiveLimits.defaults();
        refuses(limits(1000, 100, defaults.codeBytes()), "at most 1000 bytes");
        refuses(limits(1 << 20, 3, defaults.codeBytes()), "1 to 3 files");
        refuses(limits(1 << 20, 100, 100), "at most ");
    }

    private static ArchiveLimits limits(long file, int entries, long code) {
        return new ArchiveLimits(file, entries, code, 1 << 20, 1 << 20, 1 << 20);
    }

    private static void refuses(ArchiveLimits limits, String reason) {
        assertThatThrownBy(() -> ScriptArchive.check(Fixture.MLP_TRACED.path(), limits))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(reason);
    }

    // Wrong kinds

    static Stream<Arguments> wrongKinds() throws IOException {
        Map<String, byte[]> zip = new LinkedHashMap<>();
        zip.put("readme.txt", bytes("hello"));
        return Stream.of(
                Arguments.of("a PNG image", bytes("\u0089PNG\r\n\u001a\n0000")),
                Arguments.of("a pickle (torch.save", bytes("\u0080\u0002}q\u0000.")),
                Arguments.of("a pickle of torch.save", Files.readAllBytes(Fixture.resource("state-dict.pth"))),
                Arguments.of("a safetensors file", bytes("\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000{}")),
                Arguments.of("ONNX", bytes("\b\u0007\u0012\u0007pytorch")),
                Arguments.of("an HDF5 file", bytes("\u0089HDF\r\n\u001a\n")),
                Arguments.of("an empty file", bytes("")),
                Arguments.of("one top folder", Zip.archive(zip)),
                Arguments.of("begins with 68656c6c", bytes("hello")));
    }

    @ParameterizedTest
    @MethodSource("wrongKinds")
    void a_file_of_another_kind_is_named(String kind, byte[] file) {
        assertRefused(file, kind);
    }

    @Test
    void a_folder_and_a_missing_file_are_told_apart() {
        assertThatThrownBy(() -> ScriptArchive.check(folder))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("got a folder");
        assertThatThrownBy(() -> ScriptArchive.check(folder.resolve("none.pt")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    // Archives

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "/etc/passwd",
                "a\\b",
                "data/../../x",
                "code/__torch__/../x.py",
                "code/other.py",
                "model.json",
                ".data/ts_code/code/__torch__.py",
                "data/x",
                "lib/native.so",
                "code/__torch__/a.pyc",
                "extra/.."
            })
    void a_name_that_pytorch_does_not_write_is_refused(String name) {
        assertRefused(new Handmade().entry(name, "x").archive(), "only files that torch.jit.save writes");
    }

    @Test
    void a_name_that_differs_by_case_alone_is_refused() {
        assertRefused(new Handmade().entry("code/__TORCH__.py", "").archive(), "only files that torch.jit.save writes");
        assertRefused(
                new Handmade()
                        .entry("code/__torch__/Net.py", "")
                        .entry("code/__torch__/net.py", "")
                        .archive(),
                "differ by more than case");
    }

    @Test
    void bytes_before_after_and_between_are_refused() {
        byte[] archive = Fixture.MLP_TRACED.bytes();
        byte[] longer = new byte[archive.length + 1];
        System.arraycopy(archive, 0, longer, 0, archive.length);
        assertRefused(longer, "the end record");
        System.arraycopy(archive, 0, longer, 1, archive.length);
        longer[0] = 'P';
        assertRefused(longer, "a TorchScript archive");
        // A second archive behind the first: some readers would take the one, some the other.
        byte[] twice = new byte[archive.length * 2];
        System.arraycopy(archive, 0, twice, 0, archive.length);
        System.arraycopy(archive, 0, twice, archive.length, archive.length);
        assertRefused(twice, "");
    }

    @Test
    void a_tensor_compressed_to_a_bomb_is_refused_without_inflating_it() throws IOException {
        assertRefused(Bomb.archive("archive/data/0", 1 << 26), "nothing compressed but code");
        assertRefused(Bomb.archive("archive/code/__torch__.py", 1 << 26), "at most");
    }

    private ScriptArchive check(byte[] archive) throws IOException {
        return ScriptArchive.check(Files.write(folder.resolve("a.pt"), archive));
    }

    private void assertRefused(byte[] archive, String reason) {
        assertThatThrownBy(() -> check(archive))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not a usable TorchScript archive")
                .hasMessageContaining(reason)
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
