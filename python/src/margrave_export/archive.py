"""TorchScript archives without the paths and times of the machine that made them."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import torch

#: Where PyTorch lays each record, so that a reader can map it.
_ALIGNMENT = 64
_LOCAL_HEADER = 30
#: PyTorch's own name for the padding in a record's extra field.
_PADDING = b"FB"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(module: torch.jit.ScriptModule, file: Path) -> None:
    """Writes a traced module.

    Left out are the ``.debug_pkl`` records: they hold the paths and lines of the sources that were traced, and are half of a small
    archive. Only error messages need them.
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit.*")
        torch.jit.save(module, buffer)
    buffer.seek(0)
    with zipfile.ZipFile(buffer) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as stripped:
        for info in whole.infolist():
            if info.filename.endswith(".debug_pkl"):
                continue
            name = "archive/" + info.filename.split("/", 1)[1]
            record = zipfile.ZipInfo(name, _EPOCH)
            record.extra = _padding(stripped.fp.tell() if stripped.fp else 0, name)
            stripped.writestr(record, whole.read(info))


def _padding(offset: int, name: str) -> bytes:
    data = offset + _LOCAL_HEADER + len(name.encode()) + 4
    length = -data % _ALIGNMENT
    return _PADDING + length.to_bytes(2, "little") + b"Z" * length
