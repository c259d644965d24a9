"""Runs every block of the guide, top to bottom, in an empty folder that looks like the root of a clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from conftest import REPOSITORY, View

GUIDE = REPOSITORY / "docs/guides/bring-your-own-vae.md"
OPTIONAL = {"pythae": "pythae", "lightning": "lightning", "export_onnx": "onnx2torch", "read_results": "duckdb", "PIL": "PIL"}


def blocks():
    text = GUIDE.read_text(encoding="utf-8")
    found = [(match[1], match[2]) for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]
    assert len(found) == text.count("```") // 2
    return found


def launcher():
    """Of a distribution that was built before: the tests of Python build no Java."""
    named = os.environ.get("MARGRAVE_LAUNCHER")
    built = sorted((REPOSITORY / "cli/target/distribution").glob("*/bin/margrave"))
    return Path(named) if named else built[0] if built else None


def missing(code):
    return [module for word, module in OPTIONAL.items() if word in code and not has(module)]


def has(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    root = tmp_path_factory.mktemp("clone")
    (root / "python").symlink_to(REPOSITORY / "python")
    if launcher() is not None:
        (root / "margrave").symlink_to(launcher())
    return root


def write_onnx(namespace, root):
    """The two files that the ONNX block begins with."""
    options = {"dynamo": False} if "dynamo" in torch.onnx.export.__code__.co_varnames else {}
    old = torch.nn.Sequential(*list(namespace["decoder"])[:-1], View(1, 16, 16))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(namespace["encoder"], namespace["sample"], str(root / "encoder.onnx"), input_names=["image"], output_names=["mu", "logvar"], **options)
        torch.onnx.export(old, torch.zeros(16, 4), str(root / "decoder.onnx"), input_names=["z"], output_names=["logits"], **options)


@pytest.mark.filterwarnings("ignore")
def test_every_block_of_the_guide_runs(clone, monkeypatch, capsys):
    monkeypatch.chdir(clone)
    namespace, ran, skipped = {"__name__": "guide"}, [], []
    for language, code in blocks():
        title = code.strip().splitlines()[0]
        if language == "bash":
            if "./margrave" in code and launcher() is None:
                skipped.append(f"{title} (no distribution of Margrave is built)")
                continue
            shell(code, clone)
        else:
            assert language == "python", f"a block of '{language}' that no test runs"
            lacks = missing(code)
            if "runs/mine" in code and launcher() is None or "models/sprites\"" in code and launcher() is None:
                lacks.append("a distribution of Margrave")
            if lacks:
                skipped.append(f"{title} (no {', '.join(lacks)})")
                continue
            if "encoder.onnx" in code:
                write_onnx(namespace, clone)
            exec(compile(code, str(GUIDE), "exec"), namespace)
        ran.append(title)
    with capsys.disabled():
        print("".join(f"\nguide: not run: {block}" for block in skipped))
    assert len(ran) >= 5
    assert (clone / "installed/margrave_export/py.typed").is_file()
    for name in ("mine", "one-module", "normalised"):
        assert sorted(p.name for p in (clone / "models" / name).iterdir()) == ["decoder.pt", "encoder.pt", "model.yaml", "reference.safetensors"]
    if launcher() is not None:
        assert (clone / "runs/mine/report.html").stat().st_size > 100_000


@pytest.mark.parametrize("name", ["one-module", "normalised", "pythae", "lightning", "onnx", "sprites-torchscript"])
def test_margrave_imports_what_the_guide_exported(name, clone):
    if launcher() is None:
        pytest.skip("no distribution of Margrave is built")
    if not (clone / "models" / name).is_dir():
        pytest.skip("its block was not run")
    shell(f"./margrave import models/{name}", clone)


def shell(code, root):
    # pip installs what lies here, aside and without a network; the rest is here already.
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_TARGET": str(root / "installed"),
                   "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=root, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{code}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
