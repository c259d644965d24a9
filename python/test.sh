#!/usr/bin/env bash
# The tests of the Python package.
#   test.sh        with a Python that has PyTorch, if there is one; else says so and ends with 0
#   test.sh all    in two environments that it makes under python/.test, oldest and newest of everything: some GB from PyPI
#
#   MARGRAVE_PYTHON          the Python to use; else python3, where it has what is needed
#   MARGRAVE_PYTHON_TESTS=1  make an environment where there is none, rather than skip (some GB: PyPI's PyTorch for Linux brings CUDA)
#   MARGRAVE_LAUNCHER        the bin/margrave that the guide's test runs; else that of the last build, if there is one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"

environment() { # NAME PIP-ARGUMENTS...
  local place=.test/$1
  shift
  if [ ! -f "$place/complete" ]; then
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/python" -m pip install -q --upgrade pip setuptools wheel
    "$place/bin/python" -m pip install -q "$@"
    touch "$place/complete"
  fi
}

able() { # PYTHON
  "$1" -c 'import numpy, pytest, safetensors, scipy, sys, torch, yaml; assert sys.version_info >= (3, 9)' 2>/dev/null
}

tests() { # PYTHON
  "$1" -c 'import sys, torch, numpy; print(f"python tests: Python {sys.version.split()[0]}, PyTorch {torch.__version__}, NumPy {numpy.__version__}")'
  if "$1" -c 'import mypy, pandas, yaml' 2>/dev/null; then "$1" -m mypy; else echo "python tests: no mypy here, types are not checked"; fi
  PYTHONPATH=src "$1" -m pytest -q -rs
}

if [ "${1:-}" = all ]; then
  environment oldest torch==2.0.1 'numpy<2' 'pyarrow<21' -e '.[pythae,lightning,onnx,results,test]'
  environment newest -e '.[pythae,lightning,onnx,results,test,check]' onnxruntime onnxscript
  tests "$PWD/.test/oldest/bin/python"
  tests "$PWD/.test/newest/bin/python"
  exit
fi

python=${MARGRAVE_PYTHON:-python3}
if ! able "$python"; then
  if [ "${MARGRAVE_PYTHON_TESTS:-}" != 1 ]; then
    echo "python tests: SKIPPED: $python has not all of torch, numpy, scipy, safetensors, yaml and pytest;" \
      "name one that has with MARGRAVE_PYTHON, or set MARGRAVE_PYTHON_TESTS=1 to install them (some GB)"
    exit 0
  fi
  environment newest -e '.[pythae,lightning,onnx,results,test,check]' onnxruntime onnxscript
  python=$PWD/.test/newest/bin/python
fi
tests "$python"
