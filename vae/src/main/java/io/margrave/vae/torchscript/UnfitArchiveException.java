package io.margrave.vae.torchscript;

/** What was wanted, what came, what to do: of an archive whose file the thrower need not know. */
final class UnfitArchiveException extends RuntimeException {
    static final String SAVE_AGAIN =
            "the file is corrupt, truncated or not from PyTorch: write it again with torch.jit.save";
    static final String TRACE =
            "trace the network alone and freeze it (torch.jit.trace, torch.jit.freeze), or use margrave-export";

    private static final long serialVersionUID = 1L;

    private UnfitArchiveException(String message) {
        super(message);
    }

    /** What no archive has that PyTorch wrote. */
    static UnfitArchiveException corrupt(String wanted, String got) {
        return new UnfitArchiveException("want " + wanted + ", got " + got + "; " + SAVE_AGAIN);
    }

    /** What PyTorch does write, but an imported model may not have. */
    static UnfitArchiveException refused(String wanted, String got, String todo) {
        return new UnfitArchiveException("want " + wanted + ", got " + got + "; " + todo);
    }

    /** Text from the file, cut and made printable. */
    static String quote(String text) {
        int longest = 80;
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints()
                .limit(longest)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR ? '?' : c)
                .forEach(quoted::appendCodePoint);
        return quoted.append(text.codePointCount(0, text.length()) > longest ? "...'" : "'")
                .toString();
    }
}
