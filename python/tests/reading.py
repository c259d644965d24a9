"""Reading an exported folder as Margrave does, without the package: YAML, safetensors, TorchScript."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file


class Exported:
    """A folder: its YAML, its reference tensors, and its two halves as functions from and to the data's range."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.yaml = yaml.safe_load((self.folder / "model.yaml").read_text())
        self.reference = load_file(self.folder / "reference.safetensors")
        self.encoder = torch.jit.load(str(self.folder / "encoder.pt"))
        self.decoder = torch.jit.load(str(self.folder / "decoder.pt"))

    def checksums_hold(self) -> bool:
        return all(
            hashlib.sha256((self.folder / f"{half}.pt").read_bytes()).hexdigest() == self.yaml[half]["sha256"] for half in ("encoder", "decoder"))

    def _channels(self, name, like):
        return torch.tensor(self.yaml["normalization"][name], dtype=like.dtype).reshape(1, -1, 1, 1)

    def _values(self, half, output):
        gives, keys = self.yaml[half]["gives"], self.yaml[half].get("keys")
        if keys is not None:
            return {meaning: output[key] for meaning, key in zip(gives, keys)}
        return dict(zip(gives, output if isinstance(output, tuple) else (output,)))

    def posterior(self, images):
        """Mean and standard deviation; None for the latter where deterministic."""
        if "normalization" in self.yaml:
            images = (images - self._channels("mean", images)) / self._channels("std", images)
        values = self._values("encoder", self.encoder(images.flatten(1) if self.yaml["encoder"]["takes"] == "flat" else images))
        spread = {"log-variance": lambda v: (v / 2).exp(), "variance": lambda v: v.sqrt(), "standard-deviation": lambda v: v}
        return values["mean"], next((spread[meaning](value) for meaning, value in values.items() if meaning in spread), None)

    def image(self, latents):
        values = self._values("decoder", self.decoder(latents))
        mean = values["mean"] if "mean" in values else values["logits"].sigmoid()
        image = self.yaml["image"]
        mean = mean.reshape(-1, image["channels"], image["height"], image["width"])
        if self.yaml.get("normalization", {}).get("decoder"):
            mean = mean * self._channels("std", mean) + self._channels("mean", mean)
        return mean


def close(got, wanted, tolerance):
    """|got - wanted| <= tolerance * max(1, |wanted|), as at import."""
    return bool(((got - wanted).abs() <= tolerance * wanted.abs().clamp(min=1)).all())
