package io.margrave.vae.torchscript;

import java.util.Map;
import java.util.Set;

/**
 * What the code of an archive says of one class.
 *
 * @param name qualified, as in {@code __torch__.torch.nn.modules.linear.Linear}
 * @param namedTuple else a module or a plain class
 * @param attributes what each object must have, in order
 * @param parameters which attributes are parameters
 */
record ClassDeclaration(
        String name, boolean namedTuple, Map<String, TypeExpression> attributes, Set<String> parameters) {}
