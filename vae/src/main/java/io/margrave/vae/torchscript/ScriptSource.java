package io.margrave.vae.torchscript;

import io.margrave.data.BadInputException;
import io.margrave.vae.Engine;
import io.margrave.vae.network.Layer;
import io.margrave.vae.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;

/**
 * A module as TorchScript source and its parameters: what an archive is made of.
 *
 * @param name of the class, a Python identifier
 * @param forward the method {@code forward}, as TorchScript spells it, indented by nothing
 * @param parameters by name: {@code self.NAME} in {@code forward}
 */
public record ScriptSource(String name, String forward, Map<String, Tensor> parameters) {

    /**
     * A network of our own layers, one line a layer.
     *
     * @param name of the class
     * @param network whose value is called {@code h} after its last layer
     * @param gives type of what is returned, as in {@code Tuple[Tensor, Tensor]}
     * @param ending lines after the last layer, the last one a {@code return}
     */
    public static ScriptSource of(String name, Network network, String gives, List<String> ending) {
        StringBuilder source = new StringBuilder("def forward(self, x: Tensor) -> " + gives + ":\n    h = x\n");
        List<Layer> layers = network.layers();
        for (int i = 0; i < layers.size(); i++) {
            source.append("    h = ")
                    .append(layers.get(i).script("h", "self.layer_" + i + "_"))
                    .append('\n');
        }
        ending.forEach(line -> source.append("    ").append(line).append('\n'));
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        network.parameters().forEach((key, tensor) -> parameters.put("layer_" + key.replace('.', '_'), tensor));
        return new ScriptSource(name, source.toString(), parameters);
    }

    /**
     * Writes the archive, whole or not at all.
     *
     * @throws BadInputException where it can't be written
     */
    public void save(Path file) {
        Engine.load();
        Path beside = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid());
        try (PointerScope scope = new PointerScope()) {
            JitModule module = new JitModule(new QualifiedName(name));
            module.register_attribute(
                    "training", new Type.TypePtr(BoolType.get().get()), new IValue(false));
            parameters.forEach((key, tensor) -> module.register_parameter(key, tensor.detach(), false));
            module.define(forward);
            module.save(beside.toString());
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            throw new BadInputException("can't write " + file + ": " + Engine.firstLine(e), e);
        }
    }
}
