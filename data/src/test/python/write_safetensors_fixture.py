"""Writes python.safetensors beside the tests with Python's safetensors: python write_safetensors_fixture.py OUT"""

import sys

import torch
from safetensors.torch import save_file

save_file(
    {
        "f32": torch.tensor([[1.5, -2.25, 3.0], [0.1, 1e-40, float("inf")]], dtype=torch.float32),
        "f64": torch.tensor([0.1, -1e-300, 2.0], dtype=torch.float64),
        "f16": torch.tensor([1.0, -65504.0, 5.960464477539063e-08, 0.333251953125, float("-inf")], dtype=torch.float16),
        "bf16": torch.tensor([1.0, -3.140625, 1e38], dtype=torch.bfloat16),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
    },
    sys.argv[1],
    metadata={"format": "pt", "made by": "safetensors für Python"},
)
