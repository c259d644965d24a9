"""Margrave's companion for Python.

Start at :func:`export_vae`: it makes the folder that ``margrave import`` takes. :func:`export_onnx` does so from two ONNX files,
:func:`load_margrave` rebuilds one of Margrave's own models in PyTorch, and :func:`read_results` reads a run.
"""

from .description import Likelihood, Normalization
from .errors import ExportError, MargraveError, ReadError
from .export import export_vae
from .native import MargraveVae, load_margrave
from .onnx import export_onnx
from .results import read_results

__all__ = [
    "ExportError",
    "Likelihood",
    "MargraveError",
    "MargraveVae",
    "Normalization",
    "ReadError",
    "export_onnx",
    "export_vae",
    "load_margrave",
    "read_results",
]
