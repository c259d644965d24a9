"""Makes the reshapes of an ONNX graph follow any batch size, so that the converted network can be traced."""

from __future__ import annotations

import copy
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray


def free_batch(model: Any, input_name: str, shape: tuple[int, ...], fixed: bool) -> Any:
    """A copy of an ONNX model in which every reshape whose target depends on the batch size says -1 for it.

    Exporters write the batch size into a reshape in two ways: as a constant, or computed from the input's shape at run time, which a
    tracer would turn into one. The targets are found by running the graph at two batch sizes.

    Args:
        shape: of an input that the graph takes, batch size first.
        fixed: whether the graph takes no other batch size.
    """
    import onnx
    from onnx import numpy_helper

    model = copy.deepcopy(model)
    graph = model.graph
    reshapes = [node for node in graph.node if node.op_type == "Reshape"]
    targets = _targets(model, [node.input[1] for node in reshapes], input_name, shape, fixed)
    for i, (node, target) in enumerate(zip(reshapes, targets)):
        if target is not None:
            name = f"margrave_shape_{i}"
            graph.initializer.append(numpy_helper.from_array(target, name))
            node.input[1] = name
            # Whether a 0 means 0 or 'as it was' no longer matters, or the latter is meant.
            for attribute in [a for a in node.attribute if a.name == "allowzero"]:
                node.attribute.remove(attribute)
    _drop_unused(graph)
    onnx.checker.check_model(model)
    return model


def _targets(model: Any, names: list[str], input_name: str, shape: tuple[int, ...], fixed: bool) -> list[Optional[NDArray[np.int64]]]:
    """What each target becomes; None where it is to stay."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    if not names:
        return []
    probe = copy.deepcopy(model)
    wanted = list(dict.fromkeys(names))
    del probe.graph.output[:]
    probe.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, None) for name in wanted)
    evaluator = ReferenceEvaluator(probe)
    sizes = [shape[0]] if fixed else [2, 5]
    runs = [
        dict(zip(wanted, evaluator.run(None, {input_name: np.zeros((size, *shape[1:]), dtype=np.float32)}))) for size in sizes
    ]
    return [_following(sizes, [np.asarray(run[name], dtype=np.int64) for run in runs]) for name in names]


def _following(sizes: list[int], seen: list[NDArray[np.int64]]) -> Optional[NDArray[np.int64]]:
    target = seen[0].copy()
    if (target == 0).any():
        return None
    if (target == -1).any():
        # One entry is free already; the others must not move with the batch.
        return target if all(np.array_equal(target, other) for other in seen) and not _pinned(sizes, target) else _swapped(sizes, seen)
    if len(sizes) == 1:
        moving = [0] if len(target) > 1 and target[0] == sizes[0] else []
    else:
        moving = [i for i in range(len(target)) if seen[0][i] != seen[1][i]]
    if len(moving) > 1:
        return None
    if moving:
        target[moving[0]] = -1
    return target


def _pinned(sizes: list[int], target: NDArray[np.int64]) -> bool:
    return len(sizes) == 1 and target[0] == sizes[0]


def _swapped(sizes: list[int], seen: list[NDArray[np.int64]]) -> Optional[NDArray[np.int64]]:
    """[batch, -1]: 0 copies the batch size from the input of the reshape, whose first it is."""
    target = seen[0].copy()
    if any(other[0] != size for other, size in zip(seen, sizes)) or not all(np.array_equal(target[1:], other[1:]) for other in seen):
        return None
    target[0] = 0
    return target


def _drop_unused(graph: Any) -> None:
    """Nodes whose outputs nobody reads."""
    while True:
        read = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
        unused = [node for node in graph.node if not any(name in read for name in node.output)]
        if not unused:
            return
        for node in unused:
            graph.node.remove(node)
