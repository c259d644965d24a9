"""Margrave's model folders in plain PyTorch: the same layers, the same bounded log-variance, the same images."""

import gzip
import math
import os
import struct
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors.torch import load_file
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU, "softplus": nn.Softplus, "sigmoid": nn.Sigmoid}
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "margrave"


class Vae(nn.Module):
    """A diagonal Gaussian encoder and a Bernoulli decoder."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latent: int):
        super().__init__()
        self.encoder, self.decoder, self.latent = encoder, decoder, latent

    def encode(self, x):
        """Mean and standard deviation, [batch, latent]."""
        mean, log_variance = self.encoder(x).split(self.latent, 1)
        log_variance = 6 - nn.functional.softplus(6 - log_variance)
        log_variance = -14 + nn.functional.softplus(log_variance + 14)
        return mean, torch.exp(0.5 * log_variance)

    def decode(self, z):
        """Mean of p(x|z), flat."""
        return torch.sigmoid(self.decoder(z).flatten(1))


def mlp(features=784, widths=(512, 512), latent=20, activation=nn.ReLU):
    def stack(sizes):
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), activation()]
        return layers[:-1]

    encoder = nn.Sequential(nn.Flatten(), *stack([features, *widths, 2 * latent]))
    decoder = nn.Sequential(*stack([latent, *reversed(widths), features]))
    return Vae(encoder, decoder, latent)


def conv(channels=3, side=32, widths=(32, 64, 128), latent=64, activation=nn.ReLU):
    """Sides that are powers of two: kernels 4x4, stride 2, padding 1."""
    down, size, before = [], side, channels
    for width in widths:
        down += [nn.Conv2d(before, width, 4, 2, 1), activation()]
        before, size = width, size // 2
    features = before * size * size
    up = [nn.Linear(latent, features), activation(), nn.Unflatten(1, (before, size, size))]
    for width in [*reversed(widths[:-1]), channels]:
        up += [nn.ConvTranspose2d(before, width, 4, 2, 1), activation()]
        before = width
    return Vae(nn.Sequential(*down, nn.Flatten(), nn.Linear(features, 2 * latent)), nn.Sequential(*up[:-1]), latent)


def read(folder):
    """The model of a folder that Margrave wrote, and the name of its data."""
    folder = Path(folder)
    spec = yaml.safe_load((folder / "model.yaml").read_text())
    architecture, image = spec["architecture"], spec["image"]
    if architecture["name"] != "mlp" or spec["likelihood"]["name"] != "bernoulli":
        raise SystemExit(f"{folder}: want an mlp with a bernoulli likelihood")
    features = image["channels"] * image["height"] * image["width"]
    model = mlp(features, architecture["widths"], spec["latent"], ACTIVATIONS[architecture["activation"]])
    model.load_state_dict(load_file(folder / "weights.safetensors"))
    model.eval().requires_grad_(False)
    return model, spec.get("training", {}).get("data", "mnist")


def test_images(data, count):
    """The first test images of MNIST or Fashion-MNIST in [0, 1], [count, 784]."""
    if data not in ("mnist", "fashion-mnist"):
        raise SystemExit(f"the peers read mnist and fashion-mnist, not {data}")
    root = Path(os.environ.get("MARGRAVE_DATA") or CACHE)
    name = root / data / "t10k-images-idx3-ubyte"
    raw = name.read_bytes() if name.exists() else gzip.open(f"{name}.gz").read()
    _, n, height, width = struct.unpack(">IIII", raw[:16])
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(n, height * width)
    return torch.from_numpy(pixels[:count].astype(np.float32) / 255)


def diameter(features):
    """From corner to corner of [0, 1]^features."""
    return math.sqrt(features)
