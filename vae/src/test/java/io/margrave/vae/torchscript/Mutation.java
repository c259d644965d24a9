package io.margrave.vae.torchscript;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** Ways to damage an archive, each drawn from a seeded stream. */
enum Mutation {
    // The file as it is.
    CUT_OFF(false),
    FLIP_BITS(false),
    OVERWRITE(false),
    CHANGE_A_HEADER(false),
    SWAP_BLOCKS(false),
    ADD_BYTES(false),
    // Within, with checksums and sizes that are right again.
    FLIP_BITS_OF_PICKLE(true),
    CHANGE_INSTRUCTIONS(true),
    CHANGE_NUMBERS(true),
    CUT_OFF_ENTRY(true),
    SWAP_ENTRIES(true),
    REMOVE_ENTRY(true),
    CHANGE_WORDS_OF_CODE(true),
    CHANGE_NUMBERS_OF_CODE(true),
    CHANGE_OPERATORS(true),
    CHANGE_LINES_OF_CODE(true),
    CHANGE_BYTES_OF_CODE(true);

    private static final byte[] INSTRUCTIONS = "(.])}ceuqrhjtRbQNKMJGX\u0080\u0081\u0085\u0086\u0087\u0088\u0089\u008a"
            .getBytes(StandardCharsets.ISO_8859_1);
    private static final List<String> NUMBERS = List.of(
            "0", "-1", "1", "2147483647", "-9223372036854775808", "9223372036854775807", "1e308", "0.", "65536");
    private static final List<String> OPERATORS = List.of(
            "relu",
            "conv2d",
            "max_pool2d",
            "index",
            "gather",
            "scatter",
            "select",
            "slice",
            "embedding",
            "view",
            "reshape",
            "expand",
            "cat",
            "split",
            "chunk",
            "pixel_shuffle",
            "batch_norm",
            "group_norm",
            "layer_norm",
            "col2im",
            "im2col",
            "grid_sampler",
            "lstm",
            "linear",
            "matmul",
            "bmm",
            "einsum",
            "remainder",
            "floordiv",
            "div",
            "mul",
            "__getitem__",
            "_set_item",
            "append",
            "pop",
            "len",
            "zeros",
            "full",
            "arange",
            "linspace",
            "repeat",
            "tile",
            "unfold",
            "roll",
            "flip",
            "pad",
            "reflection_pad2d",
            "upsample_nearest2d",
            "upsample_bicubic2d",
            "max_unpool2d",
            "take",
            "put",
            "index_put",
            "masked_select",
            "topk",
            "sort",
            "multinomial",
            "bincount",
            "one_hot",
            "cdist",
            "histc",
            "trace",
            "_convolution",
            "_weight_norm",
            "_native_multi_head_attention",
            "scaled_dot_product_attention",
            "fft_fft",
            "linalg_inv",
            "to",
            "Int",
            "Float",
            "format",
            "str",
            "tensor",
            "item",
            "adaptive_avg_pool2d",
            "pow",
            "gcd",
            "chr");

    private final boolean within;

    Mutation(boolean within) {
        this.within = within;
    }

    /** Whether all entries are still there, so that they can be damaged again. */
    boolean again() {
        return within && this != CUT_OFF_ENTRY && this != SWAP_ENTRIES && this != REMOVE_ENTRY;
    }

    /** A damaged copy. */
    byte[] apply(byte[] archive, SplittableRandom random) {
        if (!within) {
            return damage(archive.clone(), random);
        }
        Map<String, byte[]> entries = new LinkedHashMap<>(Zip.entries(archive));
        damage(entries, random);
        return Zip.archive(entries);
    }

