"""The folder of an imported model: written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable, Mapping

import numpy as np
import yaml
from numpy.typing import NDArray

from .errors import ExportError

Array = NDArray[np.float32]

YAML = "model.yaml"
ENCODER = "encoder.pt"
DECODER = "decoder.pt"
REFERENCE = "reference.safetensors"


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def check_target(out: Path, overwrite: bool) -> None:
    """Refuses a target that exists, unless it is to be overwritten and is a model folder."""
    if not out.exists():
        return
    if not overwrite:
        raise ExportError(f"want a new folder, got {out}, which exists: choose another, or pass overwrite=True")
    if not out.is_dir() or (any(out.iterdir()) and not (out / YAML).is_file()):
        raise ExportError(f"want a model folder to overwrite, got {out}, which has no {YAML}: choose another")


def write_atomically(out: Path, overwrite: bool, fill: Callable[[Path], None]) -> None:
    """Makes ``out`` by renaming a folder beside it that ``fill`` has filled; on failure nothing is left."""
    check_target(out, overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        made, old = work / "new", work / "old"
        made.mkdir()
        fill(made)
        check_target(out, overwrite)
        if out.exists():
            os.rename(out, old)
        try:
            os.rename(made, out)
        except OSError:
            if old.exists():
                os.rename(old, out)
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_yaml(file: Path, tree: Mapping[str, object]) -> None:
    """Writes plain YAML: strings, numbers, lists and mappings."""
    file.write_text(yaml.safe_dump(dict(tree), sort_keys=False, default_flow_style=None, width=120, allow_unicode=True), encoding="utf-8")


def float32(array: object) -> Array:
    """A contiguous float32 copy, which is what safetensors takes."""
    return np.ascontiguousarray(np.asarray(array), dtype=np.float32)
