"""From a module to TorchScript, by tracing."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from .errors import ExportError


def trace(name: str, module: nn.Module, batch: Tensor) -> torch.jit.ScriptModule:
    """Traces a module in eval mode and freezes the trace, so that the archive holds the weights in use and no others.

    Tracing rather than scripting: archives of scripted modules of a newer PyTorch may name operators that an older LibTorch lacks.

    Args:
        name: for messages.
        batch: ``[n, ...]``, the input to trace with.
    """
    with warnings.catch_warnings(), torch.no_grad():
        warnings.filterwarnings("ignore", message=".*torch.jit.*", category=FutureWarning)
        warnings.filterwarnings("ignore", message=".*torch.jit.*", category=DeprecationWarning)
        # Of the user's own code the tracer may warn; what libraries do is compared, as everything is.
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning, module=r"(onnx2torch|torch)\.")  # type: ignore[attr-defined]
        try:
            traced: Any = torch.jit.trace(module, batch, strict=False, check_trace=False)  # type: ignore[no-untyped-call]
        except Exception as e:
            raise ExportError(f"want a {name} that torch.jit.trace can trace, got: {_first_line(e)}") from e
        # Numerics as they are: folding layers into one another would move the last digits.
        frozen: torch.jit.ScriptModule = torch.jit.freeze(traced.eval(), optimize_numerics=False)
    return frozen


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
