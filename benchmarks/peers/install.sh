#!/usr/bin/env bash
# Makes benchmarks/peers/.venv with the newest CPU build of PyTorch and what the peers need beside it.
#   PYTHON       which Python to make it with (python3)
#   TORCH_INDEX  where PyTorch's CPU wheels are; where it can't be reached, the default index is asked
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$here/.venv
"${PYTHON:-python3}" -m venv "$venv"
pip=("$venv/bin/python" -m pip install --quiet)
"${pip[@]}" --index-url "${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" torch || "${pip[@]}" torch
"${pip[@]}" -r "$here/requirements.txt"
"$venv/bin/python" -c 'import torch; print("torch", torch.__version__, "in", "'"$venv"'")'