    private byte[] damage(byte[] bytes, SplittableRandom random) {
        int at = random.nextInt(bytes.length);
        switch (this) {
            case CUT_OFF -> {
                return Arrays.copyOf(bytes, at);
            }
            case FLIP_BITS -> flipBits(bytes, random);
            case OVERWRITE -> {
                byte[] noise = new byte[Math.min(1 + random.nextInt(64), bytes.length - at)];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, noise.length);
            }
            case CHANGE_A_HEADER -> {
                // Headers begin with PK: their fields lie within the next 46 bytes.
                List<Integer> headers = new ArrayList<>();
                for (int i = 0; i + 50 < bytes.length; i++) {
                    if (bytes[i] == 'P' && bytes[i + 1] == 'K') {
                        headers.add(i);
                    }
                }
                int field = headers.get(random.nextInt(headers.size())) + 4 + random.nextInt(42);
                byte[] values = {0, 1, -1, 127, (byte) random.nextInt()};
                bytes[field] = values[random.nextInt(values.length)];
            }
            case SWAP_BLOCKS -> {
                int length = 1 + random.nextInt(bytes.length / 4);
                int one = random.nextInt(bytes.length - length);
                int other = random.nextInt(bytes.length - length);
                byte[] kept = Arrays.copyOfRange(bytes, one, one + length);
                System.arraycopy(bytes, other, bytes, one, length);
                System.arraycopy(kept, 0, bytes, other, length);
            }
            default -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100));
                int front = random.nextBoolean() ? longer.length - bytes.length : 0;
                System.arraycopy(bytes, 0, longer, front, bytes.length);
                return longer;
            }
        }
        return bytes;
    }

    private void damage(Map<String, byte[]> entries, SplittableRandom random) {
        List<String> names = new ArrayList<>(entries.keySet());
        String any = names.get(random.nextInt(names.size()));
        String pickle = pick(names, "pkl", random);
        String code = pick(names, ".py", random);
        switch (this) {
            case FLIP_BITS_OF_PICKLE -> flipBits(entries.get(pickle), random);
            case CHANGE_INSTRUCTIONS -> {
                byte[] bytes = entries.get(pickle);
                for (int i = 0; i <= random.nextInt(3); i++) {
                    bytes[random.nextInt(bytes.length)] = INSTRUCTIONS[random.nextInt(INSTRUCTIONS.length)];
                }
            }
            case CHANGE_NUMBERS -> changeNumber(entries.get(pickle), random);
            case CUT_OFF_ENTRY ->
                entries.compute(any, (name, bytes) -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            case SWAP_ENTRIES -> {
                String other = names.get(random.nextInt(names.size()));
                byte[] kept = entries.get(any);
                entries.put(any, entries.get(other));
                entries.put(other, kept);
            }
            case REMOVE_ENTRY -> entries.remove(any);
            case CHANGE_BYTES_OF_CODE -> {
                byte[] bytes = entries.get(code);
                for (int i = 0; i <= random.nextInt(3); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) (' ' + random.nextInt(95));
                }
            }
            default ->
                entries.compute(
                        code,
                        (name, bytes) -> changeCode(new String(bytes, StandardCharsets.US_ASCII), random)
                                .getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static String pick(List<String> names, String ending, SplittableRandom random) {
        // data.pkl is where most of what can go wrong is.
        List<String> fit = names.stream()
                .filter(name -> name.endsWith(ending))
                .filter(name -> !name.endsWith("traced_inputs.pkl"))
                .toList();
        List<String> main =
                fit.stream().filter(name -> name.endsWith("/data.pkl")).toList();
        List<String> from = main.isEmpty() || random.nextInt(4) == 0 ? fit : main;
        return from.get(random.nextInt(from.size()));
    }

    private static void flipBits(byte[] bytes, SplittableRandom random) {
        for (int i = 0; i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    /** Changes the number after an instruction that takes one byte. */
    private static void changeNumber(byte[] pickle, SplittableRandom random) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i + 1 < pickle.length; i++) {
            if (pickle[i] == 'K' || pickle[i] == 'h') {
                places.add(i + 1);
            }
        }
        if (!places.isEmpty()) {
            pickle[places.get(random.nextInt(places.size()))] = (byte) random.nextInt();
        }
    }

    private String changeCode(String code, SplittableRandom random) {
        if (this == CHANGE_LINES_OF_CODE) {
            List<String> lines = new ArrayList<>(code.lines().toList());
            int one = random.nextInt(lines.size());
            int other = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.remove(one);
                case 1 -> lines.add(other, lines.get(one));
                default -> lines.set(other, lines.set(one, lines.get(other)));
            }
            return String.join("\n", lines) + "\n";
        }
        String pattern = this == CHANGE_NUMBERS_OF_CODE
                ? "\\b[0-9][0-9.e-]*"
                : this == CHANGE_OPERATORS ? "(?<=torch\\.)[a-z_0-9]+(?=\\()" : "\\b[A-Za-z_][A-Za-z_0-9.]*";
        List<int[]> places = new ArrayList<>();
        var matcher = Pattern.compile(pattern).matcher(code);
        while (matcher.find()) {
            places.add(new int[] {matcher.start(), matcher.end()});
        }
        if (places.isEmpty()) {
            return code;
        }
        int[] place = places.get(random.nextInt(places.size()));
        int[] other = places.get(random.nextInt(places.size()));
        String word = this == CHANGE_NUMBERS_OF_CODE
                ? NUMBERS.get(random.nextInt(NUMBERS.size()))
                : this == CHANGE_OPERATORS
                        ? OPERATORS.get(random.nextInt(OPERATORS.size()))
                        : code.substring(other[0], other[1]);
        return code.substring(0, place[0]) + word + code.substring(place[1]);
    }
}
