"""What a model must do before it is worth exporting. Each check refuses with the reason and what to do."""

from __future__ import annotations

from typing import Callable, Mapping

import torch
from torch import Tensor, nn

from .errors import ExportError

#: How far a row may move with the rows beside it: what the order of summation does, not what batch normalisation does.
_ROW_TOLERANCE = 1e-4
#: How far a trace may be from its module, relative to max(1, |value|).
TRACE_TOLERANCE = 1e-5

Run = Callable[[Tensor], Mapping[str, Tensor]]


def distance(one: Tensor, other: Tensor) -> float:
    """The largest |one - other| / max(1, |other|)."""
    if one.shape != other.shape:
        return float("inf")
    return float(((one - other).abs() / other.abs().clamp(min=1)).max()) if one.numel() else 0.0


def norm_layers(name: str, module: nn.Module) -> None:
    """Refuses batch normalisation that has no running statistics: it uses those of the batch even in eval mode."""
    for path, layer in module.named_modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and (layer.training or layer.running_mean is None):
            raise ExportError(f"want batch normalisation with running statistics in eval mode, got {type(layer).__name__} "
                              f"'{path}' in the {name} that uses the statistics of its batch: set track_running_stats=True and train, "
                              "or use group normalisation")


def finite(name: str, outputs: Mapping[str, Tensor]) -> None:
    """Refuses NaN and infinities."""
    for meaning, tensor in outputs.items():
        if not bool(torch.isfinite(tensor).all()):
            raise ExportError(f"want finite outputs, got NaN or infinity in the {meaning} of the {name}: train with a smaller "
                              "learning rate, or bound the log-variance")


def positive(outputs: Mapping[str, Tensor]) -> None:
    """Refuses a standard deviation, variance or scale that is not greater than zero."""
    for meaning in ("standard-deviation", "variance", "scale"):
        if meaning in outputs and not bool((outputs[meaning] > 0).all()):
            raise ExportError(f"want a {meaning} > 0, got {float(outputs[meaning].min()):.3g}: is this output a logarithm?")


def deterministic(name: str, run: Run, batch: Tensor) -> None:
    """Refuses a module that draws noise of its own, or writes into its input."""
    given = batch.clone()
    first, second = run(given), run(given)
    if not torch.equal(given, batch):
        raise ExportError(f"want a {name} that leaves its input as it is, got one that writes into it: drop inplace=True from its first layer")
    for meaning, tensor in first.items():
        if not torch.equal(tensor, second[meaning]):
            what = ("the encoder should give the mean and spread, not a draw" if name == "encoder"
                    else "models with several stochastic layers are not taken")
            raise ExportError(f"want the same output for the same input, got another {meaning} from the {name} at the second call: {what}; "
                              "dropout must follow eval()")


def rows_alone(name: str, run: Run, batch: Tensor) -> None:
    """Refuses a module in which one row's output depends on the others."""
    if len(batch) < 2:
        return
    whole = run(batch)
    try:
        alone = run(batch[:1])
    except (RuntimeError, ValueError, IndexError) as e:
        raise ExportError(f"want a {name} that takes one row alone, got {type(e).__name__}: {_last_line(e)}; batch normalisation left in "
                          "training mode, or a squeeze()?") from e
    among = run(torch.cat([batch[:1], batch[1:] * 0.5]))
    for meaning, tensor in whole.items():
        moved = max(distance(alone[meaning], tensor[:1]), distance(among[meaning][:1], tensor[:1]))
        if moved > _ROW_TOLERANCE:
            raise ExportError(f"want each row's output from that row alone, got a {meaning} of the {name} that moves by {moved:.2g} with "
                              "the rows beside it: batch normalisation left in training mode?")


def gradients(name: str, run: Run, batch: Tensor) -> None:
    """Refuses a module through which no finite gradient reaches its input: nothing could be attacked."""
    for meaning in run(batch):
        leaf = batch.clone().requires_grad_(True)
        with torch.enable_grad():
            value = run(leaf)[meaning]
            gradient = torch.autograd.grad(value.square().sum(), leaf, allow_unused=True)[0] if value.requires_grad else None
        if gradient is None and meaning not in ("mean", "logits"):
            continue  # A constant spread is a model like any other.
        if gradient is None:
            raise ExportError(f"want a gradient from the {meaning} of the {name} to its input, got none: remove detach() and no_grad()")
        if meaning in ("mean", "logits") and not bool(gradient.any()):
            raise ExportError(f"want a gradient from the {meaning} of the {name} to its input, got zero everywhere: rounding or other steps "
                              "can't be attacked")
        if not bool(torch.isfinite(gradient).all()):
            raise ExportError(f"want a finite gradient from the {meaning} of the {name} to its input, got NaN or infinity")


def trace_agrees(name: str, module: Run, trace: Run, batch: Tensor) -> float:
    """Refuses a trace that is not its module at this batch; returns how far it is, relative to max(1, |value|)."""
    expected = module(batch)
    try:
        got = trace(batch)
    except RuntimeError as e:
        raise ExportError(f"want a {name} that can be traced for any batch size, got one whose trace fails at {len(batch)} rows: write "
                          f"x.shape[0], not a number, and keep Python's if off tensors ({_last_line(e)})") from e
    worst = 0.0
    for meaning, tensor in expected.items():
        worst = max(worst, distance(got[meaning], tensor))
    if not worst <= TRACE_TOLERANCE:
        raise ExportError(f"want a trace of the {name} that agrees with it to {TRACE_TOLERANCE:g}, got {worst:.2g} at {len(batch)} rows: "
                          "control flow that depends on values or on the batch size can't be traced")
    return worst


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:160] if lines else type(error).__name__
