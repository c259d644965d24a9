/**
 * Imported models are files that others made: this package looks at a TorchScript archive before LibTorch does.
 *
 * <p>Start at {@link io.margrave.vae.torchscript.ScriptArchive#check}. A file passes three readings, none of which runs or
 * unpickles anything: {@link io.margrave.vae.torchscript.ZipLayout} (is it exactly the zip that PyTorch writes?),
 * {@link io.margrave.vae.torchscript.PickleMachine} (do its pickles only describe modules, and does every tensor lie within
 * its bytes?) and {@link io.margrave.vae.torchscript.CodeCheck} (does its code only call what a network needs?). Nothing here
 * knows of tensors or native code.
 */
@NullMarked
package io.margrave.vae.torchscript;

import org.jspecify.annotations.NullMarked;
