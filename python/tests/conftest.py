"""Small models and images that several tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
IMPORTED = REPOSITORY / "vae/src/test/resources/imported"
NATIVE = HERE / "native"

sys.path.insert(0, str(HERE.parent / "fixtures"))
torch.set_num_threads(1)

SHAPE = (1, 8, 8)
SIZE = 64
LATENT = 3


class Encoder(nn.Module):
    """Images -> whatever ``form`` makes of mean and log-variance."""

    def __init__(self, form=lambda mean, log_variance: (mean, log_variance)):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(SIZE, 16), nn.Tanh())
        self.mean, self.log_variance = nn.Linear(16, LATENT), nn.Linear(16, LATENT)
        self.form = form

    def forward(self, x):
        h = self.body(x)
        return self.form(self.mean(h), self.log_variance(h))


class View(nn.Module):
    """nn.Unflatten, which old PyTorch can't export to ONNX."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(x.shape[0], *self.shape)


class Decoder(nn.Module):
    """Latents -> images in (0, 1), or what ``form`` makes of logits."""

    def __init__(self, form=lambda logits: logits.sigmoid()):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(LATENT, 16), nn.Tanh(), nn.Linear(16, SIZE), View(*SHAPE))
        self.form = form

    def forward(self, z):
        return self.form(self.body(z))


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.fixture
def sample():
    return torch.rand(10, *SHAPE)
