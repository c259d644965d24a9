"""From two ONNX files to the folder that ``margrave import`` takes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Union

import numpy as np
import torch
from torch import Tensor, nn

from .checks import distance
from .errors import ExportError
from .export import export_vae
from .onnx_shapes import free_batch

#: How far a converted network may be from ONNX's own evaluator, relative to max(1, |value|).
TOLERANCE = 1e-4
_CONTROL_FLOW = frozenset({"If", "Loop", "Scan", "SequenceMap"})
_RANDOM = frozenset({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"})


class OnnxNetwork(nn.Module):
    """A converted ONNX graph; several outputs come as a dict by their ONNX names, one as a tensor."""

    def __init__(self, converted: nn.Module, outputs: tuple[str, ...]) -> None:
        super().__init__()
        self.converted = converted
        self._outputs = outputs

    def forward(self, batch: Tensor) -> Union[Tensor, dict[str, Tensor]]:
        result = self.converted(batch)
        if len(self._outputs) == 1:
            tensor: Tensor = result
            return tensor
        return dict(zip(self._outputs, result))


def export_onnx(
    encoder: Union[str, Path], decoder: Union[str, Path], sample: Tensor, out: Union[str, Path], **options: Any
) -> Path:
    """Exports an encoder and a decoder that are ONNX files, through onnx2torch.

    Each conversion is compared with ONNX's reference evaluator on the sample. What can't come along: control flow, operators of other
    domains, random operators, quantised weights, and operators that onnx2torch lacks; such files are refused with the operator's
    name. A batch size that is written into the graph is made free.

    Args:
        encoder: one input, an image or flat; outputs mean and spread, or mean.
        decoder: one input ``[n, latent]``; outputs an image, or mean and scale.
        sample, out, options: as in :func:`margrave_export.export_vae`. The names of an ONNX graph's outputs are the keys of a dict.

    Raises:
        ExportError: where they can't be taken, in one line with the reason.
    """
    pair = network(Path(encoder)), network(Path(decoder))
    return export_vae(pair, sample, out, name=f"ONNX {Path(encoder).name} and {Path(decoder).name}", **options)


def network(file: Path) -> OnnxNetwork:
    """Converts one ONNX file and compares the conversion with ONNX's reference evaluator on noise."""
    try:
        import onnx
        from onnx2torch import convert
    except ImportError as e:
        raise ExportError(f"want onnx and onnx2torch, got no {e.name}: pip install 'margrave-export[onnx]'") from e
    if not file.is_file():
        raise ExportError(f"want an ONNX file, got {file}, which is not there")
    try:
        model = onnx.load(str(file))
        onnx.checker.check_model(model)
    except Exception as e:  # protobuf's and the checker's errors have no base class of their own.
        raise ExportError(f"want a valid ONNX file, got {file}: {_first(e)}") from e
    _refuse(file, model)
    shape, fixed = _input_shape(file, model)
    outputs = tuple(output.name for output in model.graph.output)
    try:
        freed = free_batch(model, _input_name(model), shape, fixed)
    except Exception as e:  # The evaluator's errors are as many as its operators.
        raise ExportError(f"want a graph that runs on {list(shape)}, got {type(e).__name__} from {file}: {_first(e)}") from e
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _lend_converters(freed)
            converted = OnnxNetwork(convert(freed).eval(), outputs)
    except NotImplementedError as e:
        raise ExportError(f"want operators that onnx2torch knows, got {file}: {_first(e)}; export the module with another opset, or from "
                          "PyTorch with export_vae") from e
    _compare(file, model, converted, shape)
    return converted


def _lend_converters(model: Any) -> None:
    """Lets onnx2torch read an operator that is newer than it knows as the newest one that it knows of that name.

    Most new versions of an operator only take more types. Those that mean something else are found by :func:`_compare`.
    """
    from onnx2torch.node_converters.registry import add_converter, get_converter

    version = max(opset.version for opset in model.opset_import if opset.domain in ("", "ai.onnx"))
    for operator in {node.op_type for node in model.graph.node}:
        try:
            get_converter(operator, version)
            continue
        except NotImplementedError:
            newest = _since(operator, version)
        for older in range(newest - 1, 0, -1):
            try:
                converter = get_converter(operator, older)
            except NotImplementedError:
                continue
            add_converter(operator, newest)(converter)
            break


def _since(operator: str, version: int) -> int:
    from onnx import defs

    return int(defs.get_schema(operator, max_inclusive_version=version).since_version)


def _refuse(file: Path, model: Any) -> None:
    for node in model.graph.node:
        if node.op_type in _CONTROL_FLOW:
            raise ExportError(f"want a graph without control flow, got {node.op_type} '{node.name}' in {file}")
        if node.op_type in _RANDOM:
            raise ExportError(f"want a graph that draws no noise, got {node.op_type} '{node.name}' in {file}: export the mean and the spread")
        if node.domain not in ("", "ai.onnx"):
            raise ExportError(f"want standard operators, got {node.domain}.{node.op_type} in {file}")
        if "Quantize" in node.op_type or node.op_type.startswith("QLinear"):
            raise ExportError(f"want float32, got {node.op_type} in {file}: export the model before quantisation")


def _input_shape(file: Path, model: Any) -> tuple[tuple[int, ...], bool]:
    """Of one input, the batch size first, 3 where it is free; and whether it is fixed."""
    weights = {initializer.name for initializer in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise ExportError(f"want one input, got {[value.name for value in inputs]} in {file}")
    tensor = inputs[0].type.tensor_type
    sizes = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in tensor.shape.dim]
    if len(sizes) not in (2, 4) or any(size <= 0 for size in sizes[1:]):
        raise ExportError(f"want an input [batch, values] or [batch, channels, height, width] whose sizes but the first are fixed, got "
                          f"{[dim.dim_param or dim.dim_value for dim in tensor.shape.dim]} in {file}")
    if tensor.elem_type != 1:
        raise ExportError(f"want a float32 input, got ONNX's type {tensor.elem_type} in {file}")
    return (sizes[0] or 3, *sizes[1:]), sizes[0] > 0


def _compare(file: Path, model: Any, converted: OnnxNetwork, shape: tuple[int, ...]) -> None:
    from onnx.reference import ReferenceEvaluator

    batch = np.random.default_rng(0).random(shape, dtype=np.float32)
    try:
        wanted = ReferenceEvaluator(model).run(None, {_input_name(model): batch})
        with torch.no_grad():
            given = converted(torch.from_numpy(batch))
    except Exception as e:
        raise ExportError(f"want a graph that runs on {list(shape)}, got {type(e).__name__} from {file}: {_first(e)}") from e
    tensors = [given] if isinstance(given, Tensor) else list(given.values())
    for value, tensor in zip(wanted, tensors):
        want = torch.from_numpy(np.array(value, dtype=np.float32))
        apart = distance(tensor, want)
        if not apart <= TOLERANCE:
            raise ExportError(f"want a conversion that agrees with ONNX to {TOLERANCE:g}, got {apart:.2g} for {file}: an operator that "
                              "onnx2torch reads otherwise; export from PyTorch with export_vae")


def _input_name(model: Any) -> str:
    weights = {initializer.name for initializer in model.graph.initializer}
    name: str = next(value.name for value in model.graph.input if value.name not in weights)
    return name


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
