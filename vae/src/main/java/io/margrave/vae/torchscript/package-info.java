/**
 * TorchScript archives: {@link io.margrave.vae.torchscript.ScriptModule} runs one, {@link
 * io.margrave.vae.torchscript.ScriptSource} makes one of our own layers, {@link
 * io.margrave.vae.torchscript.ScriptArchive} looks at one before LibTorch does.
 *
 * <p>Start at {@link io.margrave.vae.torchscript.ScriptModule}. An archive is untrusted and holds code: what is wrong with it
 * is a {@link io.margrave.data.BadInputException} of one line.
 */
@NullMarked
package io.margrave.vae.torchscript;

import org.jspecify.annotations.NullMarked;
