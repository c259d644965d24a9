/**
 * TorchScript: imported models are files that others made, and this package looks at such an archive before LibTorch does,
 * runs it, and writes our own layers as one.
 *
 * <p>Start at {@link io.margrave.vae.torchscript.ScriptModule}, which runs a file that passed {@link
 * io.margrave.vae.torchscript.ScriptArchive#check}. A file passes three readings, none of which runs or unpickles anything:
 * {@link io.margrave.vae.torchscript.ZipLayout} (is it exactly the zip that PyTorch writes?),
 * {@link io.margrave.vae.torchscript.PickleMachine} (do its pickles only describe modules, and does every tensor lie within
 * its bytes?) and {@link io.margrave.vae.torchscript.CodeCheck} (does its code only call what a network needs?). These know
 * nothing of tensors or native code; {@code ScriptModule} and {@link io.margrave.vae.torchscript.ScriptSource} do.
 */
@NullMarked
package io.margrave.vae.torchscript;

import org.jspecify.annotations.NullMarked;
